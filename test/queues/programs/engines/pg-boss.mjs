/** pg-boss on PostgreSQL, as the manual sets it up. */

import PgBoss from 'pg-boss'
import { pgBossQueue } from 'truedy-webhooks/queues'
import { QUEUE } from './bullmq.mjs'

/**
 * @param {string} url
 * @param {PgBoss.ConstructorOptions} [options]
 */
async function open(url, options) {
  const boss = new PgBoss({ connectionString: url, ...options })
  boss.on('error', () => {})
  await boss.start()
  await boss.createQueue(QUEUE)
  return boss
}

/** @type {import('../engine.js').EngineProgram} */
export const pgBoss = {
  async openQueue(url, { attempts, redeliverySeconds }) {
    const boss = await open(url, { supervise: false, connectionTimeoutMillis: 3000 })
    const options = {
      ...(attempts !== undefined && { retryLimit: attempts - 1, retryDelay: 1 }),
      ...(redeliverySeconds !== undefined && { expireInSeconds: redeliverySeconds }),
    }
    return {
      queue: pgBossQueue(boss, QUEUE, options),
      close: () => boss.stop({ graceful: false, wait: true }),
    }
  },

  async startWorker(url, work, { redeliverySeconds }) {
    const boss = await open(url, redeliverySeconds === undefined ? {} : { maintenanceIntervalSeconds: 1 })
    // The engine completes or fails a batch as a whole. A failing job is marked on its own, so that the others do not
    // fail.
    await boss.work(QUEUE, { batchSize: 10, pollingIntervalSeconds: 0.5 }, async (jobs) => {
      const failed = async (/** @type {string} */ id, /** @type {Error} */ error) =>
        boss.fail(QUEUE, id, error)
      await Promise.all(jobs.map(({ id, data }) => work(data).catch((error) => failed(id, error))))
    })
    return () => boss.stop({ graceful: true, wait: true, timeout: 10_000 })
  },
}
