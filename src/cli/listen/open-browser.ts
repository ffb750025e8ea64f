/** Opens a page in the browser. */

import { spawn } from 'node:child_process'

const OPENERS: Partial<Record<NodeJS.Platform, readonly [program: string, ...args: string[]]>> = {
  darwin: ['open'],
  // `start` takes its first argument in quotes for the title of a window, which the empty text is.
  win32: ['cmd', '/c', 'start', ''],
}

/** Opens a URL with the program that this system has for it. If it has none, nothing happens: the URL was printed. */
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
