/** `truedy-webhooks/stores/sqlite`: a dedupe store on SQLite, with any driver. */

import type { Awaitable, Claim, DedupeStore } from '../dedupe/store.js'
import { recordKey, requireStoreArguments, wholeMs } from './record.js'
import {
  after,
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

/** Runs one statement with parameters `?`, with a synchronous driver. */
export type SyncSqliteQuery = (sql: string, params: SqlParam[]) => SqlResult

/** Runs one statement with parameters `?`. */
export type SqliteQuery = (sql: string, params: SqlParam[]) => Awaitable<SqlResult>

/** A {@link DedupeStore} on SQLite. */
export interface SqliteStore extends DedupeStore {
  /**
   * Removes the records that have expired, in batches, so that no lock lasts long. Several processes may sweep at the same time.
   *
   * @param options - `batchSize`: the largest number of records that one statement removes (1,000)
   * @returns how many were removed
   */
  sweep(options?: SweepOptions): Awaitable<number>
}

/** A {@link SqliteStore} with a synchronous driver. Its steps are synchronous, so they can run inside a transaction. */
export interface SyncSqliteStore extends SqliteStore {
  claim(key: string, lease: { owner: string; leaseMs: number }): Claim
  renew(key: string, lease: { owner: string; leaseMs: number }): boolean
  complete(key: string, lease: { owner: string; ttlMs: number }): boolean
  release(key: string, lease: { owner: string }): boolean
  sweep(options?: SweepOptions): number
}

/** Milliseconds since 1970 on SQLite's clock, which shows the same time throughout a statement. */
const NOW = `CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)`

/**
 * Returns the SQL that creates the table of {@link sqliteStore}: two statements, each on its own line. Running them again changes
 * nothing.
 *
 * @param options - `table` (`truedy_webhooks`)
 * @throws `WebhookError` `invalid_options` if `table` is not a valid name
 *
 * @example
 * ```ts
 * import { sqliteSchema } from 'truedy-webhooks/stores/sqlite'
 *
 * declare const db: { exec(sql: string): void }
 *
 * db.exec(sqliteSchema())
 * ```
 */
export function sqliteSchema(options: TableOptions = {}): string {
  const { table, index, bareTable } = tableNames(options)
  // In CREATE INDEX, SQLite expects the schema before the name of the index, and the table without it.
  return `CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY NOT NULL, owner TEXT, expires_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ${index} ON ${bareTable} (expires_at);`
}

/**
 * Creates a dedupe store on SQLite 3.35 or later, libSQL or Cloudflare D1, shared by all processes that use the same table
 * ({@link sqliteSchema}).
 *
 * Each step takes one statement and uses the database's clock. Several processes on one file need `PRAGMA journal_mode = WAL` and
 * a short `PRAGMA busy_timeout`. If a process waits longer than that, the driver's error fails the delivery with 500, and Truedy may
 * retry.
 *
 * With a synchronous driver, the steps are synchronous, too. If you call them within a transaction, the record and your own writes
 * commit together. That is the only way to process an event exactly once.
 *
 * @param query - runs one statement with parameters `?`: `(sql, params) => db.prepare(sql).all(...params)` for
 * `better-sqlite3` and `node:sqlite`, `(sql, args) => client.execute({ sql, args })` for libSQL
 * @param options - `table` (`truedy_webhooks`)
 * @returns the store. Its steps pass on the errors of the driver
 * @throws `WebhookError` `invalid_options` if `query` is not a function, or `table` is not a valid name
 *
 * @example
 * ```ts
 * import { createWebhookHandler } from 'truedy-webhooks'
 * import { sqliteStore } from 'truedy-webhooks/stores/sqlite'
 *
 * declare const db: { prepare(sql: string): { all(...params: unknown[]): unknown[] } }
 *
 * export const POST = createWebhookHandler({
 *   secret: 'whsec_example',
 *   store: sqliteStore((sql, params) => db.prepare(sql).all(...params)),
 *   on: { 'call.ended': (event) => console.log(event.data) },
 * })
 * ```
 */
export function sqliteStore(query: SyncSqliteQuery, options?: TableOptions): SyncSqliteStore
export function sqliteStore(query: SqliteQuery, options?: TableOptions): SqliteStore
export function sqliteStore(query: SqliteQuery, options: TableOptions = {}): SqliteStore {
  const example = '(sql, params) => db.prepare(sql).all(...params)'
  const { table } = tableNames(requireStoreArguments('sqliteStore', example, query, options, ['table']))

  // Each parameter occurs once, as a plain `?`, because drivers differ in how they handle numbered ones.
  const claim = `INSERT INTO ${table} (key, owner, expires_at) VALUES (?, ?, ${NOW} + ?)
ON CONFLICT (key) DO UPDATE SET
  owner = CASE WHEN expires_at <= ${NOW} THEN excluded.owner ELSE owner END,
  expires_at = CASE WHEN expires_at <= ${NOW} OR owner = excluded.owner THEN excluded.expires_at ELSE expires_at END
RETURNING owner`
  const renew = `UPDATE ${table} SET expires_at = ${NOW} + ?
WHERE key = ? AND owner = ? AND expires_at > ${NOW} RETURNING key`
  const complete = `INSERT INTO ${table} (key, owner, expires_at) VALUES (?, NULL, ${NOW} + ?)
ON CONFLICT (key) DO UPDATE SET owner = NULL, expires_at = excluded.expires_at
WHERE owner IS NULL OR owner = ? OR expires_at <= ${NOW}
RETURNING key`
  const release = `DELETE FROM ${table} WHERE key = ? AND owner = ? AND expires_at > ${NOW} RETURNING key`
  const sweep = `DELETE FROM ${table} WHERE key IN (
  SELECT key FROM ${table} WHERE expires_at <= ${NOW} ORDER BY expires_at LIMIT ?) RETURNING key`

  return {
    claim(key, { owner, leaseMs }) {
      const params = [recordKey(key), owner, wholeMs('leaseMs', leaseMs)]
      return after(query(claim, params), (result) => claimOf(result, owner))
    },
    renew(key, { owner, leaseMs }) {
      const params = [wholeMs('leaseMs', leaseMs), recordKey(key), owner]
      return after(query(renew, params), (result) => rowsOf(result).length > 0)
    },
    complete(key, { owner, ttlMs }) {
      const params = [recordKey(key), wholeMs('ttlMs', ttlMs), owner]
      return after(query(complete, params), (result) => rowsOf(result).length > 0)
    },
    release(key, { owner }) {
      return after(query(release, [recordKey(key), owner]), (result) => rowsOf(result).length > 0)
    },
    sweep(sweepOptions) {
      return sweepInBatches((batchSize) => query(sweep, [batchSize]), sweepOptions)
    },
  }
}
