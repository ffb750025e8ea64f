/**
 * A receiver in a process of its own, beside a bare server that only reads bodies. Counts how often each event was
 * processed, in constant memory. Run it with --expose-gc. It communicates over IPC.
 */

import { createServer } from 'node:http'
import { isDuplicate, memoryStore, parseEvent } from '../../dist/index.js'
import { createNodeHandler } from '../../dist/node.js'

const [secret, maxEvents] = process.argv.slice(2)
const counts = new Uint8Array(Number(maxEvents))

// Large enough to remember an event for seconds, because a slow connection may delay a duplicate. Filled three times
// before the measurement: otherwise its filling, and one growth of its table, would look like a leak.
const store = memoryStore({ maxKeys: 50_000 })
for (let index = 0; index < 150_000; index++) {
  const text = `{"event":"call.ended","timestamp":1773844320,"id":"evt_old${index}","data":{}}`
  await isDuplicate(parseEvent(text), store)
}

const receiver = createServer(
  createNodeHandler({
    secret,
    store,
    onEvent: ({ data }) => {
      counts[data.number] += 1
    },
    onOutcome: () => {},
  }),
)
const bare = createServer((request, response) => {
  request.on('data', () => {})
  request.on('end', () => response.writeHead(204).end())
})

const ports = []
for (const server of [receiver, bare]) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', 1024, resolve))
  ports.push(server.address().port)
}
process.send({ ports })

process.on('message', (question) => {
  if (question === 'memory') {
    for (let round = 0; round < 3; round++) globalThis.gc()
    const { heapUsed, external } = process.memoryUsage()
    process.send({ bytes: heapUsed + external })
  }
  if (question === 'counts') {
    const found = { once: 0, more: 0, processed: 0 }
    for (const count of counts) {
      if (count > 0) found.processed += 1
      if (count === 1) found.once += 1
      if (count > 1) found.more += 1
    }
    process.send(found)
  }
  if (question === 'end') process.exit()
})
