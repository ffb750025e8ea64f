/**
 * What a dedupe store is. A record in it is in one of three states:
 *
 *     absent or expired ── claim ──▶ leased by an owner ── complete ──▶ done, until its ttl
 *                       ◀─ release, or the lease expires ─┘
 *
 * Only the owner of a lease completes or releases it (fencing), so that a worker that was paused for longer than its
 * lease can do no harm when it goes on.
 */

/** A value, or a promise of it. */
export type Awaitable<Value> = Value | PromiseLike<Value>

/** What a claim found. */
export type Claim = 'claimed' | 'busy' | 'done'

/** Where it is remembered which events are being handled and which are done. */
export interface DedupeStore {
  /**
   * One atomic step. Absent or expired: taken. Held by this owner: taken again, for `leaseMs` from now. Held by
   * another: `busy`. Completed: `done`.
   */
  claim(key: string, lease: { owner: string; leaseMs: number }): Awaitable<Claim>
  /** Marks as done for `ttlMs` what this owner holds; `false` where it holds it no longer. */
  complete(key: string, lease: { owner: string; ttlMs: number }): Awaitable<boolean>
  /** Gives up what this owner holds; `false` where it holds it no longer. */
  release(key: string, lease: { owner: string }): Awaitable<boolean>
}
