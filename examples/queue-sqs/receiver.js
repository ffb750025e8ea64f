import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { createNodeHandler } from 'truedy-webhooks/node'

const QueueUrl = process.env.QUEUE_URL
const isFifo = QueueUrl.endsWith('.fifo')

// Region and credentials come from the environment. With these timeouts, a send fails while Truedy still waits for the
// response.
const sqs = new SQSClient({
  maxAttempts: 2,
  requestHandler: { requestTimeout: 2000, connectionTimeout: 1000 },
})

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createNodeHandler({
  queue: {
    // Rejects if the job is too large for SQS. The response is then 500.
    add: (job) =>
      sqs.send(
        new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(job), ...(isFifo && fifo(job)) }),
      ),
  },
})

/** The ids are hashes, because SQS limits ids to 128 characters. Each event has its own group, so events don't wait for each other. */
function fifo({ key }) {
  const id = createHash('sha256').update(key).digest('hex')
  return { MessageDeduplicationId: id, MessageGroupId: id }
}

const server = createServer((request, response) => {
  const [path] = request.url.split('?')
  if (path === '/webhooks/truedy') return receive(request, response)
  response.writeHead(404).end()
}).listen(process.env.PORT ?? 3000)

process.once('SIGTERM', () => {
  server.close(() => sqs.destroy())
  server.closeIdleConnections()
})
