/** The database: its tables, the records of processed events, and writes that happen once. */

import pg from 'pg'
import { isDuplicate } from 'truedy-webhooks'
import { postgresSchema, postgresStore } from 'truedy-webhooks/stores/postgres'

/** The record of a write is kept this long, because somebody may run a failed job again by hand, and it must not write twice. */
const TTL_MS = 30 * 24 * 3_600_000

export const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  connectionTimeoutMillis: 5000,
  statement_timeout: 10_000,
})
// Without these listeners, a lost connection would crash the process.
pool.on('error', (error) => console.error('A database connection was lost:', error.message))
pool.on('connect', (client) => client.on('error', () => {}))

/** The records of processed events, shared by all workers. */
export const store = postgresStore((sql, params) => pool.query(sql, params))

/** Creates the tables that don't exist yet. */
export async function createTables() {
  // All statements of one query run in one transaction. The first one takes a lock, so several workers can start at once.
  await pool.query(`
    ${postgresSchema()};
    CREATE TABLE IF NOT EXISTS crm_activities (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      call_id text,
      agent_id text,
      seconds double precision,
      cost_usd double precision,
      end_reason text,
      summary text,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE IF NOT EXISTS voices (
      voice_id text PRIMARY KEY,
      is_active boolean NOT NULL
    )`)
}

/** Runs a write exactly once for each key. The write and its record are in one transaction. */
export async function writeOnce(event, key, write) {
  const client = await pool.connect()
  let failure
  try {
    await client.query('BEGIN')
    const records = postgresStore((sql, params) => client.query(sql, params))
    if (!(await isDuplicate(event, records, { key: () => key, ttlMs: TTL_MS }))) await write(client)
    await client.query('COMMIT')
  } catch (error) {
    failure = error
    throw error
  } finally {
    // With an error, this closes the connection, and the server rolls back.
    client.release(failure)
  }
}
