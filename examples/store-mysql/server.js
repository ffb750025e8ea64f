import { createServer } from 'node:http'
import { createPool } from 'mysql2/promise'
import { createNodeHandler } from 'truedy-webhooks/node'
import { mysqlSchema, mysqlStore } from './store.js'

// This timeout and the next one are shorter than the ten seconds that Truedy waits for a response.
const pool = createPool({ uri: process.env.DATABASE_URL, connectTimeout: 3000 })
// The timeout of commands is on the socket, because mysql2 has one only for some commands. It closes a silent connection, and
// the running commands fail.
pool.on('connection', ({ stream }) => stream.setTimeout(5000, () => stream.destroy()))

await pool.query(mysqlSchema())
const store = mysqlStore(pool)
setInterval(() => store.sweep().catch(console.error), 3_600_000)

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createNodeHandler({
  store,
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

createServer((request, response) => {
  const [path] = request.url.split('?')
  if (path === '/webhooks/truedy') return receive(request, response)
  response.writeHead(404).end()
}).listen(process.env.PORT ?? 3000)
