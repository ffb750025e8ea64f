/** Shared by the stores on SQL databases: their table, the rows of a query, and the result of a claim. */

import { describeValue, requireOptions, requirePositive } from '../checks.js'
import type { Awaitable, Claim } from '../dedupe/store.js'
import { WebhookError } from '../errors.js'
import { isObject } from '../json.js'

/** A value for a parameter of a statement. */
export type SqlParam = string | number

/** An array of rows, or an object whose `rows` is that array. Each row is an object by the columns' names. */
export type SqlResult = readonly unknown[] | { readonly rows: readonly unknown[] }

/** Options of the stores and schemas. */
export interface TableOptions {
  /** The table of the records, with its schema where that has to be said. Default `truedy_webhooks`. */
  readonly table?: string | undefined
}

/** Options of a sweep. */
export interface SweepOptions {
  /** The largest number of records that one statement deletes. Default 1,000. */
  readonly batchSize?: number | undefined
}

/** The names of a table and of its index, quoted for a statement: with their schema, where there is one, and without. */
export interface TableNames {
  readonly table: string
  readonly index: string
  readonly bareTable: string
  readonly bareIndex: string
}

/**
 * Takes a table's name apart. It becomes a part of statements, so it is letters, digits and underscores only.
 *
 * @throws {@link WebhookError} `invalid_options`
 */
export function tableNames(options: TableOptions): TableNames {
  requireOptions(options, ['table'])
  const { table = 'truedy_webhooks' } = options
  // 48, so that the index's name fits into the 63 bytes of PostgreSQL, too.
  const match = /^(?:([a-z_]\w{0,47})\.)?([a-z_]\w{0,47})$/i.exec(table)
  if (!match) {
    throw new WebhookError(
      'invalid_options',
      'table must be up to 48 letters, digits and underscores, and not begin with a digit; "schema.table" works, too.',
    )
  }
  const [, schemaName, name] = match
  const schema = schemaName === undefined ? '' : `"${schemaName}".`
  const bareTable = `"${name}"`
  const bareIndex = `"${name}_expires_at"`
  return { table: schema + bareTable, index: schema + bareIndex, bareTable, bareIndex }
}

/**
 * The rows that a query gave. Some clients give other things, such as `[rows, count]`, which would count as two rows.
 *
 * @throws TypeError
 */
export function rowsOf(result: SqlResult): readonly object[] {
  const rows: unknown =
    typeof result === 'object' && result !== null && 'rows' in result ? result.rows : result
  if (Array.isArray(rows) && rows.every(isObject)) return rows
  throw new TypeError(
    'The function given to the store must return rows, each an object with the names of the columns, or an object that has them as `rows`. ' +
      `It returned ${describeRows(rows)}.`,
  )
}

/** Describes the value that came instead of rows. TypeORM and others return rows and a count. */
function describeRows(rows: unknown): string {
  if (!Array.isArray(rows)) return describeValue(rows)
  if (Array.isArray(rows[0]))
    return 'an array of arrays: if your client returns [rows, count], return its first element'
  return 'an array with something else than objects in it'
}

/** The result of a claim, by its one row: who holds the record now, or `null` if the event is done. */
export function claimOf(result: SqlResult, owner: string): Claim {
  const row = rowsOf(result)[0]
  const holder = row && 'owner' in row ? row.owner : undefined
  if (holder === null) return 'done'
  if (typeof holder === 'string') return holder === owner ? 'claimed' : 'busy'
  throw new TypeError(
    'The function given to the store must return rows as objects, with the names of the columns.',
  )
}

/**
 * Removes batch after batch until one is not full.
 *
 * @param removeBatch - removes at most `batchSize` records, and returns one row for each record that it removed
 * @returns how many were removed; a promise only where `removeBatch` gives one
 */
export function sweepInBatches(
  removeBatch: (batchSize: number) => Awaitable<SqlResult>,
  options: SweepOptions = {},
): Awaitable<number> {
  requireOptions(options, ['batchSize'])
  const { batchSize = 1000 } = options
  requirePositive({ batchSize })
  const size = Math.ceil(batchSize)
  // A loop, not a recursion: a table of millions takes thousands of batches.
  for (let swept = 0; ; ) {
    const result = removeBatch(size)
    if (isPromise(result)) return sweepOn(result, swept, size, removeBatch)
    const { length } = rowsOf(result)
    swept += length
    if (length < size) return swept
  }
}

async function sweepOn(
  first: PromiseLike<SqlResult>,
  sweptBefore: number,
  size: number,
  removeBatch: (batchSize: number) => Awaitable<SqlResult>,
): Promise<number> {
  let swept = sweptBefore
  for (let result = await first; ; result = await removeBatch(size)) {
    const { length } = rowsOf(result)
    swept += length
    if (length < size) return swept
  }
}

/** Calls `next` at once for a plain value, and for a promise once it has resolved. */
export function after<Value, Next>(
  value: Awaitable<Value>,
  next: (value: Value) => Awaitable<Next>,
): Awaitable<Next> {
  return isPromise(value) ? value.then(next) : next(value)
}

function isPromise<Value>(value: Awaitable<Value>): value is PromiseLike<Value> {
  return typeof value === 'object' && value !== null && 'then' in value
}
