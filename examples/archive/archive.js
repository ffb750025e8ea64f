/** Turns jobs into rows of the archive, and rows into jobs. */

import { pool } from './database.js'

/** The receiver's queue. The receiver acknowledges a delivery once its row is committed. */
export const archive = {
  add: ({ receivedAt, sentAt, type, key, body }) =>
    pool.query(
      `INSERT INTO truedy_deliveries (received_at, sent_at, event_type, dedupe_key, payload)
       VALUES ($1, $2, $3, $4, $5)`,
      [receivedAt, sentAt, type, key, body],
    ),
}

/** Returns the job that was stored as this row. */
export function jobOf(row) {
  return {
    key: row.dedupe_key,
    type: row.event_type,
    body: row.payload,
    sentAt: row.sent_at.toISOString(),
    receivedAt: row.received_at.toISOString(),
  }
}

/** Marks a row as processed. */
export const markProcessed = ({ id }) =>
  pool.query('UPDATE truedy_deliveries SET process_at = NULL, processed_at = now() WHERE id = $1', [id])
