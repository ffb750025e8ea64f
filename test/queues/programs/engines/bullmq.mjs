/** BullMQ on Redis, as the manual sets it up. */

import { Queue, Worker } from 'bullmq'
import { bullmqQueue } from 'truedy-webhooks/queues'

export const QUEUE = 'truedy-events'

/** @type {import('../engine.js').EngineProgram} */
export const bullmq = {
  async openQueue(url, { attempts, keepDoneSeconds }) {
    const queue = new Queue(QUEUE, { connection: { url, enableOfflineQueue: false } })
    queue.on('error', () => {})
    await queue.waitUntilReady()
    const options = {
      ...(attempts !== undefined && { attempts, backoff: { type: 'exponential', delay: 100 } }),
      ...(keepDoneSeconds !== undefined && { removeOnComplete: { age: keepDoneSeconds } }),
    }
    return { queue: bullmqQueue(queue, options), close: () => queue.close() }
  },

  async startWorker(url, work, { redeliverySeconds }) {
    const worker = new Worker(QUEUE, (job) => work(job.data), {
      connection: { url },
      concurrency: 10,
      ...(redeliverySeconds !== undefined && {
        lockDuration: redeliverySeconds * 1000,
        stalledInterval: redeliverySeconds * 1000,
        maxStalledCount: 100,
      }),
    })
    worker.on('error', () => {})
    await worker.waitUntilReady()
    return () => worker.close()
  },
}
