/** Runs the conformance cases in this runtime: `run-cases.mjs <client> <address>`. Prints one JSON line a case. */

import { storeCases } from 'truedy-webhooks/testing'
import { openStore } from './open-store.mjs'

const [client, address] = process.argv.slice(2)
const store = await openStore(client, address)
await Promise.all(
  storeCases.map(async ({ name, run }) => {
    const error = await run(store).then(
      () => null,
      (reason) => String(reason),
    )
    console.log(JSON.stringify({ name, error }))
  }),
)
process.exit()
