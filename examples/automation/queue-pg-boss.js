/** The queue in PostgreSQL, with pg-boss. */

import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import PgBoss from 'pg-boss'

const NAME = 'truedy-events'
const CONCURRENCY = 5
const POLL_MS = 1000

const HOUR = 3600
const DAY = 24 * HOUR

const JOB_OPTIONS = {
  // After 1, 2, 4 … seconds and up to twice that, nine hours at least. What has still failed then stays, as `failed`.
  retryLimit: 15,
  retryDelay: 1,
  retryBackoff: true,
  // A job that was begun so long ago and is not done belonged to a worker that died: it is given to another one. It
  // may also be one that is slow. Then the records of the actions keep the second one from doing what the first does.
  expireInSeconds: 30,
  // How long a job waits for a worker.
  retentionDays: 30,
}

const MAINTENANCE = {
  maintenanceIntervalSeconds: 10,
  // An id that is in the archive de-duplicates nothing any more. Truedy repeats for 8.5 hours; 72 are on the safe side.
  archiveCompletedAfterSeconds: 72 * HOUR,
  archiveFailedAfterSeconds: 30 * DAY,
}

export async function openProducer(url) {
  // Where PostgreSQL is away, fail while Truedy still waits for the answer. It waits for ten seconds.
  const boss = await open(url, { supervise: false, connectionTimeoutMillis: 5000, query_timeout: 5000 })
  return {
    async add(key, event) {
      const id = jobId(key)
      // As text: PostgreSQL's JSON takes no NUL and no half of a surrogate pair, and an event may have either.
      const added = await boss.send(NAME, { key, text: JSON.stringify(event) }, { ...JOB_OPTIONS, id })
      // `null`: the id is there already. Or the queue is not there any more, for which pg-boss has no error.
      const isThere = added !== null || (await boss.getJobById(NAME, id)) !== null
      if (!isThere) throw new Error(`There is no queue "${NAME}".`)
    },
    close: () => boss.stop(),
  }
}

export async function startConsumer(url, handle) {
  const boss = await open(url, MAINTENANCE)
  const closing = new AbortController()

  // Not `boss.work()`: it does not wait until a job is recorded as done, and where PostgreSQL is away just then, the
  // process dies of an unhandled rejection.
  async function work() {
    while (!closing.signal.aborted) {
      const [job] = await boss.fetch(NAME)
      if (job) await run(job).catch(logError)
      else await delay(POLL_MS, undefined, { signal: closing.signal }).catch(() => {})
    }
  }

  // Where it rejects, the job stays as it is until it expires.
  async function run({ id, data: { key, text } }) {
    try {
      await handle({ key, event: JSON.parse(text) })
    } catch (error) {
      console.error(`${key} has failed:`, error.message)
      await boss.fail(NAME, id, error)
      return
    }
    await boss.complete(NAME, id)
  }

  const workers = Array.from({ length: CONCURRENCY }, work)
  return {
    // Waits for the jobs at hand.
    async close() {
      closing.abort()
      await Promise.all(workers)
      await boss.stop()
    },
  }
}

async function open(url, options) {
  const boss = new PgBoss({ connectionString: url, schedule: false, ...options })
  boss.on('error', logError)
  await boss.start()
  await boss.createQueue(NAME)
  return boss
}

/** pg-boss wants a UUID: one that is made of the key's SHA-256 (RFC 9562, version 8), so that no two keys share one. */
function jobId(key) {
  const hex = createHash('sha256').update(key).digest('hex')
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-a$4-$5')
}

function logError(error) {
  console.error('The queue:', error.message)
}
