/** Writes the numbers of JSON as Python does. */

import { WebhookError } from './errors.js'

/** Fields that are floats in Truedy's Python code, which writes a whole number in them as `123.0`. JavaScript writes `123`. */
const FLOAT_FIELDS: ReadonlySet<string> = new Set([
  'duration',
  'duration_seconds',
  'costUsd',
  'cost_usd',
  'temperature',
])

/**
 * Writes a number as Truedy's sender does: as Python would, and with `.0` after a whole number if the field holds a float.
 *
 * @param token - the number as it is written in JSON
 * @param field - the key of the number
 * @throws WebhookError `invalid_json` for a whole number with more digits than Python can read
 */
export function spellAsTruedy(token: string, field: string): string {
  return spellAsPython(FLOAT_FIELDS.has(field) && /^-?\d+$/.test(token) ? `${token}.0` : token)
}

/** Python rejects a whole number with more digits than this (`sys.int_info.default_max_str_digits`). */
const MAX_DIGITS = 4300

/**
 * Writes a number as Python's `json.dumps(json.loads(token))` does. A whole number keeps its digits, except that `-0` becomes `0`.
 * A number with a point or an exponent becomes the `repr` of a double.
 *
 * @throws WebhookError `invalid_json` for a whole number with more digits than Python can read
 */
export function spellAsPython(token: string): string {
  if (!/[.eE]/.test(token)) {
    if (token.replace('-', '').length > MAX_DIGITS) {
      throw new WebhookError(
        'invalid_json',
        `The JSON has a whole number of more than ${MAX_DIGITS} digits, which Python can't read. Check what sent this body.`,
      )
    }
    return token === '-0' ? '0' : token
  }
  const value = Number(token)
  const sign = token.startsWith('-') ? '-' : ''
  if (!Number.isFinite(value)) return `${sign}Infinity`

  // Both languages use the shortest digits that give the same double. They differ in when they use an exponent.
  const [mantissa = '', power = ''] = Math.abs(value).toExponential().split('e')
  const digits = mantissa.replace('.', '')
  const exponent = Number(power)
  return sign + (exponent >= -4 && exponent < 16 ? plain(digits, exponent) : scientific(digits, exponent))
}

function plain(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return `${whole}.${digits.slice(exponent + 1) || '0'}`
}

function scientific(digits: string, exponent: number): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
  const power = String(Math.abs(exponent)).padStart(2, '0')
  return `${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${power}`
}
