/** What a receiver is told: handlers, store, limits; and what can be wrong with that. */

import { invalidOption, requireFunction, requireObject, requireOptions, requirePositive } from '../checks.js'
import {
  PROCESS_OPTION_NAMES,
  type ProcessOptions,
  type ProcessSettings,
  resolveProcessOptions,
  type StepOptions,
} from '../dedupe/options.js'
import type { HandlerContext } from '../dedupe/process-once.js'
import { type DedupeStore, requireStore } from '../dedupe/store.js'
import { didYouMean } from '../did-you-mean.js'
import {
  type EventName,
  type EventOf,
  eventNames,
  normalizeName,
  type TruedyEvent,
} from '../events/catalogue.js'
import { type BodyLimit, DEFAULT_MAX_BODY_BYTES } from '../read-body.js'
import { memoryStore } from '../stores/memory.js'
import type { Secret } from '../verify/keys.js'
import {
  resolveVerifyOptions,
  VERIFY_OPTION_NAMES,
  type VerifyOptions,
  type VerifySettings,
} from '../verify/options.js'
import { logOutcome, type Outcome } from './outcome.js'

/** A handler for each event type, by name; `unknown` gets the types that this version does not know. */
export type EventHandlers = {
  readonly [Name in EventName | 'unknown']?:
    | ((event: EventOf<Name>, context: HandlerContext) => unknown)
    | undefined
}

/** Options of {@link createReceiver} and of the handlers made of it. Without a handler there is nothing to do: `on` or `onEvent` is required. */
export interface ReceiverOptions extends VerifyOptions, ProcessOptions, StepOptions, BodyLimit {
  /** The endpoint's secret, or several. If absent: `TRUEDY_WEBHOOK_SECRET` of the environment, read once. */
  readonly secret?: Secret | undefined
  /** Where it is recorded what was processed. Default: a {@link memoryStore} of its own, for a single process. */
  readonly store?: DedupeStore | undefined
  /** A handler for each event type. A type without one is acknowledged. */
  readonly on?: EventHandlers | undefined
  /** Gets every event, after the handler in `on`. */
  readonly onEvent?: ((event: TruedyEvent, context: HandlerContext) => unknown) | undefined
  /** Sees every delivery. Default: failures, slow handlers and mistakes in the set-up go to `console`. */
  readonly onOutcome?: ((outcome: Outcome) => unknown) | undefined
}

/** Options with all defaults in place. */
export interface ReceiverSettings {
  readonly verification: VerifySettings
  readonly processing: ProcessSettings
  readonly handlerOf: (
    event: TruedyEvent,
  ) => ((event: TruedyEvent, context: HandlerContext) => unknown) | undefined
  readonly onEvent: ((event: TruedyEvent, context: HandlerContext) => unknown) | undefined
  readonly onOutcome: (outcome: Outcome) => unknown
  readonly store: DedupeStore
  readonly maxBodyBytes: number
}

/**
 * The options with all defaults in place, and checked: a mistake shows when the receiver is created, not at a delivery.
 *
 * @throws WebhookError `invalid_secret`, `invalid_options`
 */
export function resolveOptions(options: ReceiverOptions): ReceiverSettings {
  requireObject('options', options)
  const names = [
    'secret',
    'on',
    'onEvent',
    'store',
    'onOutcome',
    'maxBodyBytes',
    ...VERIFY_OPTION_NAMES,
    ...PROCESS_OPTION_NAMES,
  ]
  requireOptions(options, names, (name) => didYouMean(name, names))
  const {
    on = {},
    onEvent,
    onOutcome = logOutcome,
    store = memoryStore(),
    maxBodyBytes = DEFAULT_MAX_BODY_BYTES,
  } = options
  const verification = resolveVerifyOptions(secretOf(options), options, names)
  const processing = resolveProcessOptions(options, names)
  requireHandlers(on, onEvent)
  requireFunction('onOutcome', onOutcome)
  requireStore(store)
  requirePositive({ maxBodyBytes })
  const leastTtlMs = 2000 * verification.toleranceSeconds
  if (processing.ttlMs < leastTtlMs) {
    throw invalidOption(
      `ttlMs must be at least twice toleranceSeconds, ${leastTtlMs} ms (got ${processing.ttlMs}): a replayed delivery would count as new.`,
    )
  }
  return {
    verification,
    processing,
    // The handler under an event's name takes that event, which TypeScript cannot see across the look-up.
    handlerOf: (event) => on[event.event] as typeof onEvent,
    onEvent,
    onOutcome,
    store,
    maxBodyBytes,
  }
}

/** A secret that is given as `undefined` is a typo in a variable's name, and must not fall back to another secret. */
function secretOf(options: ReceiverOptions): Secret {
  // The check names a missing secret.
  if ('secret' in options) return options.secret as Secret
  return globalThis.process?.env?.['TRUEDY_WEBHOOK_SECRET'] as Secret
}

/** Rejects what would acknowledge events and drop them. */
function requireHandlers(on: unknown, onEvent: unknown): void {
  if (onEvent !== undefined) requireFunction('onEvent', onEvent)
  const names: readonly string[] = [...eventNames, 'unknown']
  const handlers = Object.entries(requireObject('on', on))
  for (const [name, handler] of handlers) {
    if (names.includes(name)) {
      if (handler !== undefined) requireFunction(`on["${name}"]`, handler)
      continue
    }
    const known = normalizeName(name)
    const hint =
      known === 'unknown'
        ? `${didYouMean(name, names)} The events are ${names.join(', ')}.`
        : ` It arrives as "${known}": use that name.`
    throw invalidOption(`Unknown event "${name}" in on.${hint}`)
  }
  if (onEvent === undefined && handlers.every(([, handler]) => handler === undefined)) {
    throw invalidOption(
      'There is no handler: every event would be acknowledged and dropped. Pass on or onEvent.',
    )
  }
}
