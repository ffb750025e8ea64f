/** Numbers in JSON text that parsing cannot hold: beyond 2^53, `1e400`, `-0`, long decimals. */

/** No number prints with more digits. */
const MOST_DIGITS = 17

/** Up to so many characters without an exponent, a decimal number survives parsing and printing. */
const SAFE_NUMBER = /^-?[1-9][\d.]{0,13}$|^0[\d.]{0,13}$/

/** The strings and the numbers of a JSON text: what stands in a string is no number. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g

/**
 * The JSON text with each number that does not survive parsing and printing as a string instead, so that two texts that
 * differ in such a number parse to different values. Otherwise the same text.
 *
 * @param text - valid JSON
 */
export function quoteInexactNumbers(text: string): string {
  return text.replace(STRING_OR_NUMBER, (token) =>
    // With a NUL in front, which no identifier has.
    token.startsWith('"') || SAFE_NUMBER.test(token) || isExact(token) ? token : `"\\u0000${token}"`,
  )
}

/** Whether the number that is printed again is the same number, digit for digit. */
function isExact(literal: string): boolean {
  const [digits, exponent] = decimalOf(literal)
  if (digits === '') return !literal.startsWith('-')
  if (digits.length > MOST_DIGITS) return false
  const number = Number(literal)
  if (!Number.isFinite(number)) return false
  const printed = decimalOf(String(number))
  return digits === printed[0] && exponent === printed[1]
}

/** A decimal number without its sign: the digits from the first to the last that is not zero, and a power of ten. */
function decimalOf(literal: string): readonly [digits: string, exponent: number] {
  const [mantissa = '', power = '0'] = literal.replace(/^-/, '').split(/[eE]/)
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = whole + fraction
  let [first, last] = [0, digits.length]
  while (digits[first] === '0') first++
  while (last > first && digits[last - 1] === '0') last--
  return [digits.slice(first, last), Number(power) - fraction.length + digits.length - last]
}
