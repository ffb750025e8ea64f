/** Numbers in JSON text that change when they are parsed and printed: integers beyond 2^53, `1e400`, `-0`, long decimals. */

/** Matches decimal numbers that have no exponent, at most 14 characters after the sign, and no `-0` at the start. All are exact. */
const SAFE_NUMBER = /^-?[1-9][\d.]{0,13}$|^0[\d.]{0,13}$/

/**
 * Matches every JSON text that has an inexact number, and few others, so that most texts need no search. In JSON, a number comes
 * after `[`, `,`, `:` or a space.
 */
const MAYBE_INEXACT = /\d[\d.]{14}|[[,:\s]-0|[[,:\s]-?\d[\d.]*[eE]/

/** Matches the strings and numbers of a JSON text. Strings are matched so that digits inside them don't count as numbers. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g

/**
 * Returns the JSON text with each inexact number turned into a string, so that two texts that differ in such a number parse to
 * different values. Returns the same text if it has no such number.
 *
 * @param text - valid JSON of an object or an array
 */
export function quoteInexactNumbers(text: string): string {
  if (!MAYBE_INEXACT.test(text)) return text
  return text.replace(STRING_OR_NUMBER, (token) =>
    // The NUL in front keeps this string from being equal to an identifier.
    token.startsWith('"') || SAFE_NUMBER.test(token) || isExact(token) ? token : `"\\u0000${token}"`,
  )
}

/** JavaScript prints a number with at most 17 significant digits. */
const MOST_DIGITS = 17

/**
 * Tells whether a number has the same significant digits after parsing and printing. That is enough: apart from `-0`, parsing and
 * printing change the sign or the magnitude only if they change the digits, too.
 */
function isExact(literal: string): boolean {
  const digits = significantDigits(literal)
  if (digits === '') return !literal.startsWith('-')
  return digits.length <= MOST_DIGITS && digits === significantDigits(String(Number(literal)))
}

/** Returns the digits of a number, from the first to the last that isn't zero. */
function significantDigits(literal: string): string {
  const digits = literal.replace(/[eE].*|[-.]/g, '').replace(/^0+/, '')
  let end = digits.length
  while (digits[end - 1] === '0') end--
  return digits.slice(0, end)
}
