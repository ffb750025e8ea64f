/** The cases that a queue must pass, on each real engine. */

import { Queue as BullQueue } from 'bullmq'
import { makeWorkerUtils } from 'graphile-worker'
import PgBoss from 'pg-boss'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { bullmqQueue, graphileQueue, pgBossQueue } from '../../src/queues/index.js'
import { type QueueEngine, queueCases } from '../../src/testing/index.js'
import { startPostgres } from '../support/postgres-server.js'
import { startRedis } from '../support/redis-server.js'
import { openPool } from './programs/engines/graphile.mjs'

const NAME = 'truedy-cases'

interface Started extends QueueEngine {
  close(): Promise<unknown>
}

async function startBullmq(): Promise<Started> {
  const server = await startRedis()
  // With this setting, Redis rejects every write that needs memory.
  const full = await startRedis('--maxmemory', '1', '--maxmemory-policy', 'noeviction')
  const open = (port: number) => {
    const queue = new BullQueue(NAME, { connection: { host: '127.0.0.1', port, enableOfflineQueue: false } })
    queue.on('error', () => {})
    return queue
  }
  const queues = [open(server.port), open(full.port)] as const
  await queues[0].waitUntilReady()
  return {
    queue: bullmqQueue(queues[0]),
    rejecting: bullmqQueue(queues[1]),
    jobs: async () => (await queues[0].getJobs(['waiting'], 0, -1)).map(({ data }): unknown => data),
    async close() {
      await Promise.all(queues.map((queue) => queue.close()))
      await Promise.all([server.stop(), full.stop()])
    },
  }
}

async function startPgBoss(): Promise<Started> {
  const server = await startPostgres()
  const open = async () => {
    const boss = new PgBoss({ connectionString: server.url, supervise: false })
    boss.on('error', () => {})
    return boss.start()
  }
  const boss = await open()
  const stopped = await open()
  await stopped.stop({ graceful: false, wait: true })
  await boss.createQueue(NAME)
  const pool = openPool({ connectionString: server.url })
  return {
    queue: pgBossQueue(boss, NAME),
    rejecting: pgBossQueue(stopped, NAME),
    async jobs() {
      const { rows } = await pool.query<{ data: unknown }>('SELECT data FROM pgboss.job WHERE name = $1', [
        NAME,
      ])
      return rows.map(({ data }) => data)
    },
    async close() {
      await Promise.all([pool.end(), boss.stop({ graceful: false, wait: true })])
      await server.stop()
    },
  }
}

async function startGraphile(): Promise<Started> {
  const server = await startPostgres()
  const pool = openPool({ connectionString: server.url })
  const utils = await makeWorkerUtils({ pgPool: pool })
  await utils.migrate()
  const ended = openPool({ connectionString: server.url })
  const withoutServer = await makeWorkerUtils({ pgPool: ended })
  await ended.end()
  return {
    queue: graphileQueue(utils, NAME),
    rejecting: graphileQueue(withoutServer, NAME),
    async jobs() {
      // The view graphile_worker.jobs has no payload.
      const { rows } = await pool.query<{ payload: unknown }>(
        'SELECT payload FROM graphile_worker._private_jobs',
      )
      return rows.map(({ payload }) => payload)
    },
    async close() {
      await Promise.all([utils.release(), withoutServer.release()])
      await pool.end()
      await server.stop()
    },
  }
}

const ENGINES = { BullMQ: startBullmq, 'pg-boss': startPgBoss, 'graphile-worker': startGraphile }

describe.each(Object.entries(ENGINES))('%s', (_, start) => {
  let engine: Started
  beforeAll(async () => {
    engine = await start()
  })
  afterAll(() => engine?.close())

  it.each(queueCases)('$name', ({ run }) => run(engine))
})
