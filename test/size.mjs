// Bundle sizes, as a user's bundler makes them: `npm run size`. Fails over the limits. Shows the peers of the bench too,
// once that was run.

import { existsSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const SUBJECTS = [
  { what: 'verifyAndParse alone', source: "export { verifyAndParse } from '../dist/index.js'", limit: 3000 },
  { what: 'the whole main entry', source: "export * from '../dist/index.js'", limit: 6500 },
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

for (const { what, source, limit } of SUBJECTS) {
  const size = await gzipSize(source, import.meta.dirname)
  const isOver = size > limit
  if (isOver) process.exitCode = 1
  console.log(
    `${what.padEnd(27)}${String(size).padStart(6)} bytes  (limit ${limit})  ${isOver ? 'OVER' : 'ok'}`,
  )
}

const bench = `${import.meta.dirname}/bench`
if (existsSync(`${bench}/node_modules`)) {
  for (const { what, source } of PEERS) {
    console.log(`${what.padEnd(27)}${String(await gzipSize(source, bench)).padStart(6)} bytes`)
  }
}
