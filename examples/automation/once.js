/** Two ways to do an action once, whatever dies meanwhile. Both resolve to `processed` or `duplicate`. */

import { isDuplicate, processOnce } from 'truedy-webhooks'
import { postgresStore } from 'truedy-webhooks/stores/postgres'
import { inTransaction, pool } from './database.js'

/** How long a record is kept: a job that failed for good may be run again by hand, and goes on where it was. */
const TTL_MS = 30 * 24 * 3_600_000
/** How long a worker that died holds an action. */
const LEASE_MS = 15_000

/** The records of all actions. */
export const store = postgresStore((sql, params) => pool.query(sql, params))

/**
 * For what is written to the database: exactly once, since the record is part of the transaction.
 *
 * @param write - gets the transaction's client and the event
 */
export function inDatabase(write) {
  return (event, key) =>
    inTransaction(async (client) => {
      const records = postgresStore((sql, params) => client.query(sql, params))
      if (await isDuplicate(event, records, { key: () => key, ttlMs: TTL_MS })) return 'duplicate'
      await write(client, event)
      return 'processed'
    })
}

/**
 * For what leaves the database: once, and again only when the worker dies after the effect and before its record. No
 * program can do better alone; the receiver of the effect can, by `key`, which is the same both times.
 *
 * @param send - gets the event and `{ key, signal }`
 */
export function outsideDatabase(send) {
  return async (event, key) => {
    const options = { key: () => key, leaseMs: LEASE_MS, ttlMs: TTL_MS }
    const { status } = await processOnce(event, store, send, options)
    // Another worker is at it, or has died over it and its lease is not over: the queue tries again later.
    if (status === 'busy') throw new Error(`${key} is held by another worker.`)
    return status
  }
}
