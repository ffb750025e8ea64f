/** Asking whether an event was seen before, for a transaction of the program's own. */

import { requireFunction, requireObject } from '../checks.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { keyFor } from './key.js'
import { type DuplicateOptions, resolveProcessOptions } from './options.js'
import { newOwner, requireClaim } from './steps.js'
import type { DedupeStore } from './store.js'

/**
 * Tells whether an event was seen before: `false` for exactly one caller per key, also if several ask at once. The event
 * counts as seen from this call on: a crash after it loses the event. So ask inside the database transaction that
 * holds the side effects, where both are undone together; elsewhere use {@link processOnce}.
 *
 * @param event - a verified event
 * @param store - anything with an atomic `claim`
 * @param options - `ttlMs` (milliseconds, 72 hours), `key`, `scope`
 * @throws {@link WebhookError} `invalid_options`; what the store throws comes out unchanged, so that the transaction fails with it
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
  // The database's own timeouts limit how long a transaction takes. Giving up on a statement here would not stop that
  // statement.
  if (requireClaim(await store.claim(key, { owner, leaseMs: ttlMs })) !== 'claimed') return true
  await store.complete?.(key, { owner, ttlMs })
  return false
}
