/** Tells whether an event was seen before, inside a transaction of the program. */

import { requireFunction, requireObject } from '../checks.js'
import { WebhookError } from '../errors.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { keyFor } from './key.js'
import { type DuplicateOptions, resolveProcessOptions } from './options.js'
import { newOwner, requireClaim } from './steps.js'
import type { DedupeStore } from './store.js'

/**
 * Tells whether an event was seen before. Returns `false` to exactly one caller per key, even if several call it at once. From this
 * call on, the event counts as seen, so a crash after it loses the event. Therefore, call it inside the database transaction that
 * makes your own writes, where both are rolled back together. Elsewhere, use {@link processOnce}.
 *
 * @param event - a verified event
 * @param store - an object with an atomic `claim`. If it has `complete`, that is called, too
 * @param options - `ttlMs` (milliseconds, 72 hours), `key`, `scope`
 * @returns `true` if the event was seen before
 * @throws {@link WebhookError} `invalid_options`; `busy` if a worker holds a lease on the event: that worker may still fail, so the
 * event is neither new nor a duplicate. If the receiver itself has a `store` on the same table, every call throws `busy`, because
 * the receiver already holds the lease. Passes on errors of the store, so that the transaction fails, too
 *
 * @example
 * ```ts
 * import { isDuplicate, memoryStore, parseEvent } from 'truedy-webhooks'
 *
 * const store = memoryStore()
 * const event = parseEvent({ event: 'call.ended', timestamp: 1773844320, data: { call_id: 'c1' } })
 * console.log(await isDuplicate(event, store)) // false
 * console.log(await isDuplicate(event, store)) // true
 * ```
 */
export async function isDuplicate(
  event: TruedyEvent,
  store: Pick<DedupeStore, 'claim'> & Partial<DedupeStore>,
  options?: DuplicateOptions,
): Promise<boolean> {
  requireFunction('store.claim', requireObject('store', store)['claim'])
  const settings = resolveProcessOptions(options, ['ttlMs', 'key', 'scope'])
  const { ttlMs } = settings
  const key = keyFor(event, settings)
  const owner = newOwner()
  // There is no time limit here, because giving up would not stop the statement. Use the database's own timeouts.
  const answer = store.claim(key, { owner, leaseMs: ttlMs })
  // A synchronous claim is not awaited, so that no other caller finds the lease before `complete`.
  const found = requireClaim(typeof answer === 'string' ? answer : await answer)
  // In a store with `claim` only, the lease is the record.
  if (found === 'busy' && store.complete) {
    throw new WebhookError(
      'busy',
      'A lease holds this event. If the receiver has a store on the same table, leave that store out.',
    )
  }
  if (found !== 'claimed') return true
  await store.complete?.(key, { owner, ttlMs })
  return false
}
