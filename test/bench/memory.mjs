/** The memory store: its speed, and the memory that it uses. */

import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { dedupeKey, memoryStore } from '../../dist/index.js'
import { median } from './measure.mjs'

const KEYS = 100_000
const ROUNDS = 7
const LEASE_MS = 60_000
const TTL_MS = 259_200_000

/** @returns what was measured: operations a second, and bytes a key. */
export function measureMemoryStore() {
  measureRound()
  const rounds = Array.from({ length: ROUNDS }, measureRound)
  return {
    claimsPerSecond: median(rounds.map((round) => round.claims)),
    claimsAndCompletesPerSecond: median(rounds.map((round) => round.both)),
    bytesCompleted: heapBytesPerKey('completed'),
    bytesClaimed: heapBytesPerKey('claimed'),
  }
}

function measureRound() {
  return {
    claims: perSecond((store, key, owner) => store.claim(key, { owner, leaseMs: LEASE_MS })),
    both: perSecond((store, key, owner) => {
      store.claim(key, { owner, leaseMs: LEASE_MS })
      store.complete(key, { owner, ttlMs: TTL_MS })
    }),
  }
}

/** New keys for each run, because a string remembers its hash. They are created before the clock starts. */
function perSecond(step) {
  const keys = Array.from({ length: KEYS }, makeKey)
  const owners = Array.from({ length: KEYS }, makeOwner)
  const store = memoryStore({ maxKeys: 2 * KEYS })
  const start = performance.now()
  for (let i = 0; i < KEYS; i++) step(store, keys[i], owners[i])
  const seconds = (performance.now() - start) / 1000
  if (store.claim(keys[0], { owner: 'another', leaseMs: LEASE_MS }) === 'claimed') {
    throw new Error('The store forgot a key.')
  }
  return KEYS / seconds
}

/** A key as the library creates it: a flat string that shares nothing with the event. */
export function makeKey() {
  return dedupeKey({
    event: 'call.ended',
    rawEvent: 'call.ended',
    timestamp: '2026-03-18T14:32:00.000Z',
    id: `evt_${randomUUID()}`,
    data: {},
  })
}

/** An owner as `processOnce` creates it. */
export function makeOwner() {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}

/** Runs in its own process, so that nothing else changes the heap meanwhile. */
function heapBytesPerKey(state) {
  const script = fileURLToPath(new URL('heap.mjs', import.meta.url))
  return Number(execFileSync(process.execPath, ['--expose-gc', script, state, String(KEYS)]))
}
