/** Starts Debian's Chromium for the tests. Each part installs `playwright-core` itself. */

import { existsSync } from 'node:fs'
import { missingProgram } from './server-program.js'

const EXECUTABLE = '/usr/bin/chromium'

/** The options for `chromium.launch`. Throws with what to install if there is no browser. */
export function chromiumOptions() {
  if (!existsSync(EXECUTABLE)) throw missingProgram('chromium', 'chromium')
  return {
    executablePath: EXECUTABLE,
    // The requests that a browser makes to its vendor at startup are useless here, and there may be no network.
    args: [
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
    // A browser's sandbox does not work for root.
    chromiumSandbox: process.getuid?.() !== 0,
  }
}
