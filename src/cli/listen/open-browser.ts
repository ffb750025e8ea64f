/** Opens the page in the browser. */

import { spawn } from 'node:child_process'

const OPENERS: Partial<Record<NodeJS.Platform, readonly [program: string, ...args: string[]]>> = {
  darwin: ['open'],
  // The first quoted argument of `start` is the title of a window, so it gets an empty one.
  win32: ['cmd', '/c', 'start', ''],
}

/** Opens a URL with the system's own opener. If there is none, does nothing, because the URL was printed. */
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
