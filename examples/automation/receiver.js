/** Verifies each delivery, puts it into the queue and responds within milliseconds, however long the actions take. */

import { createServer } from 'node:http'
import { createNodeHandler } from 'truedy-webhooks/node'
import { openQueue } from './queue.js'

const { queue, close } = await openQueue()
const receive = createNodeHandler({ queue })

const server = createServer((request, response) => {
  const [path] = request.url.split('?')
  if (path === '/webhooks/truedy') return receive(request, response)
  response.writeHead(404).end()
}).listen(process.env.PORT ?? 3000)

/** Accepts no more requests, finishes the running ones, and exits. */
function stop() {
  if (server.listening) server.close(close)
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
