/** The workers of a test, from outside: started, watched, killed. */

import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from '../support/server.js'
import type { WorkerEvent } from './worker-events.js'

/** What the workers are told. */
export interface WorkerConfig {
  readonly store: 'redis' | 'postgres' | 'sqlite'
  /** Where the store is: a URL or a file. */
  readonly address: string
  /** How record and effect go together. */
  readonly pattern: 'plain' | 'transaction'
  readonly leaseMs: number
  readonly port: number
  readonly secret: string
  readonly ledgerUrl: string
}

/** A handler that is running, as far as is known here. */
export interface Running {
  readonly pid: number
  readonly id: string
}

export interface WorkerPool {
  /** Where they receive webhooks. */
  readonly url: string
  /** All that was reported so far. */
  readonly events: readonly WorkerEvent[]
  /** The number of crashes while an event was processed, by the event's id. */
  readonly interrupted: ReadonlyMap<string, number>
  /** How many deaths ended a handler. */
  deathsInHandler(): number
  /** The workers that take connections. */
  pids(): number[]
  /** The handlers that began and have not come to an outcome. */
  running(): Running[]
  /** Sends a worker a signal that ends it; resolves when it is gone. */
  end(pid: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** Resolves with the first event, past or to come, that passes. */
  event<Event extends WorkerEvent>(passes: (event: WorkerEvent) => event is Event): Promise<Event>
  /** Resolves when so many workers take connections; all four, unless said otherwise. */
  ready(count?: number): Promise<void>
  stop(): Promise<void>
}

const WORKERS = 4

/**
 * @param config - what they are told, beside a port
 * @param program - the file that each of them runs; the receiver with a store, unless said otherwise
 */
export async function startWorkers(config: object, program?: string): Promise<WorkerPool> {
  const port = await freePort()
  const primary = spawn(process.execPath, [join(import.meta.dirname, 'workers/primary.mjs')], {
    env: {
      ...process.env,
      WORKER_CONFIG: JSON.stringify({ ...config, port }),
      ...(program !== undefined && { WORKER_PROGRAM: program }),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const events: WorkerEvent[] = []
  const arrivals = new EventEmitter().setMaxListeners(0)
  const handlers = new Map<number, Set<string>>()
  const interrupted = new Map<string, number>()
  let deathsInHandler = 0

  createInterface(primary.stdout).on('line', (line) => {
    const event = JSON.parse(line) as WorkerEvent
    events.push(event)
    note(event)
    arrivals.emit('event')
  })

  function note(event: WorkerEvent): void {
    const running = handlers.get(event.pid)
    if (event.type === 'listening') handlers.set(event.pid, new Set())
    if (event.type === 'began') running?.add(event.id)
    // A delivery that fails may be another one of the same event: a handler that fails says that it threw.
    if (event.type === 'threw' || (event.type === 'outcome' && event.status === 'processed')) {
      running?.delete(event.id)
    }
    if (event.type === 'died') {
      for (const id of running ?? []) interrupted.set(id, (interrupted.get(id) ?? 0) + 1)
      if (running?.size) deathsInHandler += 1
      handlers.delete(event.pid)
    }
  }

  const pids = () => [...handlers.keys()]

  async function event<Event extends WorkerEvent>(
    passes: (event: WorkerEvent) => event is Event,
  ): Promise<Event> {
    for (;;) {
      const found = events.find(passes)
      if (found) return found
      await once(arrivals, 'event')
    }
  }

  async function ready(count = WORKERS): Promise<void> {
    while (handlers.size < count) await once(arrivals, 'event')
  }

  async function end(pid: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    process.kill(pid, signal)
    while (handlers.has(pid)) await once(arrivals, 'event')
  }

  async function stop(): Promise<void> {
    if (primary.exitCode !== null || primary.signalCode !== null) return
    const exit = once(primary, 'exit')
    primary.stdin.end()
    await exit
  }

  const pool: WorkerPool = {
    url: `http://127.0.0.1:${port}/webhooks/truedy`,
    events,
    interrupted,
    deathsInHandler: () => deathsInHandler,
    pids,
    running: () => [...handlers].flatMap(([pid, ids]) => [...ids].map((id) => ({ pid, id }))),
    end,
    event,
    ready,
    stop,
  }
  await ready()
  return pool
}
