/** The options that all verifying functions share, checked once and combined with the keys. */

import { requireFunction, requireObject, requireOptions, requirePositive, requireText } from '../checks.js'
import { isWebhookError, WebhookError } from '../errors.js'
import { type Key, requireKeys, type Secret } from './keys.js'
import type { HeaderNames } from './wire.js'

/** Options of everything that verifies. */
export interface VerifyOptions {
  /** The largest difference between the timestamp and now, in seconds, in both directions. Default 300. */
  readonly toleranceSeconds?: number | undefined
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined
  /** The names of the headers where a proxy renames them. Default: Truedy's, then their older spelling. */
  readonly headerNames?: HeaderNames | undefined
}

/** A secret and options that were checked: what a handler needs for each of its deliveries. */
export interface VerifySettings {
  readonly keys: readonly Key[]
  readonly toleranceSeconds: number
  readonly now: () => number
  readonly headerNames: HeaderNames | undefined
}

/**
 * src/CONTRACT.md §2: reject what is older than this. Standard Webhooks also rejects timestamps that are further in the
 * future than this.
 */
export const DEFAULT_TOLERANCE_SECONDS = 300

/** Fake timers replace `Date.now` after a receiver was created, so it is looked up at each call. */
const wallClock = () => Date.now()

/** The names of all options of everything that verifies. */
export const VERIFY_OPTION_NAMES = ['toleranceSeconds', 'now', 'headerNames'] as const

/**
 * Checks a secret and options.
 *
 * @param names - the names of all options that the caller takes
 * @throws WebhookError `invalid_secret`, `invalid_options`; nothing else, even if a getter of the caller throws
 */
export function resolveVerifyOptions(
  secret: Secret,
  options?: VerifyOptions,
  names: readonly string[] = VERIFY_OPTION_NAMES,
): VerifySettings {
  try {
    const keys = requireKeys(secret)
    if (options === undefined)
      return { keys, toleranceSeconds: DEFAULT_TOLERANCE_SECONDS, now: wallClock, headerNames: undefined }
    requireOptions(options, names)
    const { toleranceSeconds = DEFAULT_TOLERANCE_SECONDS, now = wallClock, headerNames } = options
    requirePositive({ toleranceSeconds })
    requireFunction('now', now)
    if (headerNames !== undefined) {
      const names = requireObject('headerNames', headerNames)
      requireText('headerNames.timestamp', names['timestamp'])
      requireText('headerNames.signature', names['signature'])
    }
    return { keys, toleranceSeconds, now, headerNames }
  } catch (error) {
    throw asWebhookError(error)
  }
}

/**
 * Returns our own errors unchanged. Replaces any other error (one thrown by a getter or clock of the caller, for example),
 * because it may quote what must not be logged.
 */
export function asWebhookError(error: unknown): WebhookError {
  if (isWebhookError(error)) return error
  return new WebhookError(
    'invalid_options',
    'Reading the arguments failed: a getter, a proxy or now() threw. Pass plain values.',
  )
}
