/** A user's test runner, with tests of a receiver that a user wrote for it. */

import { execFile } from 'node:child_process'
import { promisify, stripVTControlCharacters } from 'node:util'
import { beforeAll, expect, it } from 'vitest'
import { environment, type Launch } from '../support/driver.js'
import { installHost } from './endpoint.js'

/**
 * Installs the host's folder and runs its tests.
 *
 * @param folder - in `test/hosts`
 * @param commands - shell commands, each with what its output must contain, because a runner that finds no test must
 * not pass
 */
export function testRunner(
  folder: string,
  commands: Readonly<Record<string, RegExp>>,
  launch: Launch = {},
): void {
  let directory: string

  beforeAll(async () => {
    directory = await installHost(folder, launch)
  })

  it.each(Object.entries(commands))('%s', async (command, summary) => {
    const options = { cwd: directory, env: environment() }
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', command], options).catch(
      (error) => error,
    )
    expect(stripVTControlCharacters(stdout + stderr)).toMatch(summary)
  })
}
