/** The database: its tables and its queries. */

import pg from 'pg'
import { postgresSchema } from 'truedy-webhooks/stores/postgres'

export const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  // If the database doesn't respond, Truedy gets a 500 before it gives up after ten seconds.
  connectionTimeoutMillis: 3000,
  query_timeout: 3000,
})
// Without these listeners, a lost connection would crash the process.
pool.on('error', (error) => console.error('A database connection was lost:', error.message))
pool.on('connect', (client) => client.on('error', () => {}))

/** Creates the tables that don't exist yet. */
export async function createTables() {
  await pool.query(`
    ${postgresSchema()};
    CREATE TABLE IF NOT EXISTS workspace_secrets (
      workspace text NOT NULL,
      secret text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (workspace, secret)
    )`)
}

/** Returns the secrets of a workspace, the newest first, or none if the workspace is unknown. */
export async function findSecrets(workspace) {
  const { rows } = await pool.query(
    'SELECT secret FROM workspace_secrets WHERE workspace = $1 ORDER BY created_at DESC LIMIT 10',
    [workspace],
  )
  return rows.map(({ secret }) => secret)
}
