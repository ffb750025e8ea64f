/**
 * The steps of store cases. Each case uses its own keys, so all can run on one store and one database, in any order and in
 * parallel.
 */

import type { Awaitable, Claim, DedupeStore } from '../../dedupe/store.js'

/** A lease that expires while a case waits for {@link PAST_SHORT_MS}. Both also suit a store across a network. */
export const SHORT_MS = 150
export const PAST_SHORT_MS = 400
/** A lease that outlives every case. */
export const LONG_MS = 60_000

let lastKey = 0

/** Creates a key that no other case uses. */
export function newKey(): string {
  lastKey += 1
  return `case:${crypto.randomUUID()}:${lastKey}`
}

/** Claims a key for an owner. */
export function claimAs(store: DedupeStore, key: string, owner: string, leaseMs = LONG_MS): Awaitable<Claim> {
  return store.claim(key, { owner, leaseMs })
}

/** Renews a lease for an owner. */
export function renewAs(
  store: DedupeStore,
  key: string,
  owner: string,
  leaseMs = LONG_MS,
): Awaitable<boolean> {
  return store.renew(key, { owner, leaseMs })
}

/** Waits. */
export function elapse(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/**
 * Throws if a step returned another result than expected.
 *
 * @param step - the call of the step and its circumstances, as the subject of a sentence: `claim() of an absent key`
 */
export function expectResult(actual: unknown, expected: unknown, step: string): void {
  if (actual === expected) return
  throw new Error(`${step} must return ${JSON.stringify(expected)}, but returned ${JSON.stringify(actual)}.`)
}

/** Lets 1,000 owners claim a key at the same moment. Throws unless exactly one of them gets it. */
export async function expectOneClaimed(store: DedupeStore, key: string, keyInWords: string): Promise<void> {
  const owners = Array.from({ length: 1000 }, (_, index) => `owner-${index}`)
  const claims = await Promise.all(owners.map(async (owner) => claimAs(store, key, owner)))
  for (const [expected, count] of [
    ['claimed', 1],
    ['busy', 999],
  ] as const) {
    const actual = claims.filter((claim) => claim === expected).length
    if (actual === count) continue
    throw new Error(
      `Of 1,000 simultaneous calls of claim() for ${keyInWords}, ${count} must return "${expected}", but ${actual} did.`,
    )
  }
}
