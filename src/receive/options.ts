/** The options of a receiver: secret, handlers or queue, store, limits; and their checks. */

import { invalidOption, requireFunction, requireObject, requireOptions, requirePositive } from '../checks.js'
import {
  type KeyOf,
  PROCESS_OPTION_NAMES,
  type ProcessOptions,
  type ProcessSettings,
  resolveProcessOptions,
  type StepOptions,
} from '../dedupe/options.js'
import { type Awaitable, type DedupeStore, requireStore } from '../dedupe/store.js'
import { didYouMean } from '../did-you-mean.js'
import { type BodyLimit, DEFAULT_MAX_BODY_BYTES } from '../read-body.js'
import { memoryStore } from '../stores/memory.js'
import type { Secret } from '../verify/keys.js'
import {
  resolveVerifyOptions,
  VERIFY_OPTION_NAMES,
  type VerifyOptions,
  type VerifySettings,
} from '../verify/options.js'
import { createDispatch, type Dispatch, type HandlerContext, type Handling } from './context.js'
import type { Queue } from './job.js'
import { logOutcome, type Outcome } from './outcome.js'
import { requireTelemetry, type Telemetry, type TelemetryOptions } from './telemetry.js'

/** Options of every receiver. */
export interface EndpointOptions<Request, Args extends readonly unknown[]>
  extends VerifyOptions,
    BodyLimit,
    StepOptions,
    TelemetryOptions {
  /**
   * The endpoint's secret, or several; or a function of the request, called after the request's headers have passed their
   * checks. `null` from it: no
   * such tenant, which is a 401. If absent: `TRUEDY_WEBHOOK_SECRET` of the environment, read once.
   */
  readonly secret?:
    | Secret
    | ((request: Request, ...args: Args) => Awaitable<Secret | null | undefined>)
    | undefined
  /** Which of several endpoints or tenants this is, if they share a store or queue; or a function of the request. */
  readonly scope?: string | ((request: Request, ...args: Args) => Awaitable<string>) | undefined
  /** The key of an event. Default `dedupeKey`. */
  readonly key?: KeyOf | undefined
  /** Sees every delivery. Default: failures, slow handlers and mistakes in the setup go to `console`. */
  readonly onOutcome?:
    | ((outcome: Outcome, delivery: { readonly request: Request; readonly args: Args }) => unknown)
    | undefined
}

/** Options of a receiver that processes events itself. */
export interface ProcessingOptions<Request, Args extends readonly unknown[]>
  extends EndpointOptions<Request, Args>,
    Omit<ProcessOptions, 'scope' | 'key'> {
  /** The store of processed events. Default: a `memoryStore` of its own, for a single process. */
  readonly store?: DedupeStore | undefined
  readonly queue?: undefined
}

/** Options of a receiver that hands deliveries to a queue. */
export interface HandOffOptions<Request, Args extends readonly unknown[]>
  extends EndpointOptions<Request, Args> {
  /** Takes each delivery, which is acknowledged once the queue holds it. `createJobHandler` processes it later. */
  readonly queue: Queue
  readonly on?: undefined
  readonly onEvent?: undefined
  readonly store?: undefined
  readonly leaseMs?: undefined
  readonly ttlMs?: undefined
  readonly handlerTimeoutMs?: undefined
}

/**
 * Options of `createReceiver`, `createWebhookHandler` and `createNodeHandler`: what to do with an event (`on`, `onEvent` or
 * `queue`), and the rest.
 */
export type ReceiverOptions<Request = unknown, Args extends readonly unknown[] = []> =
  | (ProcessingOptions<Request, Args> & Handling<HandlerContext<Request, Args>>)
  | HandOffOptions<Request, Args>

/** A setting that may depend on the request. */
type PerRequest<Request, Args extends readonly unknown[], Value> = (
  request: Request,
  ...args: Args
) => Awaitable<Value>

/** Options with all defaults in place. */
export interface ReceiverSettings<Request, Args extends readonly unknown[]> {
  readonly verification: VerifySettings
  readonly processing: ProcessSettings
  /** Set if the secret depends on the request. The keys in `verification` are then unused. */
  readonly secretOf: PerRequest<Request, Args, Secret | null | undefined> | undefined
  readonly scopeOf: PerRequest<Request, Args, string> | undefined
  /** The handlers or the queue of an event. */
  readonly destination:
    | { readonly queue: Queue }
    | {
        readonly queue?: undefined
        readonly store: DedupeStore
        readonly dispatch: Dispatch<HandlerContext<Request, Args>>
      }
  readonly onOutcome: NonNullable<EndpointOptions<Request, Args>['onOutcome']>
  readonly telemetry: Telemetry | undefined
  readonly maxBodyBytes: number
}

/**
 * The secret that stands in for a tenant that doesn't exist, so that the check takes the same time. A delivery signed with it
 * is rejected anyway.
 */
export const NO_SECRET = 'no such tenant'

/**
 * The options with all defaults in place, and checked: a mistake shows when the receiver is created, not at a delivery.
 *
 * @throws WebhookError `invalid_secret`, `invalid_options`
 */
export function resolveOptions<Request, Args extends readonly unknown[]>(
  options: ReceiverOptions<Request, Args>,
): ReceiverSettings<Request, Args> {
  const given = requireObject('options', options)
  const names = [
    'secret',
    'on',
    'onEvent',
    'queue',
    'store',
    'onOutcome',
    'telemetry',
    'maxBodyBytes',
    ...VERIFY_OPTION_NAMES,
    ...PROCESS_OPTION_NAMES,
  ]
  requireOptions(options, names, (name) => didYouMean(name, names))
  const { scope, onOutcome = logOutcome, telemetry, maxBodyBytes = DEFAULT_MAX_BODY_BYTES } = options
  const secret = secretOf(options)
  const verification = resolveVerifyOptions(typeof secret === 'function' ? NO_SECRET : secret, {
    toleranceSeconds: options.toleranceSeconds,
    now: options.now,
    headerNames: options.headerNames,
  })
  const processing = resolveProcessOptions(
    { ...options, scope: typeof scope === 'function' ? undefined : scope },
    names,
  )
  requireFunction('onOutcome', onOutcome)
  requireTelemetry(telemetry)
  requirePositive({ maxBodyBytes })
  const settings = {
    verification,
    processing,
    secretOf: typeof secret === 'function' ? secret : undefined,
    scopeOf: typeof scope === 'function' ? scope : undefined,
    onOutcome,
    telemetry,
    maxBodyBytes,
  }
  if (options.queue !== undefined) {
    requireFunction('queue.add', requireObject('queue', options.queue)['add'])
    requireNothingBesideQueue(given)
    return { ...settings, destination: { queue: options.queue } }
  }
  const dispatch = createDispatch(options)
  const { store = memoryStore() } = options
  requireStore(store)
  const leastTtlMs = 2000 * verification.toleranceSeconds
  if (processing.ttlMs < leastTtlMs) {
    throw invalidOption(
      `ttlMs must be at least twice toleranceSeconds, which is ${leastTtlMs} ms (got ${processing.ttlMs}). Otherwise, a replayed delivery could count as new.`,
    )
  }
  return { ...settings, destination: { store, dispatch } }
}

function requireNothingBesideQueue(given: Readonly<Record<string, unknown>>): void {
  for (const name of ['on', 'onEvent', 'store', 'leaseMs', 'ttlMs', 'handlerTimeoutMs']) {
    if (given[name] === undefined) continue
    throw invalidOption(`${name} does nothing beside queue. Pass it to createJobHandler instead.`)
  }
}

/** A secret that is given as `undefined` is a typo in a variable's name, and must not fall back to another secret. */
function secretOf<Request, Args extends readonly unknown[]>(
  options: ReceiverOptions<Request, Args>,
): Exclude<ReceiverOptions<Request, Args>['secret'], undefined> {
  // If it is missing, the check of the secret says so later.
  if ('secret' in options) return options.secret as Secret
  return globalThis.process?.env?.['TRUEDY_WEBHOOK_SECRET'] as Secret
}
