/**
 * Bundle sizes, as a user's bundler makes them: `npm run size`. Exits with 1 over a budget. The budgets leave room for good
 * messages. Shows the peers of the bench too, once their packages are installed.
 */

import { existsSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** A release writes its own figures here, for the next one to compare with. */
const LAST_RELEASE = '1.0.0'

/**
 * The first budgets were 4,200, 9,000 and 12,000 bytes. Since then came SHA-256 (about 500 bytes), numbers compared by their text,
 * deadlines of stores, secrets and scopes per request, the hand-off to queues with its job handler, the names of wrong kinds of
 * requests, suggestions for mistyped names, a message of two sentences for each mistake (150 bytes of `verifyAndParse` alone), a log
 * that masks secrets (200 bytes), and telemetry that can't harm a delivery (350 bytes). The main entry also has the details of calls,
 * batches and voices, `redact` (1,300 bytes), and an error of `isDuplicate` (50 bytes). Clearing `__proto__` keys fast takes 50 bytes
 * in each, and keeping the text of an event fast another 100. Messages are a sixth of the bundles.
 */
const SUBJECTS = [
  {
    what: 'verifyAndParse',
    source: "export { verifyAndParse } from '../dist/index.js'",
    budget: 5_100,
    released: 2_998,
  },
  {
    what: 'createWebhookHandler',
    source: "export { createWebhookHandler } from '../dist/index.js'",
    budget: 12_550,
    released: 5_748,
  },
  {
    what: 'the whole main entry',
    source: "export * from '../dist/index.js'",
    budget: 15_500,
    released: 6_474,
  },
]
const PEERS = [
  { what: 'standardwebhooks', source: "export { Webhook } from 'standardwebhooks'" },
  { what: '@octokit/webhooks-methods', source: "export { verify } from '@octokit/webhooks-methods'" },
  { what: 'svix', source: "export { Webhook } from 'svix'" },
  { what: 'stripe', source: "import Stripe from 'stripe'; export const { webhooks } = Stripe" },
]

async function gzipSize(contents, resolveDir) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  })
  return gzipSync(outputFiles[0].contents, { level: 9 }).length
}

function printRow(what, ...cells) {
  const [size, change = '', budget = '', verdict = ''] = cells
  const row = [what.padEnd(26), size.padStart(7), change.padStart(9), budget.padStart(7), ` ${verdict}`]
  console.log(row.join(' ').trimEnd())
}

printRow('bytes, minified and gzip', 'now', `vs ${LAST_RELEASE}`, 'budget')
for (const { what, source, budget, released } of SUBJECTS) {
  const size = await gzipSize(source, import.meta.dirname)
  const isOver = size > budget
  if (isOver) process.exitCode = 1
  const change = size - released
  printRow(
    what,
    format(size),
    (change < 0 ? '' : '+') + format(change),
    format(budget),
    isOver ? 'OVER' : 'ok',
  )
}

const bench = `${import.meta.dirname}/bench`
if (existsSync(`${bench}/node_modules`)) {
  for (const { what, source } of PEERS) printRow(what, format(await gzipSize(source, bench)))
}

function format(number) {
  return number.toLocaleString('en')
}
