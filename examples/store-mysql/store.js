/** A dedupe store on MySQL or MariaDB, shared by all workers that use the same table. */

import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

/** @import { Connection, Pool, ResultSetHeader } from 'mysql2/promise' */
/** @import { Claim, DedupeStore } from 'truedy-webhooks' */

// The server's clock, in UTC, because in a local time zone an hour occurs twice when daylight saving time ends.
const NOW = 'UTC_TIMESTAMP(6)'
const END = `${NOW} + INTERVAL ? MICROSECOND`
const TAKEABLE = `(expires_at <= ${NOW} OR lease_owner = ?)`

/** The longest string that is stored unchanged, in UTF-16 units. Each takes at most three bytes. */
const MAX_LENGTH = 255
/** The size of the columns. The longest unchanged string fits, and so does a longer one that is cut and ends with a hash. */
const MAX_BYTES = 1024
/** 3,000 years, in milliseconds. A DATETIME can't be after the year 9999. */
const MAX_MS = 1e14

/** ER_LOCK_DEADLOCK: several transactions waited for each other, and the server rolled back one of them. */
const DEADLOCK = 1213
const MAX_ATTEMPTS = 10

/** @type {readonly Claim[]} */
const CLAIMS = ['claimed', 'busy', 'done']

/**
 * Returns the statement that creates the table if it doesn't exist yet.
 *
 * Keys and owners are stored as bytes, because most collations treat `a`, `A` and `a ` as equal.
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
 * Creates a store. Each step is one statement.
 *
 * @param {Pool | Connection} pool - a pool, or the connection of a transaction, so that the record is committed with your own
 * writes
 * @param {object} [options]
 * @param {string} [options.table] - `table` or `database.table`. Default `truedy_webhooks`
 * @returns {DedupeStore & { sweep(options?: { batchSize?: number }): Promise<number> }} its steps reject with the
 * errors of the pool; `sweep` deletes expired records in batches, and resolves to their number
 */
export function mysqlStore(pool, { table = 'truedy_webhooks' } = {}) {
  const name = quoted(table)

  // MySQL assigns in this order, and later conditions see the new values. TAKEABLE is still true with the new `lease_owner`, but
  // wouldn't be with the new `expires_at`. So `lease_owner` comes first.
  // The value of LAST_INSERT_ID(expr) arrives with the result as `insertId`, which is 0 for a new row.
  const claim = `INSERT INTO ${name} (dedupe_key, lease_owner, expires_at) VALUES (?, ?, ${END})
    ON DUPLICATE KEY UPDATE
      lease_owner = IF(${TAKEABLE}, ?, lease_owner),
      expires_at = IF(
        LAST_INSERT_ID(CASE WHEN ${TAKEABLE} THEN 0 WHEN lease_owner IS NULL THEN 2 ELSE 1 END) = 0,
        ${END},
        expires_at)`
  const held = `dedupe_key = ? AND lease_owner = ? AND expires_at > ${NOW}`
  const renew = `UPDATE ${name} SET expires_at = ${END} WHERE ${held}`
  // `lease_owner` is assigned first again. Afterwards, it is NULL exactly if the event is done. `insertId` is 1 if another
  // owner holds the lease.
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
        // On a pool, the statement was its own transaction, and can run again. On a connection, the server rolled back the
        // caller's transaction, and only the caller can start it again. A lock wait timeout isn't retried, because a second wait
        // would take too long.
        const givesUp = !('getConnection' in pool) || attempt === MAX_ATTEMPTS
        if (givesUp || /** @type {{ errno?: number }} */ (error).errno !== DEADLOCK) throw error
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
        // MySQL 8 rejects the type that mysql2 sends for a parameter of LIMIT.
        const { affectedRows } = await run(`${sweep} LIMIT ${Math.ceil(batchSize)}`)
        removed += affectedRows
        if (affectedRows < batchSize) return removed
      }
    },
  }
}

/**
 * Quotes the name of a table, because a name can't be a parameter.
 *
 * @param {string} table
 */
function quoted(table) {
  if (!/^(\w{1,64}\.)?\w{1,64}$/.test(table)) {
    throw new TypeError(
      `The table name ${JSON.stringify(table)} is invalid. Use up to 64 ASCII letters, digits and _, or "database.table".`,
    )
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
 * Returns a string as UTF-8 bytes, so that the connection's character set doesn't matter. A long string, or one that isn't valid
 * Unicode, is cut, and a hash of the whole string is appended. The result is longer than any unchanged string, so no two
 * strings become equal.
 *
 * @param {string} text
 */
function bytes(text) {
  if (text.length <= MAX_LENGTH && !/\p{Surrogate}/u.test(text)) return Buffer.from(text)
  const hash = createHash('sha256').update(text, 'utf16le').digest('hex')
  return Buffer.from(`${text.slice(0, MAX_LENGTH).padEnd(MAX_LENGTH)}~${hash}`)
}
