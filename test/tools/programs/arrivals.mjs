/**
 * A receiver in its own process, so that the measuring process does not disturb its clock. Responds with 204 at once,
 * and reports on demand how many requests came between the first and the last arrival.
 */

import { createServer } from 'node:http'

let count = 0
let firstAt = 0
let lastAt = 0

const server = createServer((request, response) => {
  lastAt = performance.now()
  firstAt ||= lastAt
  count++
  request.resume()
  response.writeHead(204).end()
})

server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }))
process.on('message', () => {
  process.send?.({ count, elapsedMs: lastAt - firstAt })
  count = 0
  firstAt = 0
})
process.on('disconnect', () => process.exit())
