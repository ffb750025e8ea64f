/** Checks of what a program passes as options. Each error names the option, the value and what it must be. */

import { didYouMean } from './did-you-mean.js'
import { WebhookError } from './errors.js'
import { isObject, isText } from './json.js'

/** The error for an option that cannot be used. */
export function invalidOption(message: string): WebhookError {
  return new WebhookError('invalid_options', message)
}

/**
 * Throws unless all numbers are positive and finite.
 *
 * @param numbers - the values by the names of their options
 * @throws WebhookError `invalid_options`
 */
export function requirePositive(numbers: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) continue
    throw invalidOption(`${name} must be a positive, finite number (got ${describeValue(value)}).`)
  }
}

/** Throws unless a value is a function. */
export function requireFunction(name: string, value: unknown): void {
  if (typeof value === 'function') return
  throw invalidOption(`${name} must be a function (got ${describeValue(value)}).`)
}

/** Throws unless a value is a text that is not empty. */
export function requireText(name: string, value: unknown): void {
  if (isText(value)) return
  throw invalidOption(`${name} must be a string that is not empty (got ${describeValue(value)}).`)
}

/** The value, if it is an object with fields; throws otherwise. */
export function requireObject(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value
  throw invalidOption(`${name} must be an object (got ${describeValue(value)}).`)
}

/**
 * Throws if an object has an option of another name: a typo must not be silence.
 *
 * @param names - the names of all options that there are
 */
export function requireKnownOptions(
  options: Readonly<Record<string, unknown>>,
  names: readonly string[],
): void {
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue
    throw invalidOption(
      `Unknown option "${name}".${didYouMean(name, names)} The options are ${names.join(', ')}.`,
    )
  }
}

/** A value for a message: numbers as they are, of everything else only what it is, since it may be secret or large. */
export function describeValue(value: unknown): string {
  if (typeof value === 'number' || value === undefined || value === null || typeof value === 'boolean')
    return String(value)
  if (value === '') return 'an empty string'
  if (typeof value === 'string') return 'a string'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'function') return 'a function'
  return isPromiseLike(value) ? 'a promise' : `a value of type ${typeof value}`
}

function isPromiseLike(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value
}
