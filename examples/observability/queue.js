/** The queue on Redis, with BullMQ. */

import { Queue, Worker } from 'bullmq'
import { bullmqQueue } from 'truedy-webhooks/queues'
import { log } from './log.js'

const NAME = 'truedy-events'

const JOB_OPTIONS = {
  // The waits are 1, 2, 4 … seconds, nine hours in all.
  attempts: 16,
  backoff: { type: 'exponential', delay: 1000 },
  removeOnComplete: { age: 72 * 3600 },
}

const connection = { url: process.env.REDIS_URL }

/** The receiver's side. */
export async function openQueue() {
  const queue = new Queue(NAME, { connection: { ...connection, enableOfflineQueue: false } })
  queue.on('error', logError)
  await queue.waitUntilReady()
  return { queue: bullmqQueue(queue, JOB_OPTIONS), close: () => queue.close() }
}

/** Starts the worker. Returns a function that stops it. */
export async function startWorker(work) {
  const worker = new Worker(NAME, (job) => work(job.data), {
    connection: { ...connection, maxRetriesPerRequest: null },
    concurrency: 5,
  })
  worker.on('error', logError)
  await worker.waitUntilReady()
  return () => worker.close()
}

function logError(err) {
  log.error({ err }, 'BullMQ reported an error.')
}
