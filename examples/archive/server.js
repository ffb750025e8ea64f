import { createServer } from 'node:http'
import { createNodeHandler } from 'truedy-webhooks/node'
import { archive } from './archive.js'
import { createTables, pool, store } from './database.js'
import { startWorker } from './worker.js'

await createTables()

const receive = createNodeHandler({ queue: archive })
const server = createServer((request, response) => {
  const [path] = request.url.split('?')
  if (path === '/webhooks/truedy') return receive(request, response)
  response.writeHead(404).end()
}).listen(process.env.PORT ?? 3000)

const stopWorker = startWorker()

// Once an hour, remove the records that have expired. What is in the archive stays.
setInterval(() => store.sweep().catch(console.error), 3_600_000).unref()

/** Takes no more requests and no more rows, finishes those at hand, and exits. */
function stop() {
  if (!server.listening) return
  server.close(async () => {
    await stopWorker()
    await pool.end()
  })
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
