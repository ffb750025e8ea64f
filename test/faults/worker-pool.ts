/** The workers of a test from outside: started, watched, killed. */

import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from '../support/server.js'
import type { WorkerEvent } from './worker-events.js'

/** The configuration of the workers. */
export interface WorkerConfig {
  readonly store: 'redis' | 'postgres' | 'sqlite'
  /** The URL or file of the store. */
  readonly address: string
  /** How the record and the effect belong together. */
  readonly pattern: 'plain' | 'transaction'
  readonly leaseMs: number
  readonly port: number
  readonly secret: string
  readonly ledgerUrl: string
}

/** A handler that is running, as far as this process knows. */
export interface Running {
  readonly pid: number
  readonly id: string
}

export interface WorkerPool {
  /** Where the workers receive webhooks. */
  readonly url: string
  /** Everything that was reported so far. */
  readonly events: readonly WorkerEvent[]
  /** The number of crashes while an event was processed, by the id of the event. */
  readonly interrupted: ReadonlyMap<string, number>
  /** The number of crashes that ended a handler. */
  deathsInHandler(): number
  /** The workers that accept connections. */
  pids(): number[]
  /** The handlers that started and have no outcome yet. */
  running(): Running[]
  /** Sends a worker a signal that ends it. Resolves once the worker has exited. */
  end(pid: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** Resolves with the first past or future event that passes the test. */
  event<Event extends WorkerEvent>(passes: (event: WorkerEvent) => event is Event): Promise<Event>
  /** Resolves once this many workers accept connections; by default, all four. */
  ready(count?: number): Promise<void>
  stop(): Promise<void>
}

const WORKERS = 4

/**
 * @param config - the configuration, except the port
 * @param program - the file that each worker runs; by default, the receiver with a store
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
    // A failed delivery may be another one of the same event, so only a handler that reports its error counts as
    // failed.
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
