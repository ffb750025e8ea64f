/** PostgreSQL, on `pg`. */

import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { isDuplicate } from 'truedy-webhooks'
import { postgresStore } from 'truedy-webhooks/stores/postgres'

/** @type {import('../worker.mjs').OpenStore} */
export async function openStore(url) {
  const pool = new pg.Pool({ connectionString: url })
  // A lost connection is an event of the pool or of a client in use. It also makes pending requests fail.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))

  return {
    store: postgresStore((sql, params) => pool.query(sql, params)),
    async transact(event) {
      const client = await pool.connect()
      try {
        await client.query('BEGIN')
        const store = postgresStore((sql, params) => client.query(sql, params))
        if (!(await isDuplicate(event, store))) {
          // Leaves time for a kill between the record and the effect.
          await delay(randomInt(10))
          await client.query('INSERT INTO effects (id) VALUES ($1)', [event['id']])
        }
        await client.query('COMMIT')
        client.release()
      } catch (error) {
        // Closing the connection ends its transaction.
        client.release(true)
        throw error
      }
    },
  }
}
