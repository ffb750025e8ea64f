/** Shared by the stores on servers: keys and times in a form that every server takes. */

import { invalidOption, requireOptions, requirePositive } from '../checks.js'
import { sha256Hex } from '../sha256.js'

/** Longest key that is stored as it is, in UTF-16 units: at most 1,536 bytes, which an index of PostgreSQL still takes. */
const MAX_KEY_LENGTH = 512

/** The longest duration, in milliseconds, that every server can add to its current time: about 30,000 years. */
const MAX_MS = 1e15

/**
 * The key as it is stored: a different one for every key. Keys of {@link dedupeKey}, without a scope, are stored unchanged. A
 * user's own key may be too long for an index, or contain what a server can't store in text (NUL, half a surrogate pair).
 */
export function recordKey(key: string): string {
  const text = key.replace(/[\0\\]|\p{Surrogate}/gu, escapeUnit)
  if (text.length <= MAX_KEY_LENGTH) return text
  // One unit longer than any key that was not cut, so that it can be none of them.
  const hash = sha256Hex(text)
  const start = text.slice(0, MAX_KEY_LENGTH - hash.length)
  return `${start.replace(/\p{Surrogate}$/u, '~')}~${hash}`
}

function escapeUnit(unit: string): string {
  return `\\${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A time as whole milliseconds, rounded up. */
export function wholeMs(name: string, milliseconds: number): number {
  requirePositive({ [name]: milliseconds })
  return Math.min(Math.ceil(milliseconds), MAX_MS)
}

/**
 * Checks the arguments of a store. People often pass the client itself instead of a function, which would fail only at the
 * first delivery.
 *
 * @param example - the function as a user would write it
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
      `${store} takes a function over your client, such as ${example}. It was given something else.`,
    )
  }
  requireOptions(options, names)
  return options
}
