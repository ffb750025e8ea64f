/** The queue on Redis, with BullMQ. */

import { Queue, Worker } from 'bullmq'

const NAME = 'truedy-events'
const CONCURRENCY = 5

const JOB_OPTIONS = {
  // 1, 2, 4 … seconds, nine hours in all. What has still failed then stays in the set of failed jobs.
  attempts: 16,
  backoff: { type: 'exponential', delay: 1000 },
  // An id that is removed de-duplicates nothing any more. Truedy repeats for 8.5 hours; 72 are on the safe side.
  removeOnComplete: { age: 72 * 3600 },
}

// Each second: by default the waits between attempts grow up to 20 s.
const retryStrategy = () => 1000

export async function openProducer(url) {
  const queue = new Queue(NAME, {
    // Where Redis is away, fail while Truedy still waits for the answer. It waits for ten seconds.
    connection: {
      url,
      retryStrategy,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      commandTimeout: 5000,
    },
    defaultJobOptions: JOB_OPTIONS,
  })
  queue.on('error', logError)
  await queue.waitUntilReady()
  return {
    async add(key, event) {
      // BullMQ keeps ":" for itself. "/" is in no dedupe key, so different keys stay different.
      await queue.add(event.event, { key, event }, { jobId: key.replaceAll(':', '/') })
    },
    close: () => queue.close(),
  }
}

export async function startConsumer(url, handle) {
  const worker = new Worker(NAME, (job) => handle(job.data), {
    connection: { url, retryStrategy, maxRetriesPerRequest: null },
    concurrency: CONCURRENCY,
    // A worker renews the lock of its job. When it dies, the job is found without a lock, and is given to another one.
    lockDuration: 10_000,
    stalledInterval: 5000,
    // How often that may happen to one job. By default it counts as failed the second time: two deployments suffice.
    maxStalledCount: 100,
  })
  worker.on('error', logError)
  worker.on('failed', (job, error) => console.error(`${job?.data.key} has failed:`, error.message))
  await worker.waitUntilReady()
  return {
    // Waits for the jobs at hand.
    close: () => worker.close(),
  }
}

function logError(error) {
  console.error('The queue:', error.message)
}
