/** The network between the workers and their store, which can fail. */

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Proxy {
  readonly port: number
  /** Drops every connection; new ones are taken. */
  cut(): void
  /** Drops every connection, and refuses new ones until the function that it gives is called. */
  block(): Promise<() => Promise<void>>
  stop(): Promise<void>
}

/** Starts a proxy in front of a port of this machine. */
export async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const store = connect(target, '127.0.0.1')
    join(client, store)
    join(store, client)
  })

  /** What one side sends, the other gets; where one ends, the other does. */
  function join(from: Socket, to: Socket): void {
    sockets.add(from)
    from.setNoDelay().pipe(to)
    // 'close' follows, and does all.
    from.on('error', () => {})
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
  }

  async function listen(port: number): Promise<void> {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }

  function cut(): void {
    for (const socket of sockets) socket.destroy()
  }

  async function refuse(): Promise<void> {
    const closed = once(server.close(), 'close')
    cut()
    await closed
  }

  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    port,
    cut,
    async block() {
      await refuse()
      return () => listen(port)
    },
    stop: refuse,
  }
}
