/** Secrets and options of everything that verifies, and what can be wrong with them. */

import { failure, type VerificationFailure } from './failure.js'
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

/** The secrets as a list, or what is wrong with them, which is the calling program's mistake. */
export function readSecrets(secret: Secret): readonly string[] | VerificationFailure {
  // Copied, so that what is checked here is what is used later.
  const secrets = typeof secret === 'string' ? [secret] : Array.isArray(secret) ? [...secret] : undefined
  if (secrets === undefined || secrets.length === 0 || secrets.length > MAX_SECRETS) {
    return failure(
      'invalid_secret',
      `The secret must be a string, or an array of 1 to ${MAX_SECRETS} strings. Is TRUEDY_WEBHOOK_SECRET set?`,
    )
  }
  for (const one of secrets) {
    if (typeof one !== 'string' || one === '') {
      return failure('invalid_secret', 'A secret is empty or not a string. Is TRUEDY_WEBHOOK_SECRET set?')
    }
    if (one !== one.trim()) {
      return failure(
        'invalid_secret',
        'A secret has white space around it, most often a newline from a file or a pasted space. Trim it.',
      )
    }
  }
  return secrets
}

/** The first thing that is wrong with the options, which is the calling program's mistake. */
export function findMistake(options: VerifyOptions): VerificationFailure | undefined {
  if (typeof options !== 'object' || options === null) {
    return failure('invalid_options', 'The options must be an object.')
  }
  const { toleranceSeconds = DEFAULT_TOLERANCE_SECONDS, now = Date.now, headerNames } = options
  if (!Number.isFinite(toleranceSeconds) || toleranceSeconds <= 0) {
    return failure('invalid_options', 'toleranceSeconds must be a positive, finite number of seconds.')
  }
  if (typeof now !== 'function') {
    return failure('invalid_options', 'now must be a function that returns milliseconds since 1970.')
  }
  if (headerNames !== undefined && !(isName(headerNames?.timestamp) && isName(headerNames.signature))) {
    return failure('invalid_options', 'headerNames must be { timestamp, signature }, two header names.')
  }
  return undefined
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}
