/** Processes an event once, even if it is delivered twice at the same moment, and even if a process crashes. */

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
import { claimKey, newOwner, persist, startBackgroundTimer, within } from './steps.js'
import { type Awaitable, type DedupeStore, requireStore } from './store.js'

/** The program's own `AbortSignal` type (DOM, Node, Workers, Deno, Bun). If it has none, a minimal version. */
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
   * Aborted if the lease is lost, or if the handler takes longer than `handlerTimeoutMs`. Another worker may then process the event
   * again, so throw.
   */
  readonly signal: HandlerSignal
  /** The key of the event. Use it as the idempotency key of the services that the handler calls. */
  readonly key: string
}

/** The result of {@link processOnce}. */
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
      /** The handler ran to its end, but the event is not marked done, so another delivery may run it again. */
      readonly recorded: false
      /** Why the event is not marked done. */
      readonly recordError: unknown
    }
  | { readonly status: 'duplicate' }
  | { readonly status: 'busy' }

/**
 * Runs a handler for an event once, among all workers that share the store.
 *
 * While the handler runs, its lease is renewed every third of `leaseMs`. If the handler throws, the event is released for the next
 * delivery, and the error is passed on. If the process crashes, the lease expires, and the next delivery is processed. If the
 * handler takes longer than `handlerTimeoutMs`, its lease is no longer renewed; if it succeeds before the lease expires, the event
 * is still marked done.
 *
 * @param event - a verified event
 * @param store - the store that all workers share
 * @param handler - gets the event and `{ signal, key }`
 * @param options - all times in milliseconds: `leaseMs` (60,000), `ttlMs` (72 hours), `handlerTimeoutMs` (15 minutes),
 * `stepTimeoutMs` (3,000: how long one step of the store may take); `key`, `scope`
 * @returns `processed` with the handler's `value`, and with `recorded` to tell whether the event was marked done; `duplicate` if it
 * was done before; `busy` if another worker is processing it. Respond to `busy` with 503, because the other worker may still fail
 * @throws {@link WebhookError} `invalid_options`; `step_timeout` if a claim takes too long; `handler_timeout`. Passes on errors of
 * the handler, and errors of the store's `claim`
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

/** How long `complete` and `release` are retried if no response waits for them, in milliseconds. */
const PERSIST_MS = 6000

/** What a receiver, which has to respond in time, adds to {@link processOnce}. */
interface ResponseSettings {
  /** The deadline of the response, on the clock of `performance.now()`. */
  readonly endsAt: number
  /** Called with the handler's error before the lease is released, because the release may take a while. */
  onHandlerError(error: unknown): Awaitable<void>
}

/** Does what {@link processOnce} does, with a key and with options that were checked before. */
export async function runOnce<Value>(
  store: DedupeStore,
  key: string,
  { leaseMs, ttlMs, handlerTimeoutMs, stepTimeoutMs }: ProcessSettings,
  handler: (context: ProcessContext) => Awaitable<Value>,
  response?: ResponseSettings,
): Promise<Processed<Value>> {
  const owner = newOwner()
  // Taken before the claim is sent, so that this worker never believes in its lease for longer than the store does.
  const claimedAt = instant()
  const endsAt = response?.endsAt ?? Number.POSITIVE_INFINITY
  const found = await claimKey(store, key, { owner, leaseMs }, { stepTimeoutMs, endsAt })
  if (found !== 'claimed') return { status: found === 'busy' ? 'busy' : 'duplicate' }

  const persistDeadline = () => ({
    stepTimeoutMs,
    endsAt: response?.endsAt ?? performance.now() + PERSIST_MS,
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
      `The handler did not finish within handlerTimeoutMs (${handlerTimeoutMs}). Move slow work to a queue, or raise the limit.`,
    )
    return timeout
  }
  let value: Value
  try {
    value = await within(handlerTimeoutMs, () => work, timeOut, startBackgroundTimer)
  } catch (error) {
    // Not the code of the error, because the handler may throw an error with the same code.
    if (timeout) {
      lease.abort(timeout)
      // The handler may still succeed. Its error is ignored, because the caller already gets an error for this event.
      work.then(() => (lease.isHeld() ? complete() : undefined)).catch(() => {})
      throw timeout
    }
    lease.stop()
    await response?.onHandlerError(error)
    // `persist` doesn't reject, so the handler's error is thrown. If the release fails, the lease expires anyway.
    await persist('store.release', () => store.release(key, { owner }), persistDeadline(), LOST)
    throw error
  }
  lease.stop()
  const recorded = await complete()
  if (recorded.isConfirmed) return { status: 'processed', value, recorded: true }
  return { status: 'processed', value, recorded: false, recordError: recorded.error }
}

const LOST =
  'The lease was lost, so another worker may process this event. Stop the handler when its signal is aborted.'
