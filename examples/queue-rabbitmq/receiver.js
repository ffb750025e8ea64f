import { createServer } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { createNodeHandler } from 'truedy-webhooks/node'
import { declareQueues, EVENTS, openConnection } from './queues.js'

const connection = openConnection()
await declareQueues(connection)

// RabbitMQ returns a message if its queue doesn't exist, and still confirms it.
const returned = new Set()
const publisher = connection.createPublisher({ confirm: true })
publisher.on('basic.return', ({ messageId }) => returned.add(messageId))

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createNodeHandler({
  queue: {
    async add(job) {
      const messageId = crypto.randomUUID()
      await publisher.send({ routingKey: EVENTS, durable: true, mandatory: true, messageId }, job)
      // The client reports a returned message one turn of the event loop late, which can be after the confirmation.
      await setImmediate()
      if (returned.delete(messageId))
        throw new Error(`The queue ${EVENTS} doesn't exist. Restart the receiver, which creates it.`)
    },
  },
})

const server = createServer((request, response) => {
  const [path] = request.url.split('?')
  if (path === '/webhooks/truedy') return receive(request, response)
  response.writeHead(404).end()
}).listen(process.env.PORT ?? 3000)

process.once('SIGTERM', () => {
  server.close(async () => {
    await publisher.close()
    await connection.close()
  })
  server.closeIdleConnections()
})
