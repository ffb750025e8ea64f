/** Checks of options. Each error names the option, says what it must be, and describes the value without quoting strings. */

import { kindOf } from './bytes.js'
import { WebhookError } from './errors.js'
import { isObject, isText } from './json.js'

/** Creates the error for an invalid option. */
export function invalidOption(message: string): WebhookError {
  return new WebhookError('invalid_options', message)
}

/** Creates the error for an invalid value. */
export function wrongValue(name: string, expected: string, value: unknown): WebhookError {
  return invalidOption(`${name} must be ${expected} (got ${describeValue(value)}).`)
}

/**
 * Throws unless all numbers are positive and finite.
 *
 * @param numbers - the values, by the names of their options
 * @throws WebhookError `invalid_options`
 */
export function requirePositive(numbers: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!(Number.isFinite(value) && Number(value) > 0))
      throw wrongValue(name, 'a positive, finite number', value)
  }
}

/**
 * Throws unless a value is a function.
 *
 * @throws WebhookError `invalid_options`
 */
export function requireFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw wrongValue(name, 'a function', value)
}

/**
 * Throws unless a value is a non-empty string.
 *
 * @throws WebhookError `invalid_options`
 */
export function requireText(name: string, value: unknown): void {
  if (!isText(value)) throw wrongValue(name, 'a non-empty string', value)
}

/**
 * Returns a value if it is an object, and not an array.
 *
 * @throws WebhookError `invalid_options`
 */
export function requireObject(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw wrongValue(name, 'an object', value)
  return value
}

/**
 * Returns the options, or an empty object if they are `undefined`. Rejects unknown names, because a typo must not pass silently.
 *
 * @param names - the names of all options
 * @param suggest - returns a suggestion for an unknown name, with a space in front
 * @throws WebhookError `invalid_options`
 */
export function requireOptions(
  options: unknown,
  names: readonly string[],
  suggest: (name: string) => string = () => '',
): Readonly<Record<string, unknown>> {
  const given = options === undefined ? {} : requireObject('options', options)
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue
    throw invalidOption(`Unknown option "${name}".${suggest(name)} The options are ${names.join(', ')}.`)
  }
  return given
}

/** Describes a value in a message. Names only the kind of a string or an object, because it may be secret or large. */
export function describeValue(value: unknown): string {
  if (value === '') return 'an empty string'
  return typeof value === 'string' || Object(value) === value ? kindOf(value) : String(value)
}
