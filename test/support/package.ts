/** npm, and the package in its published form. */

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '../..')

/** Runs npm or npx in a folder, and returns what it printed. On Windows, both are batch files, which need a shell. */
export async function runNpm(cwd: string, program: 'npm' | 'npx', ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { cwd, shell: process.platform === 'win32' })
  return stdout
}

/** Packs the built library, and returns the path of the tarball in `workspace`. */
export async function packLibrary(workspace: string): Promise<string> {
  // The scripts would rebuild `dist` while other tests import from it.
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', workspace]
  const name = await runNpm(ROOT, 'npm', ...pack)
  return join(workspace, name.trim())
}
