/**
 * Claims and completes keys that other processes want, too: `claim-keys.mjs <client> <address> <owner> <count>`.
 * Prints `ready`, starts on a signal, and prints the keys that it got as one JSON line.
 */

import { once } from 'node:events'
import { openStore } from './open-store.mjs'

const [client, address, owner, count] = process.argv.slice(2)
const store = await openStore(client, address)
console.log('ready')
await once(process.stdin, 'data')

const claimed = []
for (let i = 0; i < Number(count); i++) {
  const key = `shared-${i}`
  if ((await store.claim(key, { owner, leaseMs: 60_000 })) !== 'claimed') continue
  claimed.push(key)
  if (!(await store.complete(key, { owner, ttlMs: 60_000 }))) throw new Error(`The lease of ${key} was lost.`)
}
console.log(JSON.stringify(claimed))
process.exit()
