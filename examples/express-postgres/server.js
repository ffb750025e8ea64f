import express from 'express'
import pg from 'pg'
import { callDetails, isDuplicate } from 'truedy-webhooks'
import { createNodeHandler } from 'truedy-webhooks/node'
import { postgresSchema, postgresStore } from 'truedy-webhooks/stores/postgres'

// Where the database is: DATABASE_URL, or PGHOST and so on.
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
// A connection that is lost must not end the process, whether it is idle or in use.
const logLoss = (error) => console.error('A connection was lost:', error.message)
pool.on('error', logLoss)
pool.on('connect', (client) => client.on('error', logLoss))

await pool.query(postgresSchema())
await pool.query(`
  CREATE TABLE IF NOT EXISTS usage (
    agent_id text PRIMARY KEY,
    calls integer NOT NULL,
    seconds double precision NOT NULL
  )`)

/** Runs the work in a transaction: all of it is written, or nothing. */
async function inTransaction(work) {
  const client = await pool.connect()
  let failure
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    failure = error
    // Where the connection is lost, the server rolls back.
    await client.query('ROLLBACK').catch(() => {})
    throw error
  } finally {
    // A connection that has failed may still be in a transaction: not into the pool with it.
    client.release(failure)
  }
}

/** Counts a call. Done twice, it would be wrong: the reason for the transaction. */
async function countCall(client, event) {
  const { agentId = 'unknown', durationSeconds = 0 } = callDetails(event) ?? {}
  await client.query(
    `INSERT INTO usage VALUES ($1, 1, $2)
     ON CONFLICT (agent_id) DO UPDATE SET calls = usage.calls + 1, seconds = usage.seconds + excluded.seconds`,
    [agentId, durationSeconds],
  )
}

const app = express()

app.all(
  '/webhooks/truedy',
  createNodeHandler({
    async onEvent(event, { key }) {
      const isNew = await inTransaction(async (client) => {
        // The record that the event was handled, in the transaction that handles it. Another delivery of it waits here.
        const store = postgresStore((sql, params) => client.query(sql, params))
        if (await isDuplicate(event, store)) return false
        if (event.event === 'call.ended') await countCall(client, event)
        return true
      })
      // What cannot be rolled back, after the commit.
      if (isNew) console.log(JSON.stringify({ handled: event.event, key }))
    },
  }),
)

app.get('/usage', async (_request, response) => {
  const { rows } = await pool.query('SELECT * FROM usage ORDER BY agent_id')
  response.json(rows)
})

app.listen(process.env.PORT ?? 3000)

// Once an hour, forget what need not be remembered any longer.
const store = postgresStore((sql, params) => pool.query(sql, params))
setInterval(() => store.sweep().catch(console.error), 3_600_000).unref()
