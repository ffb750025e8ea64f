/** One of several receivers behind a port. It acknowledges what the queue holds. */

import { createServer } from 'node:http'
import { createNodeHandler } from 'truedy-webhooks/node'
import { config } from '../../faults/workers/config.mjs'
import { engineNamed } from './engines.mjs'

// `config` comes from the test. Its type is that of the programs in `test/faults`.
const { engine, url, settings, secret, port } = /** @type {import('./engine.js').ProgramConfig} */ (
  /** @type {unknown} */ (config)
)
const program = await engineNamed[engine]()
const { queue, close } = await program.openQueue(url, settings)
const handler = createNodeHandler({ secret, queue, onOutcome() {} })
/** @type {WeakMap<import('node:net').Socket, number>} */
const acceptedAt = new WeakMap()
const server = createServer((request, response) => {
  response.setHeader('x-accepted-at', acceptedAt.get(request.socket) ?? 0)
  return handler(request, response)
})
server.on('connection', (socket) => acceptedAt.set(socket, performance.timeOrigin + performance.now()))
server.listen(port, '127.0.0.1')

process.on('SIGTERM', () => {
  server.close(async () => {
    await close()
    process.exit()
  })
  setInterval(() => server.closeIdleConnections(), 20)
})
