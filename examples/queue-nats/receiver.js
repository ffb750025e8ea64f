import { createServer } from 'node:http'
import { createNodeHandler } from 'truedy-webhooks/node'
import { openStreams, STREAM, SUBJECT } from './stream.js'

const { connection, stream } = await openStreams()

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createNodeHandler({
  queue: {
    // Resolves once the stream has stored the job. Rejects if the stream is missing or full. The response is then 500.
    add: (job) =>
      stream.publish(SUBJECT, JSON.stringify(job), {
        msgID: job.key,
        expect: { streamName: STREAM },
        timeout: 2500,
      }),
  },
})

const server = createServer((request, response) => {
  const [path] = request.url.split('?')
  if (path === '/webhooks/truedy') return receive(request, response)
  response.writeHead(404).end()
}).listen(process.env.PORT ?? 3000)

process.once('SIGTERM', () => {
  server.close(() => connection.drain())
  server.closeIdleConnections()
})
