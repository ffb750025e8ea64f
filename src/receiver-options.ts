/** What a receiver is told: handlers, store, limits; and what can be wrong with that. */

import { type HandlerContext, type ProcessOptions, requireDuration } from './dedupe.js'
import { WebhookError } from './errors.js'
import { type EventName, type EventOf, eventNames, type TruedyEvent } from './events.js'
import { findMistake, readSecrets, type Secret, type VerifyOptions } from './options.js'
import type { BodyLimit } from './request.js'
import type { DedupeStore } from './store.js'

/** A handler for each event type, by name; `unknown` gets the types that this version does not know. */
export type EventHandlers = {
  readonly [Name in EventName | 'unknown']?: (event: EventOf<Name>, context: HandlerContext) => unknown
}

/** What became of a delivery, for logs, metrics and traces: a union on `status`. */
export type Outcome = {
  /** Time from the request to the reply, in milliseconds. */
  readonly durationMs: number
} & (
  | {
      readonly status: 'processed'
      readonly event: TruedyEvent
      readonly key: string
      readonly recorded: boolean
    }
  | { readonly status: 'duplicate' | 'busy'; readonly event: TruedyEvent; readonly key: string }
  | { readonly status: 'rejected'; readonly error: WebhookError }
  | {
      readonly status: 'failed'
      readonly error: unknown
      readonly event?: TruedyEvent
      readonly key?: string
    }
)

/** Options of {@link createReceiver} and of the handlers made of it. */
export interface ReceiverOptions extends VerifyOptions, ProcessOptions, BodyLimit {
  /** The endpoint's secret, or several. Default: `TRUEDY_WEBHOOK_SECRET` of the environment, read once. */
  readonly secret?: Secret | undefined
  /** Where it is remembered what was handled. Default: a {@link memoryStore} of its own, for a single process. */
  readonly store?: DedupeStore | undefined
  /** A handler for each event type. A type without one is acknowledged. */
  readonly on?: EventHandlers | undefined
  /** Gets every event, after the handler in `on`. */
  readonly onEvent?: ((event: TruedyEvent, context: HandlerContext) => unknown) | undefined
  /** Sees every delivery. Default: failures and mistakes in the set-up go to `console.error`. */
  readonly onOutcome?: ((outcome: Outcome) => unknown) | undefined
}

/** Throws the first thing that is wrong with the options: when the receiver is made, not at the first delivery. */
export function requireUsable(secret: Secret, options: ReceiverOptions): void {
  for (const found of [readSecrets(secret), findMistake(options)]) {
    if (found && 'ok' in found) throw new WebhookError(found.code, found.message)
  }

  const { on = {}, store, leaseMs = 1, ttlMs = 1, maxMs = 1, maxBodyBytes = 1 } = options
  requireDuration('leaseMs', leaseMs)
  requireDuration('ttlMs', ttlMs)
  requireDuration('maxMs', maxMs)
  if (!(maxBodyBytes > 0)) throw invalid('maxBodyBytes must be a positive number of bytes')

  const names: readonly string[] = [...eventNames(), 'unknown']
  for (const [name, handler] of Object.entries(on)) {
    if (!names.includes(name)) throw invalid(`on has no event "${name}"; it knows ${names.join(', ')}`)
    requireFunction(`on["${name}"]`, handler)
  }
  for (const name of ['onEvent', 'onOutcome', 'key'] as const) requireFunction(name, options[name])
  for (const step of ['claim', 'complete', 'release'] as const) {
    if (store !== undefined) requireFunction(`store.${step}`, store?.[step] ?? null)
  }
}

function requireFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw invalid(`${name} must be a function`)
}

function invalid(what: string): WebhookError {
  return new WebhookError('invalid_options', `${what}.`)
}
