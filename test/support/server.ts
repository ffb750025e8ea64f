/** What every test needs that starts a server of its own. */

import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/** Lets a server listen on the loopback address, on a port or on a free one; the port. */
export async function listenOn(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return address.port
}

/** A port of this machine that nobody listens on, below a bound. */
export async function freePort(below = 65_536): Promise<number> {
  const server = createServer()
  const port = await listenOn(server)
  server.close()
  await once(server, 'close')
  return port < below ? port : freePort(below)
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
