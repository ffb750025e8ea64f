/** Checks of numbers that a program passes as options. */

import { WebhookError } from './errors.js'

/**
 * Throws unless all numbers are positive and finite.
 *
 * @param numbers - the values by the names of their options, which the message repeats
 * @throws WebhookError `invalid_options`
 */
export function requirePositive(numbers: Record<string, number>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!(Number.isFinite(value) && value > 0)) {
      throw new WebhookError('invalid_options', `${name} must be positive and finite.`)
    }
  }
}
