/** Shared by the SQL stores: table names, the rows of a query, the result of a claim, and sweeps. */

import { describeValue, requireOptions, requirePositive } from '../checks.js'
import type { Awaitable, Claim } from '../dedupe/store.js'
import { WebhookError } from '../errors.js'
import { isObject } from '../json.js'

/** The value of a statement's parameter. */
export type SqlParam = string | number

/** An array of rows, or an object with that array as `rows`. Each row is an object whose keys are the names of the columns. */
export type SqlResult = readonly unknown[] | { readonly rows: readonly unknown[] }

/** Options of the stores and schemas. */
export interface TableOptions {
  /** The table of the records, with its schema if it needs one. Default `truedy_webhooks`. */
  readonly table?: string | undefined
}

/** Options of a sweep. */
export interface SweepOptions {
  /** The largest number of records that one statement deletes. Default 1,000. */
  readonly batchSize?: number | undefined
}

/** The names of a table and of its index, quoted for a statement: with their schema, if there is one, and without it. */
export interface TableNames {
  readonly table: string
  readonly index: string
  readonly bareTable: string
  readonly bareIndex: string
}

/**
 * Splits and quotes the name of a table. Allows only letters, digits and underscores, because the name becomes part of statements.
 *
 * @throws {@link WebhookError} `invalid_options`
 */
export function tableNames(options: TableOptions): TableNames {
  requireOptions(options, ['table'])
  const { table = 'truedy_webhooks' } = options
  // At most 48 characters, so that the index's name has at most 63 bytes, which is PostgreSQL's limit.
  const match = /^(?:([a-z_]\w{0,47})\.)?([a-z_]\w{0,47})$/i.exec(table)
  if (!match) {
    throw new WebhookError(
      'invalid_options',
      `The table name "${table}" is invalid. Use up to 48 letters, digits and underscores, and no digit first. "schema.table" works, too.`,
    )
  }
  const [, schemaName, name] = match
  const schema = schemaName === undefined ? '' : `"${schemaName}".`
  const bareTable = `"${name}"`
  const bareIndex = `"${name}_expires_at"`
  return { table: schema + bareTable, index: schema + bareIndex, bareTable, bareIndex }
}

/**
 * Returns the rows of a query. Some clients return something else, such as `[rows, count]`, which must not count as two rows.
 *
 * @throws TypeError unless the result is an array of objects, which may be empty, or an object with such an array as `rows`
 */
export function rowsOf(result: SqlResult): readonly object[] {
  const rows: unknown =
    typeof result === 'object' && result !== null && 'rows' in result ? result.rows : result
  if (Array.isArray(rows) && rows.every(isObject)) return rows
  throw new TypeError(
    'The function given to the store must return rows: an array of objects, or an object with that array as `rows`. ' +
      `It returned ${describeRows(rows)}.`,
  )
}

/** Describes a value that is not rows. TypeORM, for example, returns rows and a count. */
function describeRows(rows: unknown): string {
  if (!Array.isArray(rows)) return describeValue(rows)
  if (Array.isArray(rows[0]))
    return 'an array of arrays. If your client returns [rows, count], return its first element'
  return 'an array in which not every element is an object'
}

/**
 * Returns the result of a claim. The statement returns one row: its `owner` holds the record now, or is `null` if the event is
 * done.
 */
export function claimOf(result: SqlResult, owner: string): Claim {
  const row = rowsOf(result)[0]
  const holder = row && 'owner' in row ? row.owner : undefined
  if (holder === null) return 'done'
  if (typeof holder === 'string') return holder === owner ? 'claimed' : 'busy'
  throw new TypeError(
    `The statement must return a row whose \`owner\` is a string or null (got ${row ? describeValue(holder) : 'no row'}). ` +
      'Return all rows, as objects whose keys are the names of the columns.',
  )
}

/**
 * Removes expired records in batches, until a batch is not full.
 *
 * @param removeBatch - removes at most `batchSize` records, and returns one row for each record that it removed
 * @returns how many were removed. A promise only if `removeBatch` returns one
 */
export function sweepInBatches(
  removeBatch: (batchSize: number) => Awaitable<SqlResult>,
  options: SweepOptions = {},
): Awaitable<number> {
  requireOptions(options, ['batchSize'])
  const { batchSize = 1000 } = options
  requirePositive({ batchSize })
  const size = Math.ceil(batchSize)
  // Not recursive, because a table of millions of records takes thousands of batches.
  for (let swept = 0; ; ) {
    const result = removeBatch(size)
    if (isPromise(result)) return continueSweep(result, swept, size, removeBatch)
    const { length } = rowsOf(result)
    swept += length
    if (length < size) return swept
  }
}

async function continueSweep(
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

/** Calls `next` with a value: at once, or when the promise for it resolves. */
export function after<Value, Next>(
  value: Awaitable<Value>,
  next: (value: Value) => Awaitable<Next>,
): Awaitable<Next> {
  return isPromise(value) ? value.then(next) : next(value)
}

function isPromise<Value>(value: Awaitable<Value>): value is PromiseLike<Value> {
  return typeof value === 'object' && value !== null && 'then' in value
}
