/** The options that all verifying functions share, and their checks. */

import { requireFunction, requireObject, requireOptions, requirePositive, requireText } from '../checks.js'
import { isWebhookError, WebhookError } from '../errors.js'
import { type Key, requireKeys, type Secret } from './keys.js'
import type { HeaderNames } from './wire.js'

/** Options of every function that verifies a delivery. */
export interface VerifyOptions {
  /** The largest difference between the timestamp and now, in seconds, in either direction. Default 300. */
  readonly toleranceSeconds?: number | undefined
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined
  /** The names of the headers, if a proxy renames them. Default: Truedy's names, then their older spelling. */
  readonly headerNames?: HeaderNames | undefined
}

/** A secret and options that were checked. A receiver uses them for all of its deliveries. */
export interface VerifySettings {
  readonly keys: readonly Key[]
  readonly toleranceSeconds: number
  readonly now: () => number
  readonly headerNames: HeaderNames | undefined
}

/**
 * The default of `toleranceSeconds`. Truedy's documentation says to reject a delivery older than 300 s (src/CONTRACT.md §2). As in
 * Standard Webhooks, the same limit applies to timestamps in the future.
 */
export const DEFAULT_TOLERANCE_SECONDS = 300

/** Looks up `Date.now` at each call, because a test may replace it with a fake timer after a receiver was created. */
const wallClock = () => Date.now()

/** The names of the options of every function that verifies a delivery. */
export const VERIFY_OPTION_NAMES = ['toleranceSeconds', 'now', 'headerNames'] as const

/**
 * Checks a secret and options.
 *
 * @param names - the names of all options that the calling function takes
 * @throws WebhookError `invalid_secret`, `invalid_options`. Nothing else, even if a getter throws
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
 * Returns a WebhookError unchanged. Replaces any other error, such as one thrown by a getter or by `now`, because its message may
 * contain something that must not be logged.
 */
export function asWebhookError(error: unknown): WebhookError {
  if (isWebhookError(error)) return error
  return new WebhookError(
    'invalid_options',
    'Reading the arguments failed: a getter, a method or now() threw. Fix it, or pass plain values.',
  )
}
