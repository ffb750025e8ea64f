/** A dedupe store on MySQL or MariaDB, shared by all workers that use the same table. */

import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

/** @import { Connection, Pool, ResultSetHeader } from 'mysql2/promise' */
/** @import { Claim, DedupeStore } from 'truedy-webhooks' */

// The server's clock, in UTC: in its own time zone, one hour may occur twice when daylight saving time ends.
const NOW = 'UTC_TIMESTAMP(6)'
const END = `${NOW} + INTERVAL ? MICROSECOND`
const TAKEABLE = `(expires_at <= ${NOW} OR lease_owner = ?)`

/** Longest text that is kept as it is, in UTF-16 units: three bytes each at most. */
const MAX_LENGTH = 255
/** The size of the columns: room for a text of that length and for the hash of a text that was cut. */
const MAX_BYTES = 1024
/** 3,000 years, in milliseconds: a DATETIME ends with the year 9999. */
const MAX_MS = 1e14

/** ER_LOCK_DEADLOCK: the server undid one of several transactions that waited for each other. */
const DEADLOCK = 1213
const MAX_ATTEMPTS = 10

/** @type {readonly Claim[]} */
const CLAIMS = ['claimed', 'busy', 'done']

/**
 * The table, as a statement that does nothing where there is one.
 *
 * Keys and owners are bytes: text would be compared by a collation, and most of those find `a`, `A` and `a ` alike.
 *
 * @param {{ table?: string }} [options]
 */
export function mysqlSchema({ table = 'truedy_webhooks' } = {}) {
  return `CREATE TABLE IF NOT EXISTS ${quoted(table)} (
    dedupe_key VARBINARY(${MAX_BYTES}) NOT NULL PRIMARY KEY,
    lease_owner VARBINARY(${MAX_BYTES}) NULL COMMENT 'NULL: done',
    expires_at DATETIME(6) NOT NULL COMMENT 'UTC',
    INDEX (expires_at)
  ) ENGINE=InnoDB`
}

/**
 * One statement a step.
 *
 * @param {Pool | Connection} pool - or a connection in a transaction, for a record that is committed with your own writes
 * @param {object} [options]
 * @param {string} [options.table] - `table` or `database.table`. Default `truedy_webhooks`
 * @returns {DedupeStore & { sweep(options?: { batchSize?: number }): Promise<number> }} its steps reject with what
 * the pool rejects with; `sweep` removes what has expired, in batches, and resolves to how much that was
 */
export function mysqlStore(pool, { table = 'truedy_webhooks' } = {}) {
  const name = quoted(table)

  // The owner is assigned first: later assignments see its new value, so TAKEABLE stays true in them.
  // LAST_INSERT_ID(expr) sends its value along with the answer as `insertId`, which is 0 for a new row.
  const claim = `INSERT INTO ${name} (dedupe_key, lease_owner, expires_at) VALUES (?, ?, ${END})
    ON DUPLICATE KEY UPDATE
      lease_owner = IF(${TAKEABLE}, ?, lease_owner),
      expires_at = IF(
        LAST_INSERT_ID(CASE WHEN ${TAKEABLE} THEN 0 WHEN lease_owner IS NULL THEN 2 ELSE 1 END) = 0,
        ${END},
        expires_at)`
  const held = `dedupe_key = ? AND lease_owner = ? AND expires_at > ${NOW}`
  const renew = `UPDATE ${name} SET expires_at = ${END} WHERE ${held}`
  // The owner first, again: it is NULL after its assignment exactly if the event is done. `insertId` is 1 if another owner
  // holds the lease.
  const complete = `INSERT INTO ${name} (dedupe_key, lease_owner, expires_at) VALUES (?, NULL, ${END})
    ON DUPLICATE KEY UPDATE
      lease_owner = IF(
        LAST_INSERT_ID(CASE WHEN lease_owner IS NULL OR ${TAKEABLE} THEN 0 ELSE 1 END) = 0,
        NULL,
        lease_owner),
      expires_at = IF(lease_owner IS NULL, ${END}, expires_at)`
  const release = `DELETE FROM ${name} WHERE ${held}`
  const sweep = `DELETE FROM ${name} WHERE expires_at <= ${NOW} ORDER BY expires_at`

  /**
   * @param {string} sql
   * @param {(Buffer | string)[]} [values]
   * @returns {Promise<ResultSetHeader>}
   */
  async function run(sql, values = []) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const [result] = await pool.execute(sql, values)
        return /** @type {ResultSetHeader} */ (result)
      } catch (error) {
        // On a pool the statement was a transaction of its own, and can be run again. On a connection the whole
        // transaction is undone, and only its owner can begin it again. A lock wait that timed out has waited enough.
        const isOver = !('getConnection' in pool) || attempt === MAX_ATTEMPTS
        if (isOver || /** @type {{ errno?: number }} */ (error).errno !== DEADLOCK) throw error
        await delay(Math.random() * 20 * attempt)
      }
    }
  }

  return {
    async claim(key, lease) {
      const owner = bytes(lease.owner)
      const length = microseconds(lease.leaseMs)
      const values = [bytes(key), owner, length, owner, owner, owner, length]
      const { insertId } = await run(claim, values)
      return CLAIMS[insertId] ?? 'busy'
    },
    async renew(key, { owner, leaseMs }) {
      const { affectedRows } = await run(renew, [microseconds(leaseMs), bytes(key), bytes(owner)])
      return affectedRows === 1
    },
    async complete(key, { owner, ttlMs }) {
      const length = microseconds(ttlMs)
      const { insertId } = await run(complete, [bytes(key), length, bytes(owner), length])
      return insertId === 0
    },
    async release(key, { owner }) {
      const { affectedRows } = await run(release, [bytes(key), bytes(owner)])
      return affectedRows === 1
    },
    async sweep({ batchSize = 1000 } = {}) {
      let removed = 0
      for (;;) {
        // MySQL 8 takes no parameter of mysql2's there.
        const { affectedRows } = await run(`${sweep} LIMIT ${Math.ceil(batchSize)}`)
        removed += affectedRows
        if (affectedRows < batchSize) return removed
      }
    },
  }
}

/**
 * A name in an SQL text cannot be a parameter.
 *
 * @param {string} table
 */
function quoted(table) {
  if (!/^(\w{1,64}\.)?\w{1,64}$/.test(table)) {
    throw new TypeError('table must be a name of letters, digits and _, or two with a point between them.')
  }
  return table
    .split('.')
    .map((part) => `\`${part}\``)
    .join('.')
}

/** @param {number} milliseconds */
function microseconds(milliseconds) {
  return String(Math.min(Math.ceil(milliseconds), MAX_MS) * 1000)
}

/**
 * UTF-8, whatever the connection's character set is. Texts that are long, or that UTF-8 cannot carry, are cut and carry a
 * hash of the whole; they become longer than any that is kept as it is, so none is like another.
 *
 * @param {string} text
 */
function bytes(text) {
  if (text.length <= MAX_LENGTH && !/\p{Surrogate}/u.test(text)) return Buffer.from(text)
  const hash = createHash('sha256').update(text, 'utf16le').digest('hex')
  return Buffer.from(`${text.slice(0, MAX_LENGTH).padEnd(MAX_LENGTH)}~${hash}`)
}
