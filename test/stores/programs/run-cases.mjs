/** Runs the conformance cases in this runtime: `run-cases.mjs <address> <client>…`. Prints one JSON line per case. */

import { storeCases } from 'truedy-webhooks/testing'
import { openStore } from './open-store.mjs'

const [address, ...clients] = process.argv.slice(2)
await Promise.all(
  clients.map(async (client) => {
    const store = await openStore(client, address)
    await Promise.all(storeCases.map((storeCase) => runCase(client, store, storeCase)))
  }),
)
process.exit()

async function runCase(client, store, { name, run }) {
  const error = await run(store).then(
    () => null,
    (reason) => String(reason),
  )
  console.log(JSON.stringify({ client, name, error }))
}
