/** Every delivery as a row, and back. */

import { pool } from './database.js'

/** What a receiver takes as its queue: a delivery is acknowledged once its row is committed. */
export const archive = {
  add: ({ receivedAt, sentAt, type, key, body }) =>
    pool.query(
      `INSERT INTO truedy_deliveries (received_at, sent_at, event_type, dedupe_key, payload)
       VALUES ($1, $2, $3, $4, $5)`,
      [receivedAt, sentAt, type, key, body],
    ),
}

/** The job that a row was made of. */
export function jobOf(row) {
  return {
    key: row.dedupe_key,
    type: row.event_type,
    body: row.payload,
    sentAt: row.sent_at.toISOString(),
    receivedAt: row.received_at.toISOString(),
  }
}

/** Says that the event of a row was processed. */
export const markProcessed = ({ id }) =>
  pool.query('UPDATE truedy_deliveries SET process_at = NULL, processed_at = now() WHERE id = $1', [id])
