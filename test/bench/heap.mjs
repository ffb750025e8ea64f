/** Prints the bytes of heap a key costs the memory store. Run by memory.mjs, with --expose-gc. */

import { memoryStore } from '../../dist/index.js'
import { makeKey, makeOwner } from './memory.mjs'

const [, , state, count] = process.argv
const keys = Number(count)

// Once before: code that is compiled meanwhile would count as well.
fill(memoryStore({ maxKeys: keys }))
const store = memoryStore({ maxKeys: keys })
const before = heapUsed()
const lastKey = fill(store)
console.log((heapUsed() - before) / keys)
// Used once more, so that the store is alive until here.
if (store.claim(lastKey, { owner: 'another', leaseMs: 1 }) === 'claimed') throw new Error('A key is missing.')

/** Keys and owners are made in here and kept by nobody else, so that they count. */
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
