/** Options of everything that verifies, checked once and put together with the keys. */

import { isWebhookError, WebhookError } from '../errors.js'
import { isText } from '../json.js'
import { type Key, requireKeys, type Secret } from './keys.js'
import type { HeaderNames } from './wire.js'

/** Options of everything that verifies. */
export interface VerifyOptions {
  /** How far the timestamp may lie from now, in seconds, both ways. Default 300. */
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

/** src/CONTRACT.md §2: reject what is older than this. Standard Webhooks also rejects what is newer. */
export const DEFAULT_TOLERANCE_SECONDS = 300

const NO_OPTIONS: VerifyOptions = {}

/**
 * Checks a secret and options.
 *
 * @throws WebhookError `invalid_secret`, `invalid_options`; nothing else, even if a getter of the caller throws
 */
export function resolveVerifyOptions(
  secret: Secret,
  options: VerifyOptions | undefined = NO_OPTIONS,
): VerifySettings {
  try {
    const keys = requireKeys(secret)
    const { toleranceSeconds = DEFAULT_TOLERANCE_SECONDS, now = Date.now, headerNames } = options
    const isUsable =
      Number.isFinite(toleranceSeconds) &&
      toleranceSeconds > 0 &&
      typeof now === 'function' &&
      (headerNames === undefined || (isText(headerNames.timestamp) && isText(headerNames.signature)))
    if (!isUsable) throw invalidOptions()
    return { keys, toleranceSeconds, now, headerNames }
  } catch (error) {
    throw asWebhookError(error)
  }
}

/** The error for arguments that cannot be used, whichever of them it is. */
export function invalidOptions(): WebhookError {
  return new WebhookError(
    'invalid_options',
    'Unusable headers, toleranceSeconds (> 0), now() or headerNames.',
  )
}

/** An error of ours as it is. Any other, such as one of a getter or clock of the caller, may quote what must not be logged. */
export function asWebhookError(error: unknown): WebhookError {
  return isWebhookError(error) ? error : invalidOptions()
}
