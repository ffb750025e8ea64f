/** The package as it is published. */

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '../..')

/** Packs the library as it is built; the path of the tarball, which lies in `workspace`. */
export async function packLibrary(workspace: string): Promise<string> {
  // Without its scripts: they would build anew, under the feet of whoever imports from `dist`.
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', workspace]
  const { stdout } = await promisify(execFile)('npm', pack, { cwd: ROOT })
  return join(workspace, stdout.trim())
}
