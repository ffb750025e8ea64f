/** The examples in a fresh clone: exact versions, no lockfile, and a working `npx truedy-webhooks`. */

import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startServer } from '../support/driver.js'

type Manifest = Partial<
  Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Readonly<Record<string, string>>>
>

const ROOT = join(import.meta.dirname, '../..')
const EXAMPLES = join(ROOT, 'examples')

const EXACT_VERSION = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/
const LOCKFILES = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'deno.lock',
]

/** The examples that npm installs. */
const folders = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, 'package.json')))

const run = promisify(execFile)

describe.each(folders)('examples/%s', (folder) => {
  it('links the library and pins every other dependency to an exact version', async () => {
    const manifest: Manifest = JSON.parse(await readFile(join(EXAMPLES, folder, 'package.json'), 'utf8'))
    const { dependencies, devDependencies, optionalDependencies } = manifest
    const { 'truedy-webhooks': library, ...others } = {
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    }
    expect(library).toBe('file:../..')
    expect(Object.entries(others).filter(([, version]) => !EXACT_VERSION.test(version))).toEqual([])
  })

  it('has no lockfile and tells npm to write none', async () => {
    expect(await lockfilesIn(join(EXAMPLES, folder))).toEqual([])
    const settings = await readFile(join(EXAMPLES, folder, '.npmrc'), 'utf8')
    expect(settings.split('\n')).toContain('package-lock=false')
  })
})

// This example has no dependency but the library, so its installation downloads nothing.
describe('examples/node-http in a fresh clone', () => {
  let workspace: string
  let clone: string
  let directory: string

  beforeAll(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-fresh-clone-'))
    clone = join(workspace, 'clone')
    directory = join(clone, 'examples/node-http')
    // The root as `npm run build` leaves it.
    for (const path of ['package.json', 'dist', 'examples/node-http']) {
      await cp(join(ROOT, path), join(clone, path), {
        recursive: true,
        filter: (source) => basename(source) !== 'node_modules',
      })
    }
  })

  afterAll(() => rm(workspace, { recursive: true, force: true }))

  /** Runs a command in the folder of the example. Rejects if it exits with another code than 0. */
  async function runCommand(command: string): Promise<void> {
    const { PATH, HOME } = process.env
    // If the link to the command is missing, npx looks for the published package. Offline and with an empty cache, it finds none.
    const env = { PATH, HOME, npm_config_offline: 'true', npm_config_cache: join(workspace, 'npm-cache') }
    await run('sh', ['-c', command], { cwd: directory, env })
  }

  it('installs, starts and passes `npx truedy-webhooks check` with the commands of its README', async () => {
    const readme = await readFile(join(directory, 'README.md'), 'utf8')
    const [install = '', start = '', check = '', ...others] = shellCommandsIn(readme)
    expect(install).toBe('npm install')
    expect(check).toContain('npx truedy-webhooks check http://localhost:3000/')
    expect(others).toEqual([])

    await runCommand(install)
    expect(await lockfilesIn(directory)).toEqual([])
    // A globally installed command would hide a missing link.
    const command = await realpath(join(directory, 'node_modules/.bin/truedy-webhooks'))
    expect(command).toBe(await realpath(join(clone, 'dist/cli.js')))

    const server = await startServer(directory, { command: start })
    onTestFinished(() => server.stop())
    await runCommand(check.replace('http://localhost:3000', server.origin))
    expect(server.processedLines().length).toBeGreaterThan(0)
  })
})

async function lockfilesIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => LOCKFILES.includes(name))
}

/** The lines of the shell blocks in a README. */
function shellCommandsIn(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```sh\n(.*?)^```$/gms)]
  return blocks.flatMap(([, code = '']) => code.trimEnd().split('\n'))
}
