/** Handling an event once: whatever is delivered twice, at the same moment, or to a process that dies over it. */

import { WebhookError } from '../errors.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { isText } from '../json.js'
import { requirePositive } from '../verify/options.js'
import { dedupeKey } from './key.js'
import { keepLease } from './lease.js'
import type { Awaitable, Claim, DedupeStore } from './store.js'

/** The key of an event, where {@link dedupeKey} is not the right one. */
export type KeyOf = (event: TruedyEvent) => string

/** Options of {@link isDuplicate}. */
export interface DuplicateOptions {
  /** How long an event is remembered, in milliseconds. Default 72 hours: Truedy retries for about 8.5. */
  readonly ttlMs?: number | undefined
  /** The key of an event. Default {@link dedupeKey}. */
  readonly key?: KeyOf | undefined
}

/** Options of {@link processOnce}. */
export interface ProcessOptions extends DuplicateOptions {
  /** How long a worker that died holds an event, in milliseconds. Default 60,000. */
  readonly leaseMs?: number | undefined
  /** How long a handler may keep its lease in all, in milliseconds. Default 15 minutes. */
  readonly maxMs?: number | undefined
}

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

/** How long an event is remembered, where nothing else is said. */
export const DEFAULT_TTL_MS = 259_200_000
/** How long a worker that died holds an event, where nothing else is said. */
export const DEFAULT_LEASE_MS = 60_000
/** How long a handler may take, where nothing else is said. */
export const DEFAULT_MAX_MS = 900_000

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
  if ((await claim(store, key, owner, ttlMs)) !== 'claimed') return true
  // Decided already; this only tells a store that evicts that no worker holds this lease.
  await attempt(() => store.complete?.(key, { owner, ttlMs }))
  return false
}

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
  const found = await claim(store, key, owner, leaseMs)
  if (found !== 'claimed') return { status: found === 'busy' ? found : 'duplicate' }

  const lease = keepLease(() => claim(store, key, owner, leaseMs), leaseMs, maxMs)
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

/** A claim, with an answer that can be relied on: a store that says anything else must not pass for "take it". */
async function claim(
  store: Pick<DedupeStore, 'claim'>,
  key: string,
  owner: string,
  leaseMs: number,
): Promise<Claim> {
  if (!isText(key)) throw new WebhookError('invalid_options', 'key must return text.')
  const found = await store.claim(key, { owner, leaseMs })
  if (found === 'claimed' || found === 'busy' || found === 'done') return found
  throw new WebhookError('invalid_options', "claim must return 'claimed', 'busy' or 'done'.")
}

/** 128 random bits. Joined, because a UUID of Node's is a tree of parts that takes three times the memory. */
function newOwner(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}

/**
 * What a step of the store returned, or `undefined` where it failed. It is tried again after 50 ms, then after waits that
 * double, up to the longest.
 */
async function attempt<Value>(
  step: () => Awaitable<Value> | undefined,
  longestWaitMs = 0,
): Promise<Value | undefined> {
  for (let waitMs = 50; ; waitMs *= 2) {
    try {
      return await step()
    } catch {
      if (waitMs > longestWaitMs) return
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}
