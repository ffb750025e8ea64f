/** `truedy-webhooks/stores/postgres`: a dedupe store on PostgreSQL, through whichever client the program has. */

import type { DedupeStore } from '../dedupe/store.js'
import { recordKey, requireStoreArguments, wholeMs } from './record.js'
import {
  claimOf,
  rowsOf,
  type SqlParam,
  type SqlResult,
  type SweepOptions,
  sweepInBatches,
  type TableOptions,
  tableNames,
} from './sql.js'

export type { SqlParam, SqlResult, SweepOptions, TableOptions }

/** Runs one statement with parameters `$1`, `$2` … Each stands once, in this order: `?` may replace them. */
export type PostgresQuery = (sql: string, params: SqlParam[]) => PromiseLike<SqlResult>

/** A {@link DedupeStore} on PostgreSQL. */
export interface PostgresStore extends DedupeStore {
  /**
   * Removes the records that have expired, in batches, so that no lock lasts. Others may sweep at the same time.
   *
   * @param options - `batchSize`: how many records one statement removes at most (1,000)
   * @returns how many were removed
   */
  sweep(options?: SweepOptions): Promise<number>
}

/** SQLSTATE serialization_failure and deadlock_detected: the transaction may succeed when it is run again. */
const RETRYABLE = ['40001', '40P01']

/**
 * The table of {@link postgresStore}, as one SQL statement. Running it again changes nothing, also when several processes
 * start at the same moment.
 *
 * @param options - `table` (`truedy_webhooks`)
 * @throws `WebhookError` `invalid_options` if `table` is not a valid name for a table
 *
 * @example
 * ```ts
 * import { postgresSchema } from 'truedy-webhooks/stores/postgres'
 *
 * declare const pool: { query(sql: string): Promise<unknown> }
 *
 * await pool.query(postgresSchema())
 * ```
 */
export function postgresSchema(options: TableOptions = {}): string {
  const { table, bareIndex } = tableNames(options)
  // The lock, because IF NOT EXISTS fails when two sessions create the same table at once.
  return `DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('truedy-webhooks ${table}'));
  CREATE TABLE IF NOT EXISTS ${table} (
    key text PRIMARY KEY,
    owner text, -- NULL once the event is done
    expires_at timestamptz NOT NULL
  );
  CREATE INDEX IF NOT EXISTS ${bareIndex} ON ${table} (expires_at);
END $$`
}

/**
 * A dedupe store on PostgreSQL 9.5 or later, shared by all processes that use the same table ({@link postgresSchema}).
 *
 * Each step takes one statement, on the server's clock. Claiming a key that already has a record takes a second one. If you
 * pass the query function of a transaction and use `isDuplicate`, the record and your own writes commit together: the only
 * way to process an event exactly once. Wherever the isolation level is above READ COMMITTED, a step may reject with an error
 * whose `code` is
 * `40001`: nothing was recorded, the transaction has to be run again.
 *
 * @param query - runs one statement: `(sql, params) => pool.query(sql, params)` of `pg`, `(sql, params) => client.unsafe(sql,
 * params)` of `postgres`
 * @param options - `table` (`truedy_webhooks`)
 * @returns the store; its steps reject with what the client rejects with
 * @throws `WebhookError` `invalid_options` if `table` is not a valid name for a table
 *
 * @example
 * ```ts
 * import { createWebhookHandler } from 'truedy-webhooks'
 * import { postgresStore } from 'truedy-webhooks/stores/postgres'
 *
 * declare const pool: { query(sql: string, params: unknown[]): Promise<{ rows: object[] }> }
 *
 * export const POST = createWebhookHandler({
 *   secret: 'whsec_example',
 *   store: postgresStore((sql, params) => pool.query(sql, params)),
 *   on: { 'call.ended': (event) => console.log(event.data) },
 * })
 * ```
 */
export function postgresStore(query: PostgresQuery, options: TableOptions = {}): PostgresStore {
  const example = '(sql, params) => pool.query(sql, params)'
  const { table } = tableNames(requireStoreArguments('postgresStore', example, query, options, ['table']))

  async function run(sql: string, ...params: SqlParam[]): Promise<SqlResult> {
    try {
      return await query(sql, params)
    } catch (error) {
      throw explained(error)
    }
  }

  // The parameters are numbered in the order in which they stand, each once: clients that know only `?` need no more than a
  // replacement.
  const insert = `INSERT INTO ${table} AS record (key, owner, expires_at)
VALUES ($1, $2, clock_timestamp() + $3::float8 * interval '1 ms') ON CONFLICT`
  const claimNew = `${insert} DO NOTHING RETURNING owner`
  // A conflict always updates the row, because RETURNING gives no row that was left alone; a row that is held or done gets
  // its old values. Both CASE expressions use `statement_timestamp()`, so that they see the same time. `now()` would be the
  // start of the transaction.
  const claimAny = `${insert} (key) DO UPDATE SET
  owner = CASE WHEN record.expires_at <= statement_timestamp() THEN excluded.owner ELSE record.owner END,
  expires_at = CASE WHEN record.expires_at <= statement_timestamp() OR record.owner = excluded.owner
    THEN excluded.expires_at ELSE record.expires_at END
RETURNING owner`
  const renew = `UPDATE ${table} SET expires_at = clock_timestamp() + $1::float8 * interval '1 ms'
WHERE key = $2 AND owner = $3 AND expires_at > clock_timestamp() RETURNING key`
  const complete = `INSERT INTO ${table} AS record (key, owner, expires_at)
VALUES ($1, NULL, clock_timestamp() + $2::float8 * interval '1 ms')
ON CONFLICT (key) DO UPDATE SET owner = NULL, expires_at = excluded.expires_at
WHERE record.owner IS NULL OR record.owner = $3::text OR record.expires_at <= clock_timestamp()
RETURNING key`
  const release = `DELETE FROM ${table} WHERE key = $1 AND owner = $2 AND expires_at > clock_timestamp() RETURNING key`
  // Rows that another sweep or a claim has locked are skipped.
  const sweep = `DELETE FROM ${table} WHERE key = ANY(ARRAY(
  SELECT key FROM ${table} WHERE expires_at <= statement_timestamp()
  ORDER BY expires_at LIMIT $1::int FOR UPDATE SKIP LOCKED)) RETURNING key`

  return {
    async claim(key, { owner, leaseMs }) {
      const params = [recordKey(key), owner, wholeMs('leaseMs', leaseMs)]
      // Nearly every event is new, and then this one statement is enough. Otherwise, the other statement decides from scratch
      // and ignores this answer.
      const inserted = await run(claimNew, ...params)
      if (rowsOf(inserted).length > 0) return claimOf(inserted, owner)
      return claimOf(await run(claimAny, ...params), owner)
    },
    async renew(key, { owner, leaseMs }) {
      return rowsOf(await run(renew, wholeMs('leaseMs', leaseMs), recordKey(key), owner)).length > 0
    },
    async complete(key, { owner, ttlMs }) {
      const result = await run(complete, recordKey(key), wholeMs('ttlMs', ttlMs), owner)
      return rowsOf(result).length > 0
    },
    async release(key, { owner }) {
      return rowsOf(await run(release, recordKey(key), owner)).length > 0
    },
    async sweep(sweepOptions) {
      return sweepInBatches((batchSize) => run(sweep, batchSize), sweepOptions)
    },
  }
}

/** The client's error; if its code means that the transaction may succeed when run again, an error that says so. */
function explained(error: unknown): unknown {
  // Drizzle and others wrap the error of the driver as `cause`, Sequelize as `parent`.
  const { cause, parent } = error instanceof Error ? (error as Error & { parent?: unknown }) : {}
  const code = [error, cause, parent].map(codeOf).find((found) => RETRYABLE.includes(String(found)))
  if (code === undefined) return error
  const message = `PostgreSQL could not serialize this with a concurrent transaction (${code}). Nothing was recorded: roll back and run the transaction again.`
  return Object.assign(new Error(message, { cause: error }), { code })
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
