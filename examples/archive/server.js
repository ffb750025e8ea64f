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

// Removes expired records once an hour. Rows of the archive stay.
setInterval(() => store.sweep().catch(console.error), 3_600_000).unref()

/** Accepts no more requests and takes no more rows, finishes the running ones, and exits. */
function stop() {
  if (!server.listening) return
  server.close(async () => {
    await stopWorker()
    await pool.end()
  })
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
