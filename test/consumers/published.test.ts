/** What package linters find, and what happens if a project loads the package in both formats. */

import { execFile } from 'node:child_process'
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { describe, expect, inject, it } from 'vitest'

const run = promisify(execFile)
const workspace = inject('workspace')
const tarball = inject('tarball')

it('publint finds nothing, not even a suggestion', async () => {
  const { buffer } = await readFile(tarball)
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true, level: 'suggestion' })
  expect(pkg['name']).toBe('truedy-webhooks')
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([])
})

it('attw finds types for every entry, correct for import and require', async () => {
  const attw = join(import.meta.dirname, 'node_modules/@arethetypeswrong/cli/dist/index.js')
  const args = [attw, tarball, '--profile', 'node16', '--format', 'json']
  // A problem makes it fail and appears in its output.
  const { stdout } = await run(process.execPath, args).catch((failed: { stdout: string }) => failed)
  const { analysis, problems } = JSON.parse(stdout)
  const { exports } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8'))
  expect(Object.keys(analysis.entrypoints).sort()).toEqual(Object.keys(exports).sort())
  expect(problems).toEqual({})
})

describe('a project that both imports and requires the package', () => {
  const program = join(workspace, 'both-formats.mjs')
  async function outputOf(...options: readonly string[]) {
    await cp(join(import.meta.dirname, 'programs/both-formats.mjs'), program)
    const { stdout } = await run(process.execPath, [...options, program])
    return JSON.parse(stdout)
  }

  it('works, and both copies recognize errors and events of each other', async () => {
    const { keys, ...rest } = await outputOf()
    expect(rest).toEqual({
      isInstanceOfBoth: true,
      isRecognized: true,
      processed: ['processed', 'duplicate'],
    })
    expect(keys).toEqual({ imported: keys.imported, required: keys.imported, mixed: keys.imported })
    expect(new Set(keys.imported).size).toBe(2)
  })

  it('works if the global object accepts no new properties, but numbers are exact only within a copy', async () => {
    const preload = 'data:text/javascript,Object.preventExtensions(globalThis)'
    const { keys, ...rest } = await outputOf('--import', preload)
    expect(rest).toEqual({
      isInstanceOfBoth: true,
      isRecognized: true,
      processed: ['processed', 'duplicate'],
    })
    expect(keys.required).toEqual(keys.imported)
    expect(new Set(keys.imported).size).toBe(2)
  })
})
