/** What a receiver is told: handlers, store, limits; and what can be wrong with that. */

import { requirePositive } from '../checks.js'
import { dedupeKey } from '../dedupe/key.js'
import { DEFAULT_LEASE_MS, DEFAULT_MAX_MS, DEFAULT_TTL_MS, type ProcessOptions } from '../dedupe/options.js'
import type { HandlerContext } from '../dedupe/process-once.js'
import type { DedupeStore } from '../dedupe/store.js'
import { WebhookError } from '../errors.js'
import { type EventName, type EventOf, normaliseName, type TruedyEvent } from '../events/catalogue.js'
import { isObject } from '../json.js'
import { type BodyLimit, DEFAULT_MAX_BODY_BYTES } from '../read-body.js'
import { memoryStore } from '../stores/memory.js'
import type { Secret } from '../verify/keys.js'
import { resolveVerifyOptions, type VerifyOptions } from '../verify/options.js'
import { logFailure, type Outcome } from './outcome.js'

/** A handler for each event type, by name; `unknown` gets the types that this version does not know. */
export type EventHandlers = {
  readonly [Name in EventName | 'unknown']?: (event: EventOf<Name>, context: HandlerContext) => unknown
}

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

/**
 * The options with all defaults in place, and checked: a mistake shows when the receiver is made, not at a delivery.
 *
 * @throws WebhookError `invalid_secret`, `invalid_options`
 */
export function resolveOptions(options: ReceiverOptions) {
  const {
    // A missing one is a mistake that the check names.
    secret = globalThis.process?.env?.['TRUEDY_WEBHOOK_SECRET'] as Secret,
    on = {},
    onEvent = () => {},
    onOutcome = logFailure,
    store = memoryStore(),
    key = dedupeKey,
    leaseMs = DEFAULT_LEASE_MS,
    ttlMs = DEFAULT_TTL_MS,
    maxMs = DEFAULT_MAX_MS,
    maxBodyBytes = DEFAULT_MAX_BODY_BYTES,
  } = options
  const verification = resolveVerifyOptions(secret, options)
  requirePositive({ leaseMs, ttlMs, maxMs, maxBodyBytes })
  if (!isObject(on)) throw invalid('on must be an object')
  for (const name of Object.keys(on)) {
    if (normaliseName(name) !== name) throw invalid(`on: "${name}" is no event type`)
  }
  const functions: Record<string, unknown> = {
    ...on,
    onEvent,
    onOutcome,
    key,
  }
  for (const step of ['claim', 'complete', 'release'] as const) functions[`store.${step}`] = store?.[step]
  for (const [name, value] of Object.entries(functions)) {
    if (typeof value !== 'function') throw invalid(`${name} must be a function`)
  }
  return { verification, on, onEvent, onOutcome, store, key, leaseMs, ttlMs, maxMs, maxBodyBytes }
}

function invalid(what: string): WebhookError {
  return new WebhookError('invalid_options', `${what}.`)
}
