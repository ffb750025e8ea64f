/** The options of a receiver (secret, handlers or queue, store, limits), and their checks. */

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
import { invalidSecret, type Secret } from '../verify/keys.js'
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
   * The endpoint's secret or secrets, or a function that returns them for a request. The function is called after the headers have
   * passed their checks. If the function finds no tenant (customer) for the request, return `null`: the response is a 401.
   * Default: the environment variable `TRUEDY_WEBHOOK_SECRET`, read once.
   */
  readonly secret?:
    | Secret
    | ((request: Request, ...args: Args) => Awaitable<Secret | null | undefined>)
    | undefined
  /**
   * The name of this endpoint or tenant, or a function that returns the name for a request. Needed if several endpoints or tenants
   * share a store or queue.
   */
  readonly scope?: string | ((request: Request, ...args: Args) => Awaitable<string>) | undefined
  /** The key of an event. Default `dedupeKey`. */
  readonly key?: KeyOf | undefined
  /** Called with the outcome of each delivery. By default, failures, slow deliveries and mistakes in the setup are logged. */
  readonly onOutcome?:
    | ((outcome: Outcome, delivery: { readonly request: Request; readonly args: Args }) => unknown)
    | undefined
}

/** Options of a receiver that processes events itself. */
export interface ProcessingOptions<Request, Args extends readonly unknown[]>
  extends EndpointOptions<Request, Args>,
    Omit<ProcessOptions, 'scope' | 'key'> {
  /** The store that marks events done. Default: a new `memoryStore`, which is enough for a single process. */
  readonly store?: DedupeStore | undefined
  readonly queue?: undefined
}

/** Options of a receiver that hands deliveries to a queue. */
export interface HandOffOptions<Request, Args extends readonly unknown[]>
  extends EndpointOptions<Request, Args> {
  /** Takes the job of each delivery, which is acknowledged once the queue holds the job. `createJobHandler` processes it later. */
  readonly queue: Queue
  readonly on?: undefined
  readonly onEvent?: undefined
  readonly store?: undefined
  readonly leaseMs?: undefined
  readonly ttlMs?: undefined
  readonly handlerTimeoutMs?: undefined
}

/**
 * Options of `createReceiver`, `createWebhookHandler` and `createNodeHandler`: the handlers (`on`, `onEvent` or both) or the `queue`,
 * and everything else.
 */
export type ReceiverOptions<Request = unknown, Args extends readonly unknown[] = []> =
  | (ProcessingOptions<Request, Args> & Handling<HandlerContext<Request, Args>>)
  | HandOffOptions<Request, Args>

/** A function that returns a setting for a request. */
type PerRequest<Request, Args extends readonly unknown[], Value> = (
  request: Request,
  ...args: Args
) => Awaitable<Value>

/** Options with all defaults in place. */
export interface ReceiverSettings<Request, Args extends readonly unknown[]> {
  readonly verification: VerifySettings
  readonly processing: ProcessSettings
  /** The option `secret`, if it is a function. The keys in `verification` are then unused. */
  readonly secretOf: PerRequest<Request, Args, Secret | null | undefined> | undefined
  /** The option `scope`, if it is a function. */
  readonly scopeOf: PerRequest<Request, Args, string> | undefined
  /** The handlers and their store, or the queue. */
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
 * Used for a tenant that doesn't exist, so that verification takes the same time. A delivery that is signed with it is rejected
 * anyway.
 */
export const NO_SECRET = 'no such tenant'

/**
 * Checks the options and fills in the defaults, so that a mistake shows when the receiver is created, and not at a delivery.
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
  const secret = requireSecret(options)
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
  // A delivery can be replayed for up to twice the tolerance, because its timestamp may be ahead at first.
  const leastTtlMs = 2000 * verification.toleranceSeconds
  if (processing.ttlMs < leastTtlMs) {
    throw invalidOption(
      `ttlMs must be at least twice toleranceSeconds, which is ${leastTtlMs} ms (got ${processing.ttlMs}).`,
    )
  }
  return { ...settings, destination: { store, dispatch } }
}

function requireNothingBesideQueue(given: Readonly<Record<string, unknown>>): void {
  for (const name of ['on', 'onEvent', 'store', 'leaseMs', 'ttlMs', 'handlerTimeoutMs']) {
    if (given[name] === undefined) continue
    throw invalidOption(`${name} has no effect with \`queue\`. Pass it to createJobHandler instead.`)
  }
}

/**
 * Returns the option `secret`, or the environment variable if the option is absent. A secret that is `undefined` is probably a typo
 * in the name of a variable, so it doesn't fall back to the environment variable.
 *
 * @throws WebhookError `invalid_secret`
 */
function requireSecret<Request, Args extends readonly unknown[]>(
  options: ReceiverOptions<Request, Args>,
): Exclude<ReceiverOptions<Request, Args>['secret'], undefined> {
  const secret = 'secret' in options ? options.secret : globalThis.process?.env?.['TRUEDY_WEBHOOK_SECRET']
  if (secret !== undefined) return secret
  throw invalidSecret(
    'The secret is missing. Set TRUEDY_WEBHOOK_SECRET, or pass `secret`. In builds and on Workers, pass a function.',
  )
}
