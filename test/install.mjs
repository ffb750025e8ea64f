/**
 * Installs what parts of the tests need, by `npm ci`, where that was not done since their lock file changed: some compile
 * for a minute. `node test/install.mjs stores faults`
 */

import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'

/** When a file was last written, in milliseconds since 1970; 0 where there is none. */
function writtenAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

for (const part of process.argv.slice(2)) {
  const folder = join(import.meta.dirname, part)
  // npm writes it at the end of an installation.
  const installed = writtenAt(join(folder, 'node_modules/.package-lock.json'))
  if (installed > writtenAt(join(folder, 'package-lock.json'))) continue
  execFileSync('npm', ['ci', '--silent', '--prefix', folder], { stdio: 'inherit' })
}
