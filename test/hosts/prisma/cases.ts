/** Runs the conformance cases of a store. Prints each result as a JSON line `[name, error or null]`. */

import { storeCases } from 'truedy-webhooks/testing'
import { store } from './store.js'

await Promise.all(
  storeCases.map(async ({ name, run }) => {
    const error = await run(store).then(
      () => null,
      (reason: unknown) => String(reason),
    )
    console.log(JSON.stringify([name, error]))
  }),
)
process.exit()
