/** What bundlers make of the package for each target: it works, without a warning or a polyfill. */

import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { EdgeRuntime } from 'edge-runtime'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { type Bundle, type Bundler, bundlers, type Target } from './bundlers.js'

/** The budget of `npm run size` for `verifyAndParse` alone, in gzipped bytes, plus what a bundler may add. */
const SIZE_LIMIT = 5200

const workspace = inject('workspace')
const programs = join(workspace, 'programs')
const library = join(workspace, 'node_modules/truedy-webhooks/dist')

const OUTCOME = {
  event: 'call.ended',
  statuses: [204, 204, 204],
  // The second delivery is a duplicate in the store of that handler.
  processed: ['call.ended', 'call.ended'],
  codes: ['signature_mismatch', 'invalid_options', 'invalid_options', 'invalid_options', 'invalid_secret'],
}

async function bundle(bundler: Bundler, program: string, target: Target): Promise<Bundle> {
  return bundler(join(programs, program), target, await mkdtemp(join(workspace, 'bundle-')))
}

async function runOnNode(code: string): Promise<unknown> {
  const file = join(await mkdtemp(join(workspace, 'run-')), 'bundle.mjs')
  await writeFile(file, code)
  const { stdout } = await promisify(execFile)(process.execPath, [file])
  return JSON.parse(stdout)
}

/** A context without `process` or anything else of Node. A module that imports and exports nothing is a script, too. */
async function runOnTheWeb(code: string): Promise<unknown> {
  const runtime = new EdgeRuntime()
  runtime.evaluate(code)
  // Objects of another realm become ours through JSON.
  return JSON.parse(await runtime.evaluate<Promise<string>>('outcome.then(JSON.stringify)'))
}

beforeAll(async () => {
  await mkdir(programs)
  await cp(join(import.meta.dirname, 'programs'), programs, { recursive: true })
})

const targets: readonly Target[] = ['node', 'browser', 'worker']
const jobs = Object.entries(bundlers).flatMap(([name, bundler]) =>
  targets.map((target) => [`${name} for ${target}`, bundler, target] as const),
)

describe.each(jobs)('%s', (_, bundler, target) => {
  const isNode = target === 'node'
  let bundled: Bundle

  beforeAll(async () => {
    bundled = await bundle(bundler, isNode ? 'server.js' : 'page.js', target)
  })

  it('causes no warning', () => expect(bundled.warnings).toEqual([]))

  it('contains nothing but the program and the package', () => {
    const isOurs = (path: string) => path.startsWith(programs + sep) || path.startsWith(library + sep)
    // A file for each entry that the program imports.
    expect(bundled.files.filter((path) => path.startsWith(library)).length).toBeGreaterThan(4)
    expect(bundled.files.filter((path) => !isOurs(path))).toEqual([])
  })

  it(isNode ? 'imports only modules of Node, as node:' : 'imports nothing', () => {
    // Rspack imports `createRequire` and gets other modules through it.
    if (isNode) expect(bundled.imports).not.toEqual([])
    expect(bundled.imports.filter((name) => !isNode || !name.startsWith('node:'))).toEqual([])
  })

  it('verifies and processes', async () => {
    if (isNode)
      expect(await runOnNode(bundled.code)).toEqual({ ...OUTCOME, twin: 'call.ended', handler: 'function' })
    else expect(await runOnTheWeb(bundled.code)).toEqual({ ...OUTCOME, process: 'undefined' })
  })

  it('leaves out unused code', async () => {
    const { code, warnings } = await bundle(bundler, 'one-function.js', target)
    expect(warnings).toEqual([])
    expect(code).toContain('truedy-webhooks.WebhookError')
    expect(gzipSync(code, { level: 9 }).length).toBeLessThan(SIZE_LIMIT)
  })
})
