/** `truedy-webhooks/stores/postgres`: a dedupe store on PostgreSQL, with any client. */

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

/** Runs one statement with parameters `$1`, `$2` … Each occurs once, in this order, so you may replace them with `?`. */
export type PostgresQuery = (sql: string, params: SqlParam[]) => PromiseLike<SqlResult>

/** A {@link DedupeStore} on PostgreSQL. */
export interface PostgresStore extends DedupeStore {
  /**
   * Removes the records that have expired, in batches, so that no lock lasts long. Several processes may sweep at the same time.
   *
   * @param options - `batchSize`: the largest number of records that one statement removes (1,000)
   * @returns how many were removed
   */
  sweep(options?: SweepOptions): Promise<number>
}

/** SQLSTATE serialization_failure and deadlock_detected. The transaction may succeed if it runs again. */
const RETRYABLE = ['40001', '40P01']

/**
 * Returns the SQL statement that creates the table of {@link postgresStore}. Running it again changes nothing, even if several
 * processes run it at the same moment.
 *
 * @param options - `table` (`truedy_webhooks`)
 * @throws `WebhookError` `invalid_options` if `table` is not a valid name
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
  // The lock is needed because IF NOT EXISTS fails if two sessions create the same table at once.
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
 * Creates a dedupe store on PostgreSQL 9.5 or later, shared by all processes that use the same table ({@link postgresSchema}).
 *
 * Each step takes one statement and uses the server's clock. Claiming a key that already has a record takes two.
 *
 * If you pass the query function of a transaction and use `isDuplicate`, the record and your own writes commit together. That is the
 * only way to process an event exactly once. A step may reject with an error whose `code` is `40001` (if the isolation level is above
 * READ COMMITTED) or `40P01` (a deadlock). Nothing was recorded then: run the transaction again.
 *
 * @param query - runs one statement: `(sql, params) => pool.query(sql, params)` for `pg`,
 * `(sql, params) => client.unsafe(sql, params)` for `postgres`
 * @param options - `table` (`truedy_webhooks`)
 * @returns the store. Its steps pass on the errors of the client. For `40001` and `40P01`, the error has the client's error as `cause`
 * @throws `WebhookError` `invalid_options` if `query` is not a function, or `table` is not a valid name
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
      throw explainRetryable(error)
    }
  }

  // Parameters occur once each and in order, so that a program whose client has only `?` can replace them.
  const insert = `INSERT INTO ${table} AS record (key, owner, expires_at)
VALUES ($1, $2, clock_timestamp() + $3::float8 * interval '1 ms') ON CONFLICT`
  const claimNew = `${insert} DO NOTHING RETURNING owner`
  // A conflict always updates the row, because RETURNING doesn't return a row that was not changed. A row that is done, or that
  // another owner holds, gets its old values. Both CASE expressions use `statement_timestamp()`, so that they see the same time;
  // `now()` would be the start of the transaction.
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
      // Nearly every event is new, so this statement is usually enough. If it inserts nothing, the other one decides from scratch.
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

/** Wraps the client's error if the transaction may succeed when it runs again. Returns any other error unchanged. */
function explainRetryable(error: unknown): unknown {
  // Drizzle and others put the error of the driver into `cause`, and Sequelize into `parent`.
  const { cause, parent } = error instanceof Error ? (error as Error & { parent?: unknown }) : {}
  const code = [error, cause, parent].map(codeOf).find((found) => RETRYABLE.includes(String(found)))
  if (code === undefined) return error
  const message = `PostgreSQL canceled this because of a conflict with another transaction (${code}). Roll back, and run the transaction again.`
  return Object.assign(new Error(message, { cause: error }), { code })
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
