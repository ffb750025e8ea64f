/**
 * Processes deliveries from the archive.
 *
 *   npm run replay -- --from 2026-03-01                       only those that were never processed
 *   npm run replay -- --from 2026-03-01 --backfill durations  all, with the handlers of a backfill
 */

import { parseArgs } from 'node:util'
import { createJobHandler } from 'truedy-webhooks'
import { jobOf, markProcessed } from './archive.js'
import { pool, store } from './database.js'
import { backfills, live } from './handlers.js'

const BATCH = 500
/** The records of a backfill are kept for a year, so that a repeated backfill processes nothing twice. */
const TTL_MS = 365 * 24 * 3_600_000

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '-infinity' },
    to: { type: 'string', default: 'infinity' },
    backfill: { type: 'string' },
  },
})
const { from, to, backfill } = values
if (backfill !== undefined && !Object.hasOwn(backfills, backfill)) {
  throw new Error(`Unknown backfill "${backfill}". Use one of these: ${Object.keys(backfills).join(', ')}.`)
}

// The scope gives each backfill its own records, so it gets every event once, even if it is interrupted and started again.
const work = createJobHandler(
  backfill === undefined
    ? { ...live, store }
    : { ...backfills[backfill], store, scope: `backfill-${backfill}`, ttlMs: TTL_MS },
)

const counts = { processed: 0, duplicate: 0, failed: 0 }
let lastId = 0
while (true) {
  const { rows } = await pool.query(
    `SELECT * FROM truedy_deliveries
     WHERE id > $1 AND received_at >= $2::timestamptz AND received_at < $3::timestamptz
       AND ($4 OR processed_at IS NULL)
     ORDER BY id LIMIT ${BATCH}`,
    [lastId, from, to, backfill !== undefined],
  )
  if (rows.length === 0) break
  for (const row of rows) {
    lastId = row.id
    const status = await work(jobOf(row)).then(
      (result) => result.status,
      () => 'failed',
    )
    counts[status] += 1
    if (status !== 'failed' && backfill === undefined) await markProcessed(row)
  }
}
console.log(JSON.stringify(counts))
if (counts.failed > 0) process.exitCode = 1
await pool.end()
