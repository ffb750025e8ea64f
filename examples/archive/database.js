/** The database and its tables. */

import pg from 'pg'
import { postgresSchema, postgresStore } from 'truedy-webhooks/stores/postgres'

export const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  // If the database doesn't respond, Truedy gets a 500 before it gives up after ten seconds.
  connectionTimeoutMillis: 3000,
  query_timeout: 3000,
})
// Without these listeners, a lost connection would crash the process.
pool.on('error', (error) => console.error('A database connection was lost:', error.message))
pool.on('connect', (client) => client.on('error', () => {}))

/** The records of processed events, shared by all processes. */
export const store = postgresStore((sql, params) => pool.query(sql, params))

/** Creates the tables that don't exist yet. */
export async function createTables() {
  // All statements of one query run in one transaction. The first one takes a lock, so several processes can start at once.
  await pool.query(`
    ${postgresSchema()};
    CREATE TABLE IF NOT EXISTS truedy_deliveries (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      received_at timestamptz NOT NULL,
      sent_at timestamptz NOT NULL,
      event_type text NOT NULL,
      dedupe_key text NOT NULL,
      payload text NOT NULL, -- exactly as signed; jsonb would change it
      attempts integer NOT NULL DEFAULT 0,
      process_at timestamptz DEFAULT now(), -- the next attempt; NULL if there is none
      processed_at timestamptz
    );
    CREATE INDEX IF NOT EXISTS truedy_deliveries_process_at ON truedy_deliveries (process_at);
    CREATE INDEX IF NOT EXISTS truedy_deliveries_received_at ON truedy_deliveries (received_at);`)
}
