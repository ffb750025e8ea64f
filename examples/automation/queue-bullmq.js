/** The queue on Redis, with BullMQ. */

import { Queue, Worker } from 'bullmq'
import { bullmqQueue } from 'truedy-webhooks/queues'

const NAME = 'truedy-events'

const JOB_OPTIONS = {
  // The waits are 1, 2, 4 … seconds, nine hours in all. A job that still fails stays in the set of failed jobs.
  attempts: 16,
  backoff: { type: 'exponential', delay: 1000 },
  // While BullMQ keeps a job, a retry by Truedy doesn't add another one.
  removeOnComplete: { age: 72 * 3600 },
}

/** Reconnects every second. By default, the waits grow to 20 s. */
const connection = { url: process.env.REDIS_URL, retryStrategy: () => 1000 }

/** The receiver's side. */
export async function openQueue() {
  // Without an offline queue, `add` fails at once if Redis is down. Truedy gets a 500 and may retry.
  const queue = new Queue(NAME, { connection: { ...connection, enableOfflineQueue: false } })
  queue.on('error', logError)
  await queue.waitUntilReady()
  return { queue: bullmqQueue(queue, JOB_OPTIONS), close: () => queue.close() }
}

/** Starts the worker. Returns a function that stops it: the worker takes no more jobs, and finishes the running ones. */
export async function startWorker(work) {
  const worker = new Worker(NAME, (job) => work(job.data), {
    connection: { ...connection, maxRetriesPerRequest: null },
    concurrency: 5,
    // A worker renews the lock of its job. If the worker crashes, another one gets the job once the lock has expired.
    lockDuration: 10_000,
    stalledInterval: 5000,
    // A job may lose its worker 100 times. By default, it fails for good the second time.
    maxStalledCount: 100,
  })
  worker.on('error', logError)
  await worker.waitUntilReady()
  return () => worker.close()
}

function logError(error) {
  console.error('BullMQ reported an error:', error.message)
}
