/** What a receiver is told: handlers, store, limits; and what can be wrong with that. */

import type { HandlerContext, ProcessOptions } from './dedupe.js'
import { WebhookError } from './errors.js'
import { type EventName, type EventOf, normaliseName, type TruedyEvent } from './events.js'
import { isObject } from './json.js'
import { requireKeys, type Secret } from './keys.js'
import { requireOptions, requirePositive, type VerifyOptions } from './options.js'
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
  requireKeys(secret)
  requireOptions(options)
  const {
    on = {},
    store,
    onEvent,
    onOutcome,
    key,
    leaseMs = 1,
    ttlMs = 1,
    maxMs = 1,
    maxBodyBytes = 1,
  } = options
  requirePositive({ leaseMs, ttlMs, maxMs, maxBodyBytes })
  if (!isObject(on)) throw invalid('on must be an object')
  for (const name of Object.keys(on)) {
    if (name !== 'unknown' && normaliseName(name) !== name)
      throw invalid(`on: "${name}" is not an event type`)
  }
  requireFunctions({ ...on, onEvent, onOutcome, key })
  if (store === undefined) return
  const { claim = null, complete = null, release = null } = store ?? {}
  requireFunctions({ claim, complete, release })
}

/** Throws unless all that is given is a function. */
function requireFunctions(values: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && typeof value !== 'function') throw invalid(`${name} must be a function`)
  }
}

function invalid(what: string): WebhookError {
  return new WebhookError('invalid_options', `${what}.`)
}
