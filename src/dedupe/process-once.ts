/** Processing an event once, even if it is delivered twice, at the same moment, or to a process that crashes. */

import { requirePositive } from '../checks.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { dedupeKey } from './key.js'
import { keepLease } from './lease.js'
import { DEFAULT_LEASE_MS, DEFAULT_MAX_MS, DEFAULT_TTL_MS, type ProcessOptions } from './options.js'
import { attempt, claimKey, newOwner } from './steps.js'
import type { Awaitable, DedupeStore } from './store.js'

/** The `AbortSignal` of whichever types the program has (DOM, Node, Workers, Deno, Bun); with none of them, its main part. */
export type HandlerSignal = typeof globalThis extends { AbortSignal: { prototype: infer Instance } }
  ? Instance
  : {
      readonly aborted: boolean
      readonly reason: unknown
      throwIfAborted(): void
      addEventListener(type: 'abort', listener: () => void): void
      removeEventListener(type: 'abort', listener: () => void): void
    }

/** What a handler gets beside the event. */
export interface HandlerContext {
  /** Aborted when the lease is lost, or was held for `maxMs`: another worker may handle the event again. Throw then. */
  readonly signal: HandlerSignal
  /** The key of the event: use it as idempotency key of what the handler calls. */
  readonly key: string
}

/** What became of an event. */
export type Processed<Value> =
  | {
      readonly status: 'processed'
      /** What the handler returned. */
      readonly value: Value
      /** Whether the store remembers it. `false`: the handler is done, but may run again for another delivery. */
      readonly recorded: boolean
    }
  | { readonly status: 'duplicate' }
  | { readonly status: 'busy' }

/**
 * Runs a handler for an event once, among all workers that share the store.
 *
 * While the handler runs its lease is renewed every third of `leaseMs`, for `maxMs` at most. A handler that throws
 * releases the event, for the next delivery, and its error comes out unchanged. A process that dies leaves a lease that
 * expires: the event is handled again, never lost.
 *
 * @param event - a verified event
 * @param store - the store that all workers share
 * @param handler - gets the event and `{ signal, key }`
 * @param options - `leaseMs` (milliseconds, 60,000), `ttlMs` (72 hours), `maxMs` (15 minutes), `key`
 * @returns `processed` with the handler's value; `duplicate` where it was done before; `busy` where another worker is
 * at it: answer that one with 503, not with 2xx, since the other may still fail
 * @throws {@link WebhookError} `invalid_options`; what the handler throws, and what the store throws at the claim, comes
 * out unchanged
 *
 * @example
 * ```ts
 * import { memoryStore, parseEvent, processOnce } from 'truedy-webhooks'
 *
 * const event = parseEvent({ event: 'call.ended', timestamp: 1773844320, data: { call_id: 'c1' } })
 * const outcome = await processOnce(event, memoryStore(), async (event, { key }) => {
 *   console.log('handling', event.event, key)
 * })
 * console.log(outcome.status) // processed
 * ```
 */
export async function processOnce<Value, Event extends TruedyEvent>(
  event: Event,
  store: DedupeStore,
  handler: (event: Event, context: HandlerContext) => Awaitable<Value>,
  options: ProcessOptions = {},
): Promise<Processed<Value>> {
  const {
    leaseMs = DEFAULT_LEASE_MS,
    ttlMs = DEFAULT_TTL_MS,
    maxMs = DEFAULT_MAX_MS,
    key: keyOf = dedupeKey,
  } = options
  requirePositive({ leaseMs, ttlMs, maxMs })
  const key = keyOf(event)
  const owner = newOwner()
  const found = await claimKey(store, key, owner, leaseMs)
  if (found !== 'claimed') return { status: found === 'busy' ? found : 'duplicate' }

  const lease = keepLease(() => claimKey(store, key, owner, leaseMs), leaseMs, maxMs)
  let value: Value
  try {
    value = await handler(event, { signal: lease.signal, key })
  } catch (error) {
    await lease.stop()
    // The handler's error is the one to know; a lease that cannot be released expires.
    await attempt(() => store.release(key, { owner }))
    throw error
  }
  // A store that is away for a moment may still record it: asked for 6.4 s in all, since Truedy waits for 10.
  const recorded = await attempt(() => store.complete(key, { owner, ttlMs }), 3200)
  await lease.stop()
  return { status: 'processed', value, recorded: recorded === true }
}
