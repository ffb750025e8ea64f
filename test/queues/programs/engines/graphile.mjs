/** graphile-worker on PostgreSQL, as the manual sets it up. */

import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import pg from 'pg'
import { graphileQueue } from 'truedy-webhooks/queues'

export const TASK = 'truedy'

/** A lost connection is an event of the pool or of a client in use, even while the pool ends. */
export function openPool(/** @type {pg.PoolConfig} */ config) {
  const pool = new pg.Pool({ max: 12, ...config })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Failed jobs are part of the tests. */
const logger = new Logger(() => () => {})

/** @type {import('../engine.js').EngineProgram} */
export const graphile = {
  async openQueue(url, { attempts }) {
    const pool = openPool({ connectionString: url, connectionTimeoutMillis: 3000 })
    const utils = await makeWorkerUtils({ pgPool: pool, logger })
    await utils.migrate()
    return {
      queue: graphileQueue(utils, TASK, attempts === undefined ? {} : { maxAttempts: attempts }),
      async close() {
        await utils.release()
        await pool.end()
      },
    }
  },

  async startWorker(url, work, { redeliverySeconds }) {
    const pool = openPool({ connectionString: url })
    const runner = await run({
      pgPool: pool,
      concurrency: 10,
      noHandleSignals: true,
      pollInterval: 200,
      logger,
      taskList: {
        async [TASK](payload) {
          await work(/** @type {import('truedy-webhooks').QueueJob} */ (payload))
        },
      },
    })
    const timer = redeliverySeconds === undefined ? undefined : unlockEvery(pool, redeliverySeconds)
    return async () => {
      clearInterval(timer)
      await runner.stop()
      await pool.end()
    }
  },
}

/** Frees the jobs of workers that crashed. The job handler's store keeps one that is merely slow from being processed twice. */
function unlockEvery(/** @type {pg.Pool} */ pool, /** @type {number} */ seconds) {
  return setInterval(async () => {
    try {
      const { rows } = await pool.query(
        'SELECT DISTINCT locked_by FROM graphile_worker.jobs WHERE locked_at < now() - make_interval(secs => $1)',
        [seconds],
      )
      const workers = rows.map(({ locked_by }) => locked_by)
      if (workers.length > 0) await pool.query('SELECT graphile_worker.force_unlock_workers($1)', [workers])
    } catch {
      // The next time, when the server is back.
    }
  }, seconds * 500)
}
