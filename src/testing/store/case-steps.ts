/**
 * The steps of store cases. Every case uses keys of its own, so that one store, and one database, serves them all, in any
 * order and in parallel.
 */

import type { Awaitable, Claim, DedupeStore } from '../../dedupe/store.js'

/** A lease that expires while a case waits for {@link PAST_SHORT_MS}. Both suit stores across a network, too. */
export const SHORT_MS = 150
export const PAST_SHORT_MS = 400
/** A lease that outlives every case. */
export const LONG_MS = 60_000

let lastKey = 0

/** A key that no other case has. */
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

/** Waits for so many milliseconds. */
export function elapse(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** Throws if a step gave something else than expected. */
export function expectResult(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) {
    throw new Error(`The ${what} must give ${JSON.stringify(expected)}, but gave ${JSON.stringify(actual)}.`)
  }
}

/** Lets 1,000 owners claim a key at the same moment. Throws unless exactly one of them gets it. */
export async function expectOneClaimed(store: DedupeStore, key: string, what: string): Promise<void> {
  const owners = Array.from({ length: 1000 }, (_, index) => `owner-${index}`)
  const claims = await Promise.all(owners.map(async (owner) => claimAs(store, key, owner)))
  const winners = claims.filter((found) => found === 'claimed').length
  expectResult(winners, 1, `number of owners who got the key, in 1,000 simultaneous ${what}`)
  expectResult(
    claims.filter((found) => found === 'busy').length,
    999,
    `number of owners told "busy", in 1,000 simultaneous ${what}`,
  )
}
