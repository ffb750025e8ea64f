/** Keys, times and argument checks for the stores on Redis, PostgreSQL and SQLite. */

import { describeValue, invalidOption, requireOptions, requirePositive } from '../checks.js'
import { sha256Hex } from '../sha256.js'

/** The longest key that is stored unchanged, in UTF-16 code units: at most 1,536 bytes, which fits into a PostgreSQL index. */
const MAX_KEY_LENGTH = 512

/** The longest duration, in milliseconds, that every database can add to its current time: about 30,000 years. */
const MAX_MS = 1e15

/**
 * Returns the form in which a key is stored. No two keys have the same form. A key of {@link dedupeKey} without a scope is stored
 * unchanged. Other keys may be too long for an index, or contain something that a database can't store (NUL, half a surrogate pair).
 */
export function recordKey(key: string): string {
  const text = key.replace(/[\0\\]|\p{Surrogate}/gu, escapeUnit)
  if (text.length <= MAX_KEY_LENGTH) return text
  // The result is one code unit longer than the longest key that is not cut, so it can't be equal to such a key.
  const hash = sha256Hex(text)
  const start = text.slice(0, MAX_KEY_LENGTH - hash.length)
  return `${start.replace(/\p{Surrogate}$/u, '~')}~${hash}`
}

function escapeUnit(unit: string): string {
  return `\\${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Returns a duration in whole milliseconds, rounded up. */
export function wholeMs(name: string, milliseconds: number): number {
  requirePositive({ [name]: milliseconds })
  return Math.min(Math.ceil(milliseconds), MAX_MS)
}

/**
 * Checks the arguments of a store. A common mistake is to pass the client instead of a function. Without this check, the first
 * delivery would fail.
 *
 * @param example - an example of the function, for the message
 * @returns the options
 * @throws WebhookError `invalid_options`
 */
export function requireStoreArguments<Options extends object>(
  store: string,
  example: string,
  run: unknown,
  options: Options,
  names: readonly string[],
): Options {
  if (typeof run !== 'function') {
    throw invalidOption(
      `${store} needs a function that uses your client (got ${describeValue(run)}). Pass one such as ${example}.`,
    )
  }
  requireOptions(options, names)
  return options
}
