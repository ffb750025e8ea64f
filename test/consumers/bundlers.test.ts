/** What bundlers make of the package, for each target: without a warning, without a polyfill, and it works. */

import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { EdgeRuntime } from 'edge-runtime'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { type Bundle, type Bundler, bundlers, type Target } from './bundlers.js'

/** Gzipped bytes of `verifyAndParse` alone: the budget of `npm run size`, and what a bundler may add of its own. */
const SIZE_LIMIT = 5200

const workspace = inject('workspace')
const programs = join(workspace, 'programs')
const library = join(workspace, 'node_modules/truedy-webhooks/dist')

const OUTCOME = {
  event: 'call.ended',
  statuses: [204, 204, 204],
  // Not for the second delivery: the store of that handler knew it by then.
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

/** Where there is no process, nor anything else of Node's. A module that imports and exports nothing is a script, too. */
async function runOnTheWeb(code: string): Promise<unknown> {
  const runtime = new EdgeRuntime()
  runtime.evaluate(code)
  // Objects of another realm: as JSON they are ours.
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

  it('warns of nothing', () => expect(bundled.warnings).toEqual([]))

  it('puts nothing in but the program and the package', () => {
    const isOurs = (path: string) => path.startsWith(programs + sep) || path.startsWith(library + sep)
    // A file for each entry that the program imports.
    expect(bundled.files.filter((path) => path.startsWith(library)).length).toBeGreaterThan(4)
    expect(bundled.files.filter((path) => !isOurs(path))).toEqual([])
  })

  it(isNode ? 'imports modules of Node only, as node:' : 'leaves nothing to import', () => {
    // Rspack imports `createRequire`, and takes the rest with that.
    if (isNode) expect(bundled.imports).not.toEqual([])
    expect(bundled.imports.filter((name) => !isNode || !name.startsWith('node:'))).toEqual([])
  })

  it('makes a program that verifies and handles', async () => {
    if (isNode)
      expect(await runOnNode(bundled.code)).toEqual({ ...OUTCOME, twin: 'call.ended', handler: 'function' })
    else expect(await runOnTheWeb(bundled.code)).toEqual({ ...OUTCOME, process: 'undefined' })
  })

  it('leaves out what is not used', async () => {
    const { code, warnings } = await bundle(bundler, 'one-function.js', target)
    expect(warnings).toEqual([])
    expect(code).toContain('truedy-webhooks.WebhookError')
    expect(gzipSync(code, { level: 9 }).length).toBeLessThan(SIZE_LIMIT)
  })
})
