/** The database: its tables, and transactions. */

import pg from 'pg'
import { postgresSchema } from 'truedy-webhooks/stores/postgres'

export const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  connectionTimeoutMillis: 5000,
  statement_timeout: 10_000,
})
pool.on('error', (error) => console.error('A connection was lost:', error.message))
// One that is in use says so twice: its query rejects, and it has an event, which would end the process.
pool.on('connect', (client) => client.on('error', () => {}))

/** Makes the tables that are not there yet. */
export async function createTables() {
  // One text, one transaction: the lock that the first statement takes holds for all, when several workers start at once.
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

/** Runs the work in a transaction: all of it is written, or nothing. */
export async function inTransaction(work) {
  const client = await pool.connect()
  let failure
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    failure = error
    // Where the connection is lost, the server rolls back.
    await client.query('ROLLBACK').catch(() => {})
    throw error
  } finally {
    // A connection that has failed may still be in a transaction: not into the pool with it.
    client.release(failure)
  }
}
