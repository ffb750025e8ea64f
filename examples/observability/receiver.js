/** Verifies each delivery and puts it into the queue, in a span. The job carries the trace to the worker. */

import { createServer } from 'node:http'
import { createNodeHandler } from 'truedy-webhooks/node'
import { logOutcome } from './log.js'
import { openQueue } from './queue.js'
import { startTelemetry } from './telemetry.js'

const { telemetry, stop: stopTelemetry } = startTelemetry('truedy-receiver', 9464)
const { queue, close } = await openQueue()
const receive = createNodeHandler({ queue, telemetry, onOutcome: logOutcome })

const server = createServer((request, response) => {
  const [path] = request.url.split('?')
  if (path === '/webhooks/truedy') return receive(request, response)
  response.writeHead(404).end()
}).listen(process.env.PORT ?? 3000)

/** Accepts no more requests, finishes the running ones, and exits. */
function stop() {
  if (!server.listening) return
  server.close(async () => {
    await close()
    await stopTelemetry()
  })
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
