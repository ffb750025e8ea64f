import { createServer } from 'node:http'
import pg from 'pg'
import { createNodeHandler } from 'truedy-webhooks/node'
import { CALLS_SCHEMA, readCall, recordEvent } from './calls.js'

// The database is at DATABASE_URL, or where PGHOST, PGPORT and so on say.
const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  // If the database doesn't respond, Truedy gets a 500 before it gives up after ten seconds.
  connectionTimeoutMillis: 3000,
  query_timeout: 3000,
})
// Without this listener, a lost connection would crash the process.
pool.on('error', (error) => console.error('A database connection was lost:', error.message))

await pool.query(CALLS_SCHEMA)

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createNodeHandler({
  async onEvent(event, { key }) {
    await recordEvent(pool, event)
    console.log(JSON.stringify({ processed: event.event, key }))
  },
})

createServer(async (request, response) => {
  const [path, callId] = request.url.split('?')[0].split('/calls/')
  if (path === '/webhooks/truedy') return receive(request, response)
  if (request.method !== 'GET' || !callId) return response.writeHead(404).end()
  try {
    const state = await readCall(pool, decodeURIComponent(callId))
    response.writeHead(state ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(state))
  } catch (error) {
    console.error(error)
    response.writeHead(500).end()
  }
}).listen(process.env.PORT ?? 3000, '127.0.0.1')
