/** The service that the handlers call. It lives in the test's own process and counts. */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import type { Running } from './worker-pool.js'

/** A handler that is held in the middle of its work. */
export interface Held extends Running {
  /** Lets the handler continue. */
  proceed(): void
}

export interface Ledger {
  readonly url: string
  /** The number of effects per event id. Every call counts, whatever happened to its caller. */
  readonly effects: ReadonlyMap<string, number>
  /** The workers that had an effect. */
  readonly pids: ReadonlySet<number>
  /** Holds the next handler that calls, and returns it. */
  nextHeld(): Promise<Held>
  stop(): Promise<void>
}

/** @param workMs - how long the slow part of an event's work takes, in milliseconds */
export async function startLedger(workMs: () => number): Promise<Ledger> {
  const effects = new Map<string, number>()
  const pids = new Set<number>()
  const waiting: ((held: Held) => void)[] = []

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const caller = (await json(request)) as Running
    if (request.url === '/work') await work(caller)
    else {
      effects.set(caller.id, (effects.get(caller.id) ?? 0) + 1)
      pids.add(caller.pid)
    }
    response.writeHead(204).end()
  }

  function work(caller: Running): Promise<void> {
    const hold = waiting.shift()
    if (hold) return new Promise((proceed) => hold({ ...caller, proceed }))
    return delay(workMs())
  }

  const server = createServer((request, response) => {
    // A caller that was killed in the middle of its request has requested nothing.
    answer(request, response).catch(() => response.destroy())
  })
  // Longer than any test, so that no call meets a connection that is just being closed.
  server.keepAliveTimeout = 600_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    effects,
    pids,
    nextHeld: () => new Promise((resolve) => waiting.push(resolve)),
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
