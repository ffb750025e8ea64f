/** What every test needs that starts a server of its own. */

import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port of this machine that nobody listens on, below a bound. */
export async function freePort(below = 65_536): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  server.close()
  await once(server, 'close')
  return address.port < below ? address.port : freePort(below)
}

/** Whether somebody speaks HTTP there, whatever is said. */
export async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(1000) })
    return true
  } catch {
    return false
  }
}
