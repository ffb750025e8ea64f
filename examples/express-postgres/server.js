import express from 'express'
import pg from 'pg'
import { callDetails, isDuplicate } from 'truedy-webhooks'
import { createNodeHandler } from 'truedy-webhooks/node'
import { postgresSchema, postgresStore } from 'truedy-webhooks/stores/postgres'

// The database is at DATABASE_URL, or where PGHOST, PGPORT and so on say.
const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  // If the database doesn't respond, Truedy gets a 500 before it gives up after ten seconds.
  connectionTimeoutMillis: 3000,
  query_timeout: 3000,
  // If this process crashes or loses the network, the server ends its open transactions after this time.
  idle_in_transaction_session_timeout: 10_000,
})
// Without these listeners, the loss of an idle or busy connection would crash the process.
const logLoss = (error) => console.error('A database connection was lost:', error.message)
pool.on('error', logLoss)
pool.on('connect', (client) => client.on('error', logLoss))

// All statements of one query run in one transaction. The first one takes a lock, so several processes can start at once.
await pool.query(`
  ${postgresSchema()};
  CREATE TABLE IF NOT EXISTS usage (
    agent_id text PRIMARY KEY,
    calls integer NOT NULL,
    seconds double precision NOT NULL
  );
  CREATE TABLE IF NOT EXISTS outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event text NOT NULL,
    key text NOT NULL
  )`)

/** Runs work in a transaction. The database commits all of its writes or none. */
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
    throw error
  } finally {
    // With an error, this closes the connection, and the server rolls back.
    client.release(failure)
  }
}

/** Counts a call. Counting it twice would be wrong, so this runs in the transaction of the dedupe record. */
async function countCall(client, event) {
  const { agentId = 'unknown', durationSeconds = 0 } = callDetails(event) ?? {}
  await client.query(
    `INSERT INTO usage VALUES ($1, 1, $2)
     ON CONFLICT (agent_id) DO UPDATE SET calls = usage.calls + 1, seconds = usage.seconds + excluded.seconds`,
    [agentId, durationSeconds],
  )
}

/** Does one task of the outbox, such as sending an email. After a crash before the commit, it runs again with the same key. */
function doNextTask() {
  return inTransaction(async (client) => {
    // Other processes skip a task that is locked.
    const { rows } = await client.query('SELECT * FROM outbox ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED')
    const [task] = rows
    if (!task) return false
    console.log(JSON.stringify({ processed: task.event, key: task.key }))
    await client.query('DELETE FROM outbox WHERE id = $1', [task.id])
    return true
  })
}

async function emptyOutbox() {
  try {
    while (await doNextTask());
  } catch (error) {
    console.error(
      `A task of the outbox failed (${error.message || error.code}). It is tried again in a second.`,
    )
  }
}

const app = express()

app.all(
  '/webhooks/truedy',
  createNodeHandler({
    async onEvent(event, { key, scope }) {
      await inTransaction(async (client) => {
        // Records the event in the transaction that processes it. Another delivery of the event waits here.
        const store = postgresStore((sql, params) => client.query(sql, params))
        if (await isDuplicate(event, store, { scope })) return
        if (event.event === 'call.ended') await countCall(client, event)
        // Puts work that can't be rolled back into the outbox. If it were done after the commit, it would be lost in a crash, or if
        // the response to COMMIT didn't arrive.
        await client.query('INSERT INTO outbox (event, key) VALUES ($1, $2)', [event.event, key])
      })
      void emptyOutbox()
    },
  }),
)

app.get('/usage', async (_request, response) => {
  const { rows } = await pool.query('SELECT * FROM usage ORDER BY agent_id')
  response.json(rows)
})

app.listen(process.env.PORT ?? 3000)

setInterval(emptyOutbox, 1000)

// Removes expired records once an hour.
const store = postgresStore((sql, params) => pool.query(sql, params))
setInterval(() => store.sweep().catch(console.error), 3_600_000).unref()
