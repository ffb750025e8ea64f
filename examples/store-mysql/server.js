import { createServer } from 'node:http'
import { createPool } from 'mysql2/promise'
import { createNodeHandler } from 'truedy-webhooks/node'
import { mysqlSchema, mysqlStore } from './store.js'

// Both timeouts are shorter than Truedy waits for a response, ten seconds.
const pool = createPool({ uri: process.env.DATABASE_URL, connectTimeout: 3000 })
// mysql2 has a timeout for some commands only. The socket's covers them all: a connection on which nothing came back is
// closed, and what was under way fails.
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
