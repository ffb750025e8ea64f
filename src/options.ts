/** Secrets and options of everything that verifies, and what can be wrong with them. */

import { WebhookError } from './errors.js'
import type { HeaderNames } from './headers.js'

/** The endpoint's secret as the dashboard shows it, or up to 10 of them while one is being rotated. */
export type Secret = string | readonly string[]

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

const MAX_SECRETS = 10

/** The secrets as a list of our own, so that what is checked here is what is used later. Throws `invalid_secret`. */
export function requireSecrets(secret: Secret): readonly string[] {
  const secrets: unknown[] = Array.isArray(secret) ? [...secret] : [secret]
  if (secrets.length > 0 && secrets.length <= MAX_SECRETS && secrets.every(isText)) {
    if (secrets.every((one) => one === one.trim())) return secrets
    throw new WebhookError(
      'invalid_secret',
      'The secret has white space around it, often a newline from a file.',
    )
  }
  throw new WebhookError(
    'invalid_secret',
    `No usable secret: set TRUEDY_WEBHOOK_SECRET, or pass 1 to ${MAX_SECRETS} texts.`,
  )
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

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
    'Unusable argument: headers (object), toleranceSeconds (positive), now (function, milliseconds) or headerNames (pair).',
  )
}

/** Throws unless all the numbers are positive and finite. */
export function requirePositive(numbers: Record<string, number>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!(Number.isFinite(value) && value > 0)) {
      throw new WebhookError('invalid_options', `${name} must be a positive, finite number.`)
    }
  }
}
