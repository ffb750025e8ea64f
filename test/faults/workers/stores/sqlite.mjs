/** SQLite, on `better-sqlite3`. */

import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import { dedupeKey } from 'truedy-webhooks'
import { sqliteStore } from 'truedy-webhooks/stores/sqlite'

/** @type {import('../worker.mjs').OpenStore} */
export async function openStore(file) {
  // Waits up to 100 ms for the lock of another process.
  const db = new Database(file, { timeout: 100 })
  const store = sqliteStore((sql, params) => db.prepare(sql).all(...params))
  const insert = db.prepare('INSERT INTO effects (id) VALUES (?)')
  const clock = new Int32Array(new SharedArrayBuffer(4))

  const transaction = db.transaction((/** @type {import('truedy-webhooks').TruedyEvent} */ event) => {
    const lease = { owner: randomUUID(), leaseMs: 72 * 3_600_000 }
    if (store.claim(dedupeKey(event), lease) !== 'claimed') return
    // Leaves 2 ms for a kill between the record and the effect. The transaction can't wait for a promise.
    Atomics.wait(clock, 0, 0, 2)
    insert.run(event['id'])
  })

  return {
    store,
    async transact(event) {
      transaction.immediate(event)
    },
  }
}
