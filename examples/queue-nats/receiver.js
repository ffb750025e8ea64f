import { createServer } from 'node:http'
import { createNodeHandler } from 'truedy-webhooks/node'
import { openQueue } from './publisher.js'

const { queue, close } = await openQueue()

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createNodeHandler({ queue })

const server = createServer((request, response) => {
  const [path] = request.url.split('?')
  if (path === '/webhooks/truedy') return receive(request, response)
  response.writeHead(404).end()
}).listen(process.env.PORT ?? 3000)

process.once('SIGTERM', () => {
  server.close(close)
  server.closeIdleConnections()
})
