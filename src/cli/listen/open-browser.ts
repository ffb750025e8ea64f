/** Opening a page with what this system opens pages with. */

import { spawn } from 'node:child_process'

const OPENERS: Partial<Record<NodeJS.Platform, readonly [program: string, ...args: string[]]>> = {
  darwin: ['open'],
  // The empty text is the title of a window, without which `start` takes the address for it.
  win32: ['cmd', '/c', 'start', ''],
}

/** Opens an address of ours. Where nothing can, the address that was printed is all there is. */
export function openBrowser(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): void {
  if (env['BROWSER'] === 'none') return
  const [program, ...args] = OPENERS[platform] ?? ['xdg-open']
  const opener = spawn(program, [...args, url], { stdio: 'ignore', detached: true, env: { ...env } })
  opener.on('error', () => {})
  opener.unref()
}
