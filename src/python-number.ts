/** Spells the numbers of JSON as Python does. */

import { WebhookError } from './errors.js'

/** Fields that are floats in Truedy's Python: a whole number in them is written as `123.0`, which JavaScript writes as `123`. */
const FLOAT_FIELDS: ReadonlySet<string> = new Set([
  'duration',
  'duration_seconds',
  'costUsd',
  'cost_usd',
  'temperature',
])

/**
 * A number as Truedy's sender spells it: as Python does, with `.0` added to a whole number in a field of floats.
 *
 * @param field - the key whose value is the number
 * @throws WebhookError `invalid_json` for a whole number of more digits than Python reads
 */
export function spellAsTruedy(token: string, field: string): string {
  return spellAsPython(FLOAT_FIELDS.has(field) && /^-?\d+$/.test(token) ? `${token}.0` : token)
}

/** Python reads no whole number with more digits than this (`sys.int_info.default_max_str_digits`). */
const MAX_DIGITS = 4300

/**
 * A number as Python's `json.dumps(json.loads(token))` spells it: whole numbers of any length stay, everything with a
 * point or an exponent becomes the `repr` of a double.
 *
 * @throws WebhookError `invalid_json` for a whole number of more digits than Python reads
 */
export function spellAsPython(token: string): string {
  if (!/[.eE]/.test(token)) {
    if (token.replace('-', '').length > MAX_DIGITS) {
      throw new WebhookError('invalid_json', `The JSON has a whole number of over ${MAX_DIGITS} digits.`)
    }
    return token === '-0' ? '0' : token
  }
  const value = Number(token)
  const sign = token.startsWith('-') ? '-' : ''
  if (!Number.isFinite(value)) return `${sign}Infinity`

  // Both languages take the shortest digits that lead back to the same double; only the placement of the point and the
  // exponent differs.
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
