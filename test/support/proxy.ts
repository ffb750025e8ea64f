/** A network between the workers and their store that can fail. */

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface StoreProxy {
  readonly port: number
  /** Drops every connection. New ones are accepted. */
  cut(): void
  /** Drops every connection and rejects new ones until the returned function is called. */
  block(): Promise<() => Promise<void>>
  /**
   * Drops the connection instead of responding to each request for which `isLost` returns true: the store did what was
   * asked, but the client does not know. `undefined` ends this.
   */
  loseAnswers(isLost: ((request: string) => boolean) | undefined): void
  stop(): Promise<void>
}

/** Starts a proxy in front of a port of this machine. */
export async function startProxy(target: number): Promise<StoreProxy> {
  const sockets = new Set<Socket>()
  let loses: ((request: string) => boolean) | undefined
  const server = createServer((client) => {
    const store = connect(target, '127.0.0.1')
    let isAnswerLost = false
    client.on('data', (request) => {
      if (loses?.(request.toString('latin1'))) isAnswerLost = true
      store.write(request)
    })
    store.on('data', (answer) => {
      if (isAnswerLost) client.destroy()
      else client.write(answer)
    })
    join(client, store)
    join(store, client)
  })

  /** If one side ends, so does the other. */
  function join(from: Socket, to: Socket): void {
    sockets.add(from)
    from.setNoDelay()
    // 'close' follows and does the rest.
    from.on('error', () => {})
    from.on('end', () => to.end())
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

  async function reject(): Promise<void> {
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
      await reject()
      return () => listen(port)
    },
    loseAnswers(isLost) {
      loses = isLost
    },
    stop: reject,
  }
}
