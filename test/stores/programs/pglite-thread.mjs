/** PGlite on a thread, so that it has its own clock. */

import { parentPort } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { postgresSchema } from 'truedy-webhooks/stores/postgres'

const db = await PGlite.create()
await db.exec(postgresSchema())
const query = (sql, params) => db.query(sql, params)
parentPort.on('message', async ({ id, sql, params }) => {
  parentPort.postMessage({ id, rows: (await query(sql, params)).rows })
})
