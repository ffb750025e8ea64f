/** Starts servers on the loopback address, and explains why one can't start. */

import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EnvironmentError } from '../errors.js'

/** A server that is listening. */
export interface ListeningServer {
  /** `http://127.0.0.1:3000` */
  readonly origin: string
  readonly port: number
  /** Stops the server at once, and closes all its connections. */
  close(): Promise<void>
}

/** Reasons by the `code` of an error from Node's servers. */
const LISTEN_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use by another program',
  EACCES: "can't be used by this user",
}

/** Starts a server on 127.0.0.1. Throws EnvironmentError, whose message ends with the remedy. */
export async function listenOn(server: Server, port: number, remedy: string): Promise<ListeningServer> {
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    // Node's server errors have a code.
    const { code = '', message } = error as NodeJS.ErrnoException
    throw new EnvironmentError(
      `Port ${port} ${LISTEN_ERRORS[code] ?? `can't be used: ${message}`}. ${remedy}`,
    )
  }
  // The address of a server on a port is an object. Only a server on a pipe has a string.
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
