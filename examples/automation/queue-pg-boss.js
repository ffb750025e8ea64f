/** The queue in PostgreSQL, with pg-boss. */

import { setTimeout as delay } from 'node:timers/promises'
import PgBoss from 'pg-boss'
import { pgBossQueue } from 'truedy-webhooks/queues'

const NAME = 'truedy-events'
const CONCURRENCY = 5
const POLL_MS = 1000
const DAY = 24 * 3600

const JOB_OPTIONS = {
  // After 1, 2, 4 … seconds and up to twice that: nine hours at least. A job that still fails then stays as `failed`.
  retryLimit: 15,
  retryDelay: 1,
  retryBackoff: true,
  // If a worker crashes, another one gets its job after this time. A job that takes longer than this is also given to another
  // worker, whose job handler then waits for the first one.
  expireInSeconds: 30,
  // How long a job waits for a worker.
  retentionDays: 30,
}

const MAINTENANCE = {
  maintenanceIntervalSeconds: 5,
  // As long as a job isn't archived, a retry by Truedy adds nothing.
  archiveCompletedAfterSeconds: 3 * DAY,
  archiveFailedAfterSeconds: 30 * DAY,
}

/** The receiver's side. */
export async function openQueue() {
  const boss = await open({ supervise: false, connectionTimeoutMillis: 3000, query_timeout: 3000 })
  return { queue: pgBossQueue(boss, NAME, JOB_OPTIONS), close: () => boss.stop() }
}

/** Starts the worker. Returns a function that stops it: it takes no more jobs, and finishes the running ones. */
export async function startWorker(work) {
  const boss = await open(MAINTENANCE)
  const stopping = new AbortController()

  // `boss.work()` of pg-boss 10 doesn't wait until a job is marked done: if PostgreSQL goes down at that moment, the process
  // crashes.
  async function takeJobs() {
    while (!stopping.signal.aborted) {
      const [job] = await boss.fetch(NAME)
      // If this fails, the job stays active until it expires.
      if (job) await run(job).catch(logError)
      else await delay(POLL_MS, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }

  async function run({ id, data }) {
    const error = await work(data).then(
      () => undefined,
      (reason) => reason,
    )
    await (error ? boss.fail(NAME, id, error) : boss.complete(NAME, id))
  }

  const running = Array.from({ length: CONCURRENCY }, takeJobs)
  return async () => {
    stopping.abort()
    await Promise.all(running)
    await boss.stop()
  }
}

async function open(options) {
  const boss = new PgBoss({ connectionString: process.env.DATABASE_URL, schedule: false, ...options })
  boss.on('error', logError)
  await boss.start()
  await boss.createQueue(NAME)
  return boss
}

function logError(error) {
  console.error('The queue:', error.message)
}
