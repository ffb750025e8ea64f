/** Puts each event into the queue, and does nothing else: whatever the work takes, Truedy gets its answer at once. */

import { createServer } from 'node:http'
import { createNodeHandler } from 'truedy-webhooks/node'
import { openProducer } from './queue.js'

const producer = await openProducer()

// Takes the secret from TRUEDY_WEBHOOK_SECRET, and fails at once without one. What it remembers in its own memory
// only spares the queue the question: whether an event is new is decided by the id of its job.
const receive = createNodeHandler({
  async onEvent(event, { key }) {
    // Awaited: the answer is 204 when the queue holds the job, and 500, after which Truedy repeats, when it does not.
    await producer.add(key, event)
    console.log(JSON.stringify({ handled: event.event, key }))
  },
})

const server = createServer((request, response) => {
  const [path] = request.url.split('?')
  if (path === '/webhooks/truedy') return receive(request, response)
  response.writeHead(404).end()
}).listen(process.env.PORT ?? 3000)

/** Takes no more requests, answers those that are there, and ends. */
function stop() {
  if (server.listening) server.close(() => producer.close())
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
