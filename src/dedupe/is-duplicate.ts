/** Asking whether an event was seen before, for a transaction of the program's own. */

import { requirePositive } from '../checks.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { dedupeKey } from './key.js'
import { DEFAULT_TTL_MS, type DuplicateOptions } from './options.js'
import { attempt, claimKey, newOwner } from './steps.js'
import type { DedupeStore } from './store.js'

/**
 * Whether an event was seen before; `false` for exactly one caller per key, also when several ask at once. The event
 * counts as seen from this call on: a crash after it loses the event. So ask inside the database transaction that
 * holds the side effects, where both are undone together; elsewhere use {@link processOnce}.
 *
 * @param event - a verified event
 * @param store - anything with an atomic `claim`
 * @param options - `ttlMs` (milliseconds, 72 hours), `key`
 * @throws {@link WebhookError} `invalid_options`; what the store throws comes out unchanged
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
  options: DuplicateOptions = {},
): Promise<boolean> {
  const { ttlMs = DEFAULT_TTL_MS, key: keyOf = dedupeKey } = options
  requirePositive({ ttlMs })
  const key = keyOf(event)
  const owner = newOwner()
  if ((await claimKey(store, key, owner, ttlMs)) !== 'claimed') return true
  // Decided already; this only tells a store that evicts that no worker holds this lease.
  await attempt(() => store.complete?.(key, { owner, ttlMs }))
  return false
}
