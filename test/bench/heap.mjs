/** Prints the bytes of heap that a key costs in the memory store. memory.mjs runs it with --expose-gc. */

import { memoryStore } from '../../dist/index.js'
import { makeKey, makeOwner } from './memory.mjs'

const [, , state, count] = process.argv
const keys = Number(count)

// Runs once before the measurement, because code that is compiled meanwhile would count, too.
fill(memoryStore({ maxKeys: keys }))
const store = memoryStore({ maxKeys: keys })
const before = heapUsed()
const lastKey = fill(store)
console.log((heapUsed() - before) / keys)
// This last use keeps the store alive until here.
if (store.claim(lastKey, { owner: 'another', leaseMs: 1 }) === 'claimed') throw new Error('A key is missing.')

/** Keys and owners are created here and kept by nobody else, so that they count. */
function fill(store) {
  let key
  for (let i = 0; i < keys; i++) {
    key = makeKey()
    const owner = makeOwner()
    store.claim(key, { owner, leaseMs: 600_000 })
    if (state === 'completed') store.complete(key, { owner, ttlMs: 600_000 })
  }
  return key
}

function heapUsed() {
  for (let i = 0; i < 4; i++) globalThis.gc()
  return process.memoryUsage().heapUsed
}
