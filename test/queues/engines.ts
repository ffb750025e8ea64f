/** The queue engines, each on its real server. */

import { Queue as BullQueue, Worker as BullWorker, type ConnectionOptions } from 'bullmq'
import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import pg from 'pg'
import PgBoss from 'pg-boss'
import type { Queue, QueueJob } from '../../src/index.js'
import { bullmqQueue, graphileQueue, pgBossQueue } from '../../src/queues/index.js'
import { startPostgres } from '../support/postgres-server.js'
import { startRedis } from '../support/redis-server.js'
import type { ServerProgram } from '../support/server-program.js'

/** An engine that runs. */
export interface Engine {
  /** Its server, which can be stopped and frozen. */
  readonly server: ServerProgram
  readonly queue: Queue
  /** Starts a worker; the function that it gives ends it when its jobs at hand are done. */
  work(handle: (job: QueueJob) => Promise<unknown>): Promise<() => Promise<void>>
  close(): Promise<void>
}

export interface EngineSettings {
  /** How often a job is tried. */
  readonly attempts: number
}

const NAME = 'truedy-events'

async function startBullmq({ attempts }: EngineSettings): Promise<Engine> {
  // Every job is on the disk before Redis answers.
  const server = await startRedis('--appendonly', 'yes', '--appendfsync', 'always')
  const connection: ConnectionOptions = { host: '127.0.0.1', port: server.port }
  const queue = new BullQueue(NAME, { connection: { ...connection, enableOfflineQueue: false } })
  queue.on('error', () => {})
  await queue.waitUntilReady()
  return {
    server,
    queue: bullmqQueue(queue, { attempts, backoff: { type: 'fixed', delay: 100 } }),
    async work(handle) {
      const worker = new BullWorker(NAME, (job) => handle(job.data), { connection, concurrency: 10 })
      worker.on('error', () => {})
      await worker.waitUntilReady()
      return () => worker.close()
    },
    close: () => queue.close(),
  }
}

async function startPgBoss({ attempts }: EngineSettings): Promise<Engine> {
  const server = await startPostgres()
  const open = async () => {
    const boss = new PgBoss({ connectionString: server.url, supervise: false })
    boss.on('error', () => {})
    return boss.start()
  }
  const boss = await open()
  await boss.createQueue(NAME)
  return {
    server,
    queue: pgBossQueue(boss, NAME, { retryLimit: attempts - 1, retryDelay: 1 }),
    async work(handle) {
      const worker = await open()
      const options = { batchSize: 10, pollingIntervalSeconds: 0.5 }
      // Each job ends by itself: in a batch, one that fails would fail the others.
      await worker.work<QueueJob>(NAME, options, async (jobs) => {
        const results = await Promise.allSettled(jobs.map((job) => handle(job.data)))
        for (const [index, result] of results.entries()) {
          const id = jobs[index]?.id ?? ''
          if (result.status === 'rejected') await worker.fail(NAME, id, { message: String(result.reason) })
        }
      })
      return async () => {
        await worker.stop({ graceful: true, wait: true, timeout: 5000 })
      }
    },
    close: () => boss.stop({ graceful: false, wait: true }),
  }
}

/** Failed jobs are part of the tests. */
const quiet = new Logger(() => () => {})

async function startGraphile({ attempts }: EngineSettings): Promise<Engine> {
  const server = await startPostgres()
  const pool = new pg.Pool({ connectionString: server.url, connectionTimeoutMillis: 2000 })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const utils = await makeWorkerUtils({ pgPool: pool })
  await utils.migrate()
  return {
    server,
    queue: graphileQueue(utils, 'truedy', { maxAttempts: attempts }),
    async work(handle) {
      const workers = new pg.Pool({ connectionString: server.url, max: 12 })
      workers.on('error', () => {})
      workers.on('connect', (client) => client.on('error', () => {}))
      const runner = await run({
        pgPool: workers,
        concurrency: 10,
        noHandleSignals: true,
        pollInterval: 200,
        logger: quiet,
        taskList: {
          truedy: async (payload) => {
            await handle(payload as QueueJob)
          },
        },
      })
      return async () => {
        await runner.stop()
        await workers.end()
      }
    },
    async close() {
      await utils.release()
      await pool.end()
    },
  }
}

export const engines: Readonly<Record<string, (settings: EngineSettings) => Promise<Engine>>> = {
  BullMQ: startBullmq,
  'pg-boss': startPgBoss,
  'graphile-worker': startGraphile,
}
