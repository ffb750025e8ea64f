import { createServer } from 'node:http'
import { createNodeHandler } from 'truedy-webhooks/node'
import { postgresStore } from 'truedy-webhooks/stores/postgres'
import { cached } from './cache.js'
import { createTables, findSecrets, pool } from './database.js'

await createTables()

// A change of the secrets takes effect within five seconds.
const secretsOf = cached(findSecrets, { ttlMs: 5000, max: 10_000 })
const store = postgresStore((sql, params) => pool.query(sql, params))

const receive = createNodeHandler({
  async secret(_request, workspace) {
    const secrets = await secretsOf(workspace)
    // `null` means an unknown workspace. The response is the same as for an invalid signature.
    return secrets.length > 0 ? secrets : null
  },
  // Without a scope, an event of one workspace could count as a duplicate of another workspace's event.
  scope: (_request, workspace) => workspace,
  store,
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

const server = createServer((request, response) => {
  const [path] = request.url.split('?')
  const workspace = /^\/webhooks\/truedy\/([\w-]{1,64})$/.exec(path)?.[1]
  if (workspace !== undefined) return receive(request, response, workspace)
  response.writeHead(404).end()
}).listen(process.env.PORT ?? 3000)

// Removes expired records once an hour.
setInterval(() => store.sweep().catch(console.error), 3_600_000).unref()

/** Accepts no more requests, finishes the running ones, and exits. */
function stop() {
  if (server.listening) server.close(() => pool.end())
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
