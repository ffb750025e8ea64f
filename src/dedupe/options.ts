/** Options of the functions that process an event once. */

import { requireFunction, requireOptions, requirePositive, requireText } from '../checks.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { dedupeKey } from './key.js'

/** Returns the key of an event, synchronously. Replaces {@link dedupeKey}. */
export type KeyOf = (event: TruedyEvent) => string

/** Options of {@link isDuplicate}. */
export interface DuplicateOptions {
  /** How long an event stays marked done, in milliseconds. Default 72 hours. */
  readonly ttlMs?: number | undefined
  /** The key of an event. Default {@link dedupeKey}. */
  readonly key?: KeyOf | undefined
  /**
   * The name of this endpoint, if several endpoints share the store. With different names, each endpoint processes every
   * event that it receives, even if another endpoint has processed it.
   */
  readonly scope?: string | undefined
}

/** The option that limits the time of each step, except the handler. */
export interface StepOptions {
  /**
   * How long one step may take, in milliseconds. Default 3,000. A step is a call of the store or, in a receiver, of `queue.add` or of
   * the function `secret` or `scope`.
   */
  readonly stepTimeoutMs?: number | undefined
}

/** Options of {@link processOnce}. */
export interface ProcessOptions extends DuplicateOptions {
  /** How long a worker that crashed still holds an event, in milliseconds. Default 60,000. */
  readonly leaseMs?: number | undefined
  /**
   * How long a handler may take, in milliseconds. After that, its `signal` is aborted, and nothing waits for its result. Default 15
   * minutes.
   */
  readonly handlerTimeoutMs?: number | undefined
}

/** The default of `ttlMs`. */
export const DEFAULT_TTL_MS = 72 * 60 * 60 * 1000
/** The default of `leaseMs`. */
export const DEFAULT_LEASE_MS = 60 * 1000
/** The default of `handlerTimeoutMs`. */
export const DEFAULT_HANDLER_TIMEOUT_MS = 15 * 60 * 1000
/** The default of `stepTimeoutMs`. */
export const DEFAULT_STEP_TIMEOUT_MS = 3000

/** The names of all options of {@link processOnce}. */
export const PROCESS_OPTION_NAMES = [
  'ttlMs',
  'key',
  'scope',
  'leaseMs',
  'handlerTimeoutMs',
  'stepTimeoutMs',
] as const

/** Options with all defaults in place. */
export interface ProcessSettings {
  readonly ttlMs: number
  readonly key: KeyOf
  readonly scope: string | undefined
  readonly leaseMs: number
  readonly handlerTimeoutMs: number
  readonly stepTimeoutMs: number
}

/**
 * Checks options and fills in the defaults.
 *
 * @throws WebhookError `invalid_options`
 */
export function resolveProcessOptions(
  options: (ProcessOptions & StepOptions) | undefined,
  names: readonly string[] = PROCESS_OPTION_NAMES,
): ProcessSettings {
  requireOptions(options, names)
  const {
    ttlMs = DEFAULT_TTL_MS,
    key = dedupeKey,
    scope,
    leaseMs = DEFAULT_LEASE_MS,
    handlerTimeoutMs = DEFAULT_HANDLER_TIMEOUT_MS,
    stepTimeoutMs = DEFAULT_STEP_TIMEOUT_MS,
  } = options ?? {}
  requirePositive({ ttlMs, leaseMs, handlerTimeoutMs, stepTimeoutMs })
  requireFunction('key', key)
  if (scope !== undefined) requireText('scope', scope)
  return { ttlMs, key, scope, leaseMs, handlerTimeoutMs, stepTimeoutMs }
}
