/**
 * Keeps the state of each call in a PostgreSQL table. The state is right in whatever order the events arrive, even if several
 * arrive at once.
 */

import { eventIds } from 'truedy-webhooks'
import { mergeCall } from 'truedy-webhooks/state'

/** @import { Pool } from 'pg' */
/** @import { TruedyEvent } from 'truedy-webhooks' */

/** An attempt fails only if another event of the same call was stored meanwhile, and a call has few events. */
const MAX_ATTEMPTS = 20

/**
 * The type is `json`, because `jsonb` can't hold U+0000, which a summary may contain. Without the lock, IF NOT EXISTS can fail if
 * several processes start at once.
 */
export const CALLS_SCHEMA = `
  SELECT pg_advisory_xact_lock(hashtext('calls'));
  CREATE TABLE IF NOT EXISTS calls (
    call_id text PRIMARY KEY,
    state json NOT NULL,
    version integer NOT NULL
  )`

/** Writes a state. Affects no row if another event of the call was stored since the state was read. */
const UPSERT = `
  INSERT INTO calls AS known (call_id, state, version) VALUES ($1, $2, 1)
  ON CONFLICT (call_id) DO UPDATE SET state = excluded.state, version = known.version + 1
  WHERE known.version = $3`

/**
 * Merges an event into the state of its call. Ignores events that aren't about a call.
 *
 * @param {Pool} pool
 * @param {TruedyEvent} event
 */
export async function recordEvent(pool, event) {
  const { callId } = eventIds(event)
  if (callId === undefined) return
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const { rows } = await pool.query('SELECT state, version FROM calls WHERE call_id = $1', [callId])
    const [known] = rows
    const state = mergeCall(known?.state, event)
    // mergeCall returns the same object if the event adds nothing to the state.
    if (state === known?.state) return
    const { rowCount } = await pool.query(UPSERT, [callId, JSON.stringify(state), known?.version ?? 0])
    if (rowCount === 1) return
  }
  // The response is 500, and Truedy may retry.
  throw new Error(`Call ${callId} changed ${MAX_ATTEMPTS} times while its state was written.`)
}

/**
 * Returns the newest state of a call, or `undefined` if no event of it has arrived.
 *
 * @param {Pool} pool
 * @param {string} callId
 */
export async function readCall(pool, callId) {
  const { rows } = await pool.query('SELECT state FROM calls WHERE call_id = $1', [callId])
  return rows[0]?.state
}
