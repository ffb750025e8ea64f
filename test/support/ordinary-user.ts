/** The user of a server that doesn't start as root. */

import { execFileSync } from 'node:child_process'

/** The ids of a user of this machine, or `undefined` (the current user) if the test does not run as root. */
export function ordinaryUser(name: string): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}
