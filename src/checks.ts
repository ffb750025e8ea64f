/** Checks of what a program passes as options. Each error names the option, the value and what it must be. */

import { kindOf } from './bytes.js'
import { WebhookError } from './errors.js'
import { isObject, isText } from './json.js'

/** The error for an option that cannot be used. */
export function invalidOption(message: string): WebhookError {
  return new WebhookError('invalid_options', message)
}

/** The error for a value of the wrong kind. */
export function wrongValue(name: string, expected: string, value: unknown): WebhookError {
  return invalidOption(`${name} must be ${expected} (got ${describeValue(value)}).`)
}

/**
 * Throws unless all numbers are positive and finite.
 *
 * @param numbers - the values by the names of their options
 * @throws WebhookError `invalid_options`
 */
export function requirePositive(numbers: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!(Number.isFinite(value) && Number(value) > 0))
      throw wrongValue(name, 'a positive, finite number', value)
  }
}

/** Throws unless a value is a function. */
export function requireFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw wrongValue(name, 'a function', value)
}

/** Throws unless a value is a text that is not empty. */
export function requireText(name: string, value: unknown): void {
  if (!isText(value)) throw wrongValue(name, 'a string that is not empty', value)
}

/** The value, if it is an object with fields; throws otherwise. */
export function requireObject(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw wrongValue(name, 'an object', value)
  return value
}

/**
 * Returns the options if they are an object with known names only, so that a typo doesn't pass silently.
 *
 * @param names - the names of all options that there are
 * @param suggest - what to say about an unknown name, with a space in front
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

/** A value for a message. Strings and objects are named only by their kind, since they may be secret or large. */
export function describeValue(value: unknown): string {
  if (value === '') return 'an empty string'
  return typeof value === 'string' || Object(value) === value ? kindOf(value) : String(value)
}
