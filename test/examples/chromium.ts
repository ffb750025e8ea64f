/** A browser for the pages of examples. */

import { type Browser, chromium } from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'
/** What a browser asks its maker for when it starts is of no use here, and there may be no network. */
const CHROMIUM_FLAGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: CHROMIUM_FLAGS,
    // A browser's sandbox does not work for root.
    chromiumSandbox: process.getuid?.() !== 0,
  })
}
