/** Numbers in JSON text that parsing cannot hold: beyond 2^53, `1e400`, `-0`, long decimals. */

/** A decimal number without an exponent and with at most 14 characters, besides its sign, survives parsing and printing. */
const SAFE_NUMBER = /^-?[1-9][\d.]{0,13}$|^0[\d.]{0,13}$/

/**
 * Matches every text with a number that is not safe, and few others. So most texts need not be taken apart. A number stands
 * after a
 * bracket, `,`, `:` or a space.
 */
const UNSAFE_NUMBER = /\d[\d.]{14}|[[,:\s]-0|[[,:\s]-?\d[\d.]*[eE]/

/** The strings and the numbers of a JSON text: what stands in a string is no number. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g

/**
 * The JSON text, in which a string replaces each number that does not survive parsing and printing, so that two texts that
 * differ in such a number parse to different values. Otherwise the same text.
 *
 * @param text - valid JSON, of an object or an array
 */
export function quoteInexactNumbers(text: string): string {
  if (!UNSAFE_NUMBER.test(text)) return text
  return text.replace(STRING_OR_NUMBER, (token) =>
    // The NUL in front keeps it apart from identifiers, which have none.
    token.startsWith('"') || SAFE_NUMBER.test(token) || isExact(token) ? token : `"\\u0000${token}"`,
  )
}

/** The most digits that a number prints with. */
const MOST_DIGITS = 17

/**
 * Tells whether the number is the same, digit for digit, after parsing and printing. Its sign and its power of ten always
 * survive.
 */
function isExact(literal: string): boolean {
  const digits = significantDigits(literal)
  if (digits === '') return !literal.startsWith('-')
  return digits.length <= MOST_DIGITS && digits === significantDigits(String(Number(literal)))
}

/** The digits of a number, from the first to the last that is not zero. */
function significantDigits(literal: string): string {
  const digits = literal.replace(/[eE].*|[-.]/g, '').replace(/^0+/, '')
  let end = digits.length
  while (digits[end - 1] === '0') end--
  return digits.slice(0, end)
}
