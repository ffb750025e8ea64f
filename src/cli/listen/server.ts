/** A server on the loopback address, and what stands in its way. */

import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EnvironmentError } from '../errors.js'

/** A server that listens. */
export interface ListeningServer {
  /** `http://127.0.0.1:3000` */
  readonly origin: string
  readonly port: number
  /** Ends it at once, with all its connections. */
  close(): Promise<void>
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken by another program',
  EACCES: 'may not be used by this user',
}

/** Lets a server listen on 127.0.0.1. Throws EnvironmentError, which ends with the remedy. */
export async function listenOn(server: Server, port: number, remedy: string): Promise<ListeningServer> {
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    // Node's errors of servers have a code.
    const { code = '', message } = error as NodeJS.ErrnoException
    throw new EnvironmentError(`Port ${port} ${REASONS[code] ?? `cannot be used: ${message}`}. ${remedy}`)
  }
  // It listens on a port, not on a pipe.
  const address = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${address.port}`,
    port: address.port,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
