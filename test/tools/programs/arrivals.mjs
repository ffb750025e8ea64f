/**
 * A receiver in a process of its own, so that its clock is not disturbed by who measures: answers 204 at once, and
 * tells on demand how many requests came between the first arrival and the last.
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
