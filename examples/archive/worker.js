/** Processes the rows that wait, one after the other. Several processes may do so at the same time. */

import { setTimeout as delay } from 'node:timers/promises'
import { createJobHandler } from 'truedy-webhooks'
import { jobOf, markProcessed } from './archive.js'
import { pool, store } from './database.js'
import { live } from './handlers.js'

const POLL_MS = 1000
/** 1, 2, 4 … seconds: nine hours in all. */
const MAX_ATTEMPTS = 16
/** A row is given to another process after this time, because the one that took it may have crashed. */
const TAKEN = '1 minute'

// The same event may have several rows, one for each delivery. The job handler processes the first of them.
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
        console.error('The archive:', error.message)
        return true
      },
    )
    if (isIdle) await delay(POLL_MS, undefined, { signal }).catch(() => {})
  }
}

/** Takes the row that waits longest, and processes it. */
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

/** A row that has no attempts left stays: `npm run replay` processes it. */
function tryLater({ id, attempts }) {
  const wait = attempts < MAX_ATTEMPTS ? `${2 ** (attempts - 1)} seconds` : null
  return pool.query('UPDATE truedy_deliveries SET process_at = now() + $2::interval WHERE id = $1', [
    id,
    wait,
  ])
}
