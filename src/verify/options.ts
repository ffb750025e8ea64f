/** Options of everything that verifies, and what can be wrong with them. */

import { WebhookError } from '../errors.js'
import { isText } from '../json.js'
import type { HeaderNames } from './headers.js'

/** Options of everything that verifies. */
export interface VerifyOptions {
  /** How far the timestamp may lie from now, in seconds, both ways. Default 300. */
  readonly toleranceSeconds?: number | undefined
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined
  /** The names of the headers where a proxy renames them. Default: Truedy's, then their older spelling. */
  readonly headerNames?: HeaderNames | undefined
}

/** Contract §2: refuse what is older than this; the Standard Webhooks also refuse what is newer. */
export const DEFAULT_TOLERANCE_SECONDS = 300

/** Throws `invalid_options` for what cannot be used. */
export function requireOptions(options: VerifyOptions): void {
  const { toleranceSeconds = DEFAULT_TOLERANCE_SECONDS, now = Date.now, headerNames } = options
  const isUsable =
    Number.isFinite(toleranceSeconds) &&
    toleranceSeconds > 0 &&
    typeof now === 'function' &&
    (headerNames === undefined || (isText(headerNames.timestamp) && isText(headerNames.signature)))
  if (!isUsable) throw invalidOptions()
}

/** The error for arguments that cannot be used, whichever of them it is. */
export function invalidOptions(): WebhookError {
  return new WebhookError(
    'invalid_options',
    'Unusable headers, toleranceSeconds (> 0), now() or headerNames.',
  )
}
