/** Processes the waiting rows one after another. Several processes can do this at the same time. */

import { setTimeout as delay } from 'node:timers/promises'
import { createJobHandler } from 'truedy-webhooks'
import { jobOf, markProcessed } from './archive.js'
import { pool, store } from './database.js'
import { live } from './handlers.js'

const POLL_MS = 1000
/** The waits between the attempts are 1, 2, 4 … seconds, nine hours in all. */
const MAX_ATTEMPTS = 16
/** After this time, another process can take the row, because the one that took it may have crashed. */
const TAKEN = '1 minute'

// An event has one row for each of its deliveries. The job handler processes the event once.
const work = createJobHandler({ ...live, store })

/** Starts the worker. Returns a function that stops it after the current row. */
export function startWorker() {
  const stopping = new AbortController()
  const running = processRows(stopping.signal)
  return async () => {
    stopping.abort()
    await running
  }
}

async function processRows(signal) {
  while (!signal.aborted) {
    const isIdle = await processNext().then(
      (row) => !row,
      (error) => {
        console.error(
          `A query on the archive failed (${error.message || error.code}). The worker tries again in a second.`,
        )
        return true
      },
    )
    if (isIdle) await delay(POLL_MS, undefined, { signal }).catch(() => {})
  }
}

/** Takes the row that has been due the longest, and processes it. Resolves to the row, if there was one. */
async function processNext() {
  const { rows } = await pool.query(
    `UPDATE truedy_deliveries SET attempts = attempts + 1, process_at = now() + $1::interval
     WHERE id = (SELECT id FROM truedy_deliveries WHERE process_at <= now()
                 ORDER BY process_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING *`,
    [TAKEN],
  )
  const [row] = rows
  if (!row) return undefined
  const isProcessed = await work(jobOf(row)).then(
    () => true,
    () => false,
  )
  if (isProcessed) await markProcessed(row)
  else await tryLater(row)
  return row
}

/** Schedules the next attempt. A row without attempts left stays in the table, and `npm run replay` processes it. */
function tryLater({ id, attempts }) {
  const wait = attempts < MAX_ATTEMPTS ? `${2 ** (attempts - 1)} seconds` : null
  return pool.query('UPDATE truedy_deliveries SET process_at = now() + $2::interval WHERE id = $1', [
    id,
    wait,
  ])
}
