/** The stores under test. Each is real and can have its own faults. */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Database from 'better-sqlite3'
import pg from 'pg'
import { postgresSchema } from '../../src/stores/postgres.js'
import { sqliteSchema } from '../../src/stores/sqlite.js'
import { startPostgres } from '../support/postgres-server.js'
import { type StoreProxy, startProxy } from '../support/proxy.js'
import { startRedis } from '../support/redis-server.js'
import type { ServerProgram } from '../support/server-program.js'
import type { WorkerPool } from './worker-pool.js'

/** The faults of a server and of the network in front of it. */
export interface ServerFaults {
  /** Freezes the server for some time, whatever it is doing. The connections stay. */
  freeze(milliseconds: number): Promise<void>
  /** See {@link StoreProxy.loseAnswers}. */
  readonly loseAnswers: StoreProxy['loseAnswers']
}

export interface StoreUnderTest {
  /** The URL or file with which the workers find it. */
  readonly address: string
  /** Stops it in an orderly way, and starts it again with its data. */
  restart(workers: WorkerPool): Promise<void>
  /** Kills it, and starts it again with its data. */
  crash(workers: WorkerPool): Promise<void>
  /** Makes every request fail for some time. */
  block(milliseconds: number): Promise<void>
  /** Makes every pending request fail. */
  cut(): Promise<void>
  /** The additional faults of a server. */
  readonly server?: ServerFaults
  /** The rows that the transactions left, by the id of the event. */
  effects(): Promise<ReadonlyMap<string, number>>
  stop(): Promise<void>
}

/** Not unique, so that a second effect shows. */
const EFFECTS = 'CREATE TABLE effects (id TEXT NOT NULL)'
const COUNT_EFFECTS = 'SELECT id, count(*) AS times FROM effects GROUP BY id'
type EffectRow = { id: string; times: number | string }

const toMap = (rows: EffectRow[]) => new Map(rows.map(({ id, times }) => [id, Number(times)]))

export const startStore = { redis, postgres, sqlite }

async function redis(): Promise<StoreUnderTest> {
  // Redis writes each command to a log on the disk before it responds.
  const server = await startRedis('--appendonly', 'yes')
  const store = await behindProxy(server, (port) => `redis://127.0.0.1:${port}`, 'SIGKILL')
  const effects = () =>
    Promise.reject(new Error('Redis has no transaction that both record and effect could be in.'))
  return { ...store, effects }
}

async function postgres(): Promise<StoreUnderTest> {
  const server = await startPostgres()
  const query = async (sql: string): Promise<EffectRow[]> => {
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    const { rows } = await client.query(sql)
    await client.end()
    return rows
  }
  await query(postgresSchema())
  await query(EFFECTS)
  // SIGQUIT causes an immediate shutdown: no checkpoint, and recovery at the next start, as after a crash.
  const store = await behindProxy(
    server,
    (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
    'SIGQUIT',
  )
  return { ...store, effects: async () => toMap(await query(COUNT_EFFECTS)) }
}

/** A server, and a network in front of it. */
async function behindProxy(
  server: ServerProgram,
  addressAt: (port: number) => string,
  crashSignal: NodeJS.Signals,
): Promise<Omit<StoreUnderTest, 'effects'>> {
  const proxy = await startProxy(server.port)
  const restart = async (signal?: NodeJS.Signals) => {
    await server.halt(signal)
    await server.resume()
  }
  return {
    address: addressAt(proxy.port),
    restart: () => restart(),
    crash: () => restart(crashSignal),
    async block(milliseconds) {
      const unblock = await proxy.block()
      await delay(milliseconds)
      await unblock()
    },
    async cut() {
      proxy.cut()
    },
    server: {
      async freeze(milliseconds) {
        const proceed = await server.freeze()
        await delay(milliseconds).finally(proceed)
      },
      loseAnswers: proxy.loseAnswers,
    },
    async stop() {
      await proxy.stop()
      await server.stop()
    },
  }
}

/** A file has no server. Its users can be restarted, and its lock can be held by another process. */
async function sqlite(): Promise<StoreUnderTest> {
  const directory = await mkdtemp(join(tmpdir(), 'truedy-webhooks-sqlite-'))
  const file = join(directory, 'faults.db')
  const db = new Database(file, { timeout: 5000 })
  db.pragma('journal_mode = WAL')
  db.exec(sqliteSchema())
  db.exec(EFFECTS)

  const endAll = async (workers: WorkerPool, signal: 'SIGTERM' | 'SIGKILL') => {
    await Promise.all(workers.pids().map((pid) => workers.end(pid, signal)))
    await workers.ready()
  }
  // The lock is held by another process, because waiting for it blocks a process completely, and this one is also the
  // sender.
  const other = fork(join(import.meta.dirname, 'workers/lock.mjs'), [file])
  const tell = async (what: 'lock' | 'unlock') => {
    other.send(what)
    await once(other, 'message')
  }
  const block = async (milliseconds: number) => {
    await tell('lock')
    await delay(milliseconds)
    await tell('unlock')
  }
  return {
    address: file,
    restart: (workers) => endAll(workers, 'SIGTERM'),
    crash: (workers) => endAll(workers, 'SIGKILL'),
    block,
    // Longer than a worker waits for the lock.
    cut: () => block(150),
    effects: async () => toMap(db.prepare<[], EffectRow>(COUNT_EFFECTS).all()),
    async stop() {
      const exit = once(other, 'exit')
      other.disconnect()
      await exit
      db.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
