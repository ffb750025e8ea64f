/** What every test needs that starts a server. */

import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/** Makes a server listen on the loopback address, by default on a free port, and returns the port. */
export async function listenOn(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return address.port
}

/**
 * Returns a port that nobody listens on, below those that systems assign by themselves (from 32,768 on), so that a
 * server that restarts later still finds it free. The bus of a Redis cluster is 10,000 above.
 */
export async function freePort(): Promise<number> {
  const port = 11_000 + Math.floor(Math.random() * 11_000)
  const server = createServer()
  try {
    await listenOn(server, port)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return freePort()
    throw error
  }
  server.close()
  await once(server, 'close')
  return port
}

/** True if something responds to HTTP there, with any status. */
export async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(1000) })
    return true
  } catch {
    return false
  }
}
