/** One of several webhook endpoints behind a port: the code of a user of the library, plus reports. */

import { createServer } from 'node:http'
import { createNodeHandler } from 'truedy-webhooks/node'
import { config } from './config.mjs'
import { callLedger, inTransaction } from './handlers.mjs'
import { observed } from './observed-store.mjs'
import { report } from './report.mjs'

/**
 * What each program in `stores/` exports. It opens the store at an address. If there are transactions, it also returns
 * a function that records an event and has its effect in one.
 *
 * @typedef {(address: string) => Promise<{ store: import('truedy-webhooks').DedupeStore, transact?: Transact }>} OpenStore
 * @typedef {(event: import('truedy-webhooks').TruedyEvent) => Promise<void>} Transact
 */

const { pid } = process
/** @type {{ openStore: OpenStore }} */
const { openStore } = await import(`./stores/${config.store}.mjs`)
const { store, transact } = await openStore(config.address)

const handler = createNodeHandler({
  secret: config.secret,
  leaseMs: config.leaseMs,
  // With transactions, the receiver's own store is the default one in memory, which knows nothing of other workers.
  ...(config.pattern === 'transaction' && transact
    ? { onEvent: inTransaction(transact) }
    : { store: observed(store), onEvent: callLedger }),
  onOutcome(outcome) {
    if (outcome.status === 'rejected' || !outcome.event) return
    const { status, durationMs } = outcome
    const recorded = status === 'processed' && outcome.recorded
    report({ type: 'outcome', pid, id: String(outcome.event['id']), status, recorded, durationMs })
  },
})
const server = createServer(handler).listen(config.port, '127.0.0.1')

// An orderly restart: pending requests get their response, then the process exits.
process.on('SIGTERM', () => {
  server.close(() => process.exit())
  setInterval(() => server.closeIdleConnections(), 20)
})
