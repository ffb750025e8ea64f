/** The queue in PostgreSQL, with pg-boss. */

import { setTimeout as delay } from 'node:timers/promises'
import PgBoss from 'pg-boss'
import { pgBossQueue } from 'truedy-webhooks/queues'

const NAME = 'truedy-events'
const CONCURRENCY = 5
const POLL_MS = 1000
const DAY = 24 * 3600

const JOB_OPTIONS = {
  // The waits are 1, 2, 4 … seconds, or up to twice as long, at least nine hours in all. A job that still fails keeps the state
  // `failed`.
  retryLimit: 15,
  retryDelay: 1,
  retryBackoff: true,
  // If a worker crashes, another one gets its job after this time. If a job takes longer, another worker gets it, too, and its job
  // handler waits for the first one.
  expireInSeconds: 30,
  // A job waits for a worker for at most this time.
  retentionDays: 30,
}

const MAINTENANCE = {
  maintenanceIntervalSeconds: 5,
  // Until a job is archived, a retry by Truedy doesn't add another one.
  archiveCompletedAfterSeconds: 3 * DAY,
  archiveFailedAfterSeconds: 30 * DAY,
}

/** The receiver's side. */
export async function openQueue() {
  const boss = await open({ supervise: false, connectionTimeoutMillis: 3000, query_timeout: 3000 })
  return { queue: pgBossQueue(boss, NAME, JOB_OPTIONS), close: () => boss.stop() }
}

/** Starts the worker. Returns a function that stops it: the worker takes no more jobs, and finishes the running ones. */
export async function startWorker(work) {
  const boss = await open(MAINTENANCE)
  const stopping = new AbortController()

  // Replaces `boss.work()`. In pg-boss 10, that function doesn't await the statement that marks a job done. If PostgreSQL goes down
  // during this statement, the process crashes.
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
  console.error('pg-boss reported an error:', error.message)
}
