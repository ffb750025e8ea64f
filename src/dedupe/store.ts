/**
 * A dedupe store. A record in it is in one of three states:
 *
 *     absent or expired ── claim ──▶ leased by an owner ── complete ──▶ done, until its ttl
 *                       ◀─ release, or the lease expires ─┘
 *
 * Only the owner of a lease renews or releases it (fencing), so that a worker that was paused for longer than its lease can do
 * no harm when it goes on. Its work still counts: it may mark its event done, as long as nobody else holds that event.
 */

import { requireFunction, requireObject } from '../checks.js'

/** A value, or a promise of it. */
export type Awaitable<Value> = Value | PromiseLike<Value>

/** The result of a claim. */
export type Claim = 'claimed' | 'busy' | 'done'

/** Records which events are being processed and which are done. Each step is atomic. */
export interface DedupeStore {
  /**
   * Takes a record that is absent or expired, or that this owner holds, for `leaseMs` from now: `claimed`. Held by another
   * owner: `busy`. Done: `done`.
   */
  claim(key: string, lease: { owner: string; leaseMs: number }): Awaitable<Claim>
  /**
   * If this owner still holds the lease, extends it so that it ends `leaseMs` from now, and returns `true`. A lease that
   * expired, or a record that is done, is
   * left alone, even if nobody else holds it: `false`.
   */
  renew(key: string, lease: { owner: string; leaseMs: number }): Awaitable<boolean>
  /**
   * Marks the event done for `ttlMs`, unless another owner holds a live lease: `true`. It also returns `true` if this owner's
   * lease has expired but nobody else has claimed the record, and if the record is done already, because the answer to an
   * earlier call may have been lost.
   */
  complete(key: string, lease: { owner: string; ttlMs: number }): Awaitable<boolean>
  /** Gives up a lease that this owner still holds: `true`. Otherwise nothing happens: `false`. */
  release(key: string, lease: { owner: string }): Awaitable<boolean>
}

/**
 * Checks that a store has all its steps.
 *
 * @throws WebhookError `invalid_options`
 */
export function requireStore(store: unknown): void {
  const steps = requireObject('store', store)
  for (const step of ['claim', 'renew', 'complete', 'release']) requireFunction(`store.${step}`, steps[step])
}
