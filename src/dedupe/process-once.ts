/** Processing an event once, even if it is delivered twice, at the same moment, or to a process that crashes. */

import { requireFunction } from '../checks.js'
import { WebhookError } from '../errors.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { keyFor } from './key.js'
import { instant, keepLease } from './lease.js'
import {
  type ProcessOptions,
  type ProcessSettings,
  resolveProcessOptions,
  type StepOptions,
} from './options.js'
import { claimKey, later, newOwner, persist, within } from './steps.js'
import { type Awaitable, type DedupeStore, requireStore } from './store.js'

/** The program's own `AbortSignal` type (DOM, Node, Workers, Deno, Bun), or a minimal version of it if the program has none. */
export type HandlerSignal = typeof globalThis extends { AbortSignal: { prototype: infer Instance } }
  ? Instance
  : {
      readonly aborted: boolean
      readonly reason: unknown
      throwIfAborted(): void
      addEventListener(type: 'abort', listener: () => void): void
      removeEventListener(type: 'abort', listener: () => void): void
    }

/** The second argument of a function that processes an event. */
export interface ProcessContext {
  /**
   * Aborted if the lease is lost, or the handler outlives `handlerTimeoutMs`: another worker may process the event again. Throw
   * then.
   */
  readonly signal: HandlerSignal
  /** The key of the event: use it as idempotency key of what the handler calls. */
  readonly key: string
}

/** The result for an event. */
export type Processed<Value> =
  | {
      readonly status: 'processed'
      /** The value that the handler returned. */
      readonly value: Value
      readonly recorded: true
    }
  | {
      readonly status: 'processed'
      readonly value: Value
      /** The handler ran to its end, but the store does not know: another delivery may run it again. */
      readonly recorded: false
      /** Why the store does not know. */
      readonly recordError: unknown
    }
  | { readonly status: 'duplicate' }
  | { readonly status: 'busy' }

/**
 * Runs a handler for an event once, among all workers that share the store.
 *
 * While the handler runs, its lease is renewed every third of `leaseMs`. A handler that throws releases the event for the next
 * delivery, and its error comes out unchanged. A process that crashes leaves a lease that expires: the event is processed again,
 * never lost. A handler that outlives `handlerTimeoutMs` keeps its lease until it expires; if it succeeds before that, the
 * event is still marked done.
 *
 * @param event - a verified event
 * @param store - the store that all workers share
 * @param handler - gets the event and `{ signal, key }`
 * @param options - `leaseMs` (milliseconds, 60,000), `ttlMs` (72 hours), `handlerTimeoutMs` (15 minutes), `stepTimeoutMs`
 * (3,000: how long one step of the store may take), `key`, `scope`
 * @returns `processed` with the handler's value, and whether it was recorded; `duplicate` if it was done before; `busy` if
 * another worker is processing it: answer that one with 503, not with 2xx, since the other may still fail
 * @throws {@link WebhookError} `invalid_options`; `step_timeout` if the store does not answer a claim; `handler_timeout`. What the
 * handler throws, and what the store throws at the claim, comes out unchanged
 *
 * @example
 * ```ts
 * import { memoryStore, parseEvent, processOnce } from 'truedy-webhooks'
 *
 * const event = parseEvent({ event: 'call.ended', timestamp: 1773844320, data: { call_id: 'c1' } })
 * const outcome = await processOnce(event, memoryStore(), async (event, { key }) => {
 *   console.log('processing', event.event, key)
 * })
 * console.log(outcome.status) // processed
 * ```
 */
export async function processOnce<Value, Event extends TruedyEvent>(
  event: Event,
  store: DedupeStore,
  handler: (event: Event, context: ProcessContext) => Awaitable<Value>,
  options?: ProcessOptions & StepOptions,
): Promise<Processed<Value>> {
  requireStore(store)
  requireFunction('handler', handler)
  const settings = resolveProcessOptions(options)
  return runOnce(store, keyFor(event, settings), settings, (context) => handler(event, context))
}

/** How long `complete` and `release` are retried if nobody waits for a response, in milliseconds. */
const PERSIST_MS = 6000

/** The part that a receiver adds to {@link processOnce}. */
interface Delivered {
  /** The deadline of the response, on the clock of `performance.now()`. */
  readonly endsAt: number
  /** Told of the handler's error before the lease is released, because the release may take a while. */
  onHandlerError(error: unknown): Awaitable<void>
}

/** {@link processOnce} with a key and options that were checked before. */
export async function runOnce<Value>(
  store: DedupeStore,
  key: string,
  { leaseMs, ttlMs, handlerTimeoutMs, stepTimeoutMs }: ProcessSettings,
  handler: (context: ProcessContext) => Awaitable<Value>,
  delivered?: Delivered,
): Promise<Processed<Value>> {
  const owner = newOwner()
  // Taken before the request, so that the store's lease ends later than this worker believes.
  const claimedAt = instant()
  const endsAt = delivered?.endsAt ?? Number.POSITIVE_INFINITY
  const found = await claimKey(store, key, { owner, leaseMs }, { stepTimeoutMs, endsAt })
  if (found !== 'claimed') return { status: found === 'busy' ? 'busy' : 'duplicate' }

  const persistDeadline = () => ({
    stepTimeoutMs,
    endsAt: delivered?.endsAt ?? performance.now() + PERSIST_MS,
  })
  const complete = () =>
    persist('store.complete', () => store.complete(key, { owner, ttlMs }), persistDeadline(), LOST)
  const lease = keepLease(claimedAt, {
    renew: () => store.renew(key, { owner, leaseMs }),
    leaseMs,
    stepTimeoutMs,
  })
  const work = (async () => handler({ signal: lease.signal, key }))()
  let timeout: WebhookError | undefined
  const timeOut = () => {
    timeout = new WebhookError(
      'handler_timeout',
      `The handler did not finish within handlerTimeoutMs (${handlerTimeoutMs}). Hand slow work to a queue, or raise the limit.`,
    )
    return timeout
  }
  let value: Value
  try {
    value = await within(handlerTimeoutMs, () => work, timeOut, later)
  } catch (error) {
    // Compared by identity, because the handler itself may throw an error with the same code.
    if (timeout && error === timeout) {
      lease.abort(timeout)
      // The handler may still succeed. If it throws, that is ignored: the delivery was already answered with an error.
      work.then(() => (lease.isHeld() ? complete() : undefined)).catch(() => {})
      throw timeout
    }
    lease.stop()
    await delivered?.onHandlerError(error)
    // The handler's error is the one to throw. A failed release is ignored, because the lease will expire anyway.
    await persist('store.release', () => store.release(key, { owner }), persistDeadline(), LOST)
    throw error
  }
  lease.stop()
  const recorded = await complete()
  if (recorded.isTrue) return { status: 'processed', value, recorded: true }
  return { status: 'processed', value, recorded: false, recordError: recorded.error }
}

const LOST =
  'The lease was lost while the handler ran: another worker holds the event and may process it again.'
