/** How the tests start Debian's Chromium; each part has `playwright-core` itself. */

import { existsSync } from 'node:fs'
import { missingProgram } from './server-program.js'

const EXECUTABLE = '/usr/bin/chromium'

/** What `chromium.launch` is given; throws with what to install where there is no browser. */
export function chromiumOptions() {
  if (!existsSync(EXECUTABLE)) throw missingProgram('chromium', 'chromium')
  return {
    executablePath: EXECUTABLE,
    // What a browser asks its maker for when it starts is of no use here, and there may be no network.
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
