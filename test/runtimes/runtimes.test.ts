/** One suite of plain cases that runs unchanged on every runtime, with the package in its published form. */

import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packLibrary } from '../support/package.js'
import { cases } from './cases/index.js'
import { type Outcome, runtimes } from './runtimes.js'

const run = promisify(execFile)

let workspace: string
let project: string
const lines: string[] = []
/** The outcomes, including those that are still awaited. */
const outcomes = new Map<string, Promise<Outcome>>()

/** Starts the cases on every runtime, two runtimes at a time, because most of them use one core. */
function startRuns(): void {
  const lanes = [Promise.resolve(), Promise.resolve()]
  for (const [index, [runtime, runCases]] of Object.entries(runtimes).entries()) {
    const lane = index % lanes.length
    const outcome = (lanes[lane] as Promise<void>).then(() => runCases(project))
    outcomes.set(runtime, outcome)
    // The tests of the runtime report the failure, and the next runtime starts anyway.
    lanes[lane] = outcome.then(
      () => {},
      () => {},
    )
  }
}

/** An empty project with the package and the cases. */
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-runtimes-'))
  project = join(workspace, 'test/runtimes')
  for (const folder of ['cases', 'runners']) {
    await cp(join(import.meta.dirname, folder), join(project, folder), { recursive: true })
  }
  await cp(join(import.meta.dirname, '../vectors'), join(workspace, 'test/vectors'), { recursive: true })
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  await run('npm', ['install', '--no-audit', '--no-fund', await packLibrary(workspace)], { cwd: project })
  startRuns()
})

afterAll(async () => {
  console.log(lines.join('\n'))
  await Promise.allSettled(outcomes.values())
  await rm(workspace, { recursive: true, force: true })
})

it('the cases have distinct names', () => {
  expect(cases.length).toBeGreaterThan(150)
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
})

describe.each(Object.keys(runtimes))('the package on %s', (runtime) => {
  let outcome: Outcome
  let errors: Map<string, string | null>

  beforeAll(async () => {
    outcome = (await outcomes.get(runtime)) as Outcome
    errors = new Map(outcome.results.map(({ name, error }) => [name, error]))
    const passed = outcome.results.filter(({ error }) => error === null).length
    lines.push(`${runtime.padEnd(30)}${passed} of ${cases.length} cases passed, on ${outcome.hmac}`)
  })

  it.each(cases)('$name', ({ name }) => expect(errors.get(name)).toBe(null))

  it('runs exactly these cases', () => expect(outcome.results).toHaveLength(cases.length))

  it('has synchronous twins if the runtime has node:crypto', () => {
    if (outcome.sync === undefined) return expect(runtime).not.toMatch(/Node|Bun|Deno/)
    expect(outcome.sync.filter(({ error }) => error !== null)).toEqual([])
    expect(outcome.sync.length).toBeGreaterThan(50)
  })

  it('computes the HMAC as the runtime allows', () => {
    // Node 20.0 has node:crypto, but no way to get it at run time.
    const hasNodeCrypto = /Node (?!20\.0)|Bun|Deno|nodejs_compat/.test(runtime)
    expect(outcome.hmac).toBe(hasNodeCrypto ? 'node:crypto' : 'WebCrypto')
  })
})
