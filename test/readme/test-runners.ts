/** Runs programs of the manuals as test files, in the test runners that they are written for. */

import { execFile } from 'node:child_process'
import { copyFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'

const require = createRequire(import.meta.url)
const packageFolder = (name: string) => dirname(require.resolve(`${name}/package.json`))

/** The arguments that make Node run test files with a runner, which prints its results as JSON in Jest's format. */
const RUNNERS = {
  vitest: (folder: string, files: readonly string[]) => [
    join(packageFolder('vitest'), 'vitest.mjs'),
    'run',
    ...['--root', folder, '--reporter', 'json'],
    ...files,
  ],
  jest: (folder: string, files: readonly string[]) => [
    '--experimental-vm-modules',
    join(packageFolder('jest'), 'bin/jest.js'),
    ...['--json', '--rootDir', folder],
    '--config',
    JSON.stringify({
      transform: {},
      moduleFileExtensions: ['mjs', 'js'],
      testRegex: files.map((file) => `${file.replace(/\W/g, '\\$&')}$`),
    }),
  ],
} as const

interface Results {
  readonly testResults: readonly {
    readonly name: string
    readonly message: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/** The environment of the runners, without what this run of Vitest has set for itself. */
const env = { PATH: process.env['PATH'], NO_COLOR: '1' }

/** Runs a module in a test runner. Rejects if one of its tests fails or if it has none. */
export type RunModule = (module: string) => Promise<void>

/**
 * Each test runner, by the name that manuals use.
 *
 * @param modules - all modules for the runner, which run together because a runner takes seconds to start
 */
export function testRunners(
  modules: (runner: string) => readonly string[],
): Readonly<Record<string, RunModule>> {
  const inOneRun = Object.entries(RUNNERS).map(([name, argumentsFor]): [string, RunModule] => {
    let running: Promise<Results> | undefined
    return [
      name,
      async (module) => {
        running ??= runAll(modules(name), argumentsFor)
        const { testResults } = await running
        const found = testResults.find((result) => basename(result.name) === basename(testFileOf(module)))
        expect(found?.assertionResults.map(({ status }) => status) ?? [], found?.message).toSatisfy(
          (statuses: string[]) => statuses.length > 0 && statuses.every((status) => status === 'passed'),
        )
      },
    ]
  })
  return { ...Object.fromEntries(inOneRun), 'node:test': runInNode }
}

const testFileOf = (module: string) => module.replace(/\.mjs$/, '.test.mjs')

async function runAll(
  modules: readonly string[],
  argumentsFor: (folder: string, files: readonly string[]) => readonly string[],
): Promise<Results> {
  const folder = dirname(modules[0] ?? '')
  for (const module of modules) await copyFile(module, testFileOf(module))
  // Otherwise, Vitest finds the configuration of this folder's tests.
  await writeFile(join(folder, 'vitest.config.mjs'), 'export default {}\n')
  const files = modules.map((module) => basename(testFileOf(module)))
  const { stdout, stderr } = await promisify(execFile)(process.execPath, argumentsFor(folder, files), {
    env,
    cwd: folder,
  }).catch((error) => error)
  // Programs may print before the results, which are the last line.
  const json = String(stdout).trimEnd().split('\n').at(-1) ?? ''
  expect(json, stderr).toMatch(/^\{/)
  return JSON.parse(json)
}

async function runInNode(module: string): Promise<void> {
  await copyFile(module, testFileOf(module))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--test', '--test-reporter=tap', testFileOf(module)],
    { env },
  ).catch((error) => error)
  expect(stdout).toMatch(/^# pass [1-9]\d*\n# fail 0$/m)
}
