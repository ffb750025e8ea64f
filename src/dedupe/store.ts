/**
 * A dedupe store. A record in it is in one of three states:
 *
 *     absent or expired ── claim ──▶ leased by an owner ── complete ──▶ done, until its ttl
 *                       ◀─ release, or the lease expires ─┘
 *
 * Only the owner of a lease can renew or release it (fencing). So a worker that was paused for longer than its lease can't harm
 * another one. It may still mark its event done, as long as no other worker holds the event.
 */

import { requireFunction, requireObject } from '../checks.js'

/** A value, or a promise for it. */
export type Awaitable<Value> = Value | PromiseLike<Value>

/** The result of a claim. */
export type Claim = 'claimed' | 'busy' | 'done'

/** Keeps track of the events that are being processed and of those that are done. Each step is atomic. */
export interface DedupeStore {
  /**
   * If the record is absent or expired, or if this owner holds it, leases it to this owner for `leaseMs` from now, and returns
   * `claimed`. Returns `busy` if another owner holds the record, and `done` if the event is done.
   */
  claim(key: string, lease: { owner: string; leaseMs: number }): Awaitable<Claim>
  /**
   * If this owner still holds the lease, extends it so that it ends `leaseMs` from now, and returns `true`. Otherwise, changes
   * nothing and returns `false`, even if the lease has expired and nobody else holds it, or if the event is done.
   */
  renew(key: string, lease: { owner: string; leaseMs: number }): Awaitable<boolean>
  /**
   * Marks the event done for `ttlMs` and returns `true`, unless another owner holds a lease that has not expired: then it changes
   * nothing and returns `false`. Returns `true` even if this owner's lease has expired and nobody else has claimed the record. Also
   * returns `true` if the event is done already, because the result of an earlier call may have been lost.
   */
  complete(key: string, lease: { owner: string; ttlMs: number }): Awaitable<boolean>
  /** Gives up a lease that this owner still holds, and returns `true`. Otherwise, changes nothing and returns `false`. */
  release(key: string, lease: { owner: string }): Awaitable<boolean>
}

/**
 * Throws unless a store has all its steps.
 *
 * @throws WebhookError `invalid_options`
 */
export function requireStore(store: unknown): void {
  const steps = requireObject('store', store)
  for (const step of ['claim', 'renew', 'complete', 'release']) requireFunction(`store.${step}`, steps[step])
}
