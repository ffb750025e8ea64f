/** Reading values that were parsed from JSON and whose shape nobody promises. */

/** Whether a value is a JSON object: not an array, not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * An identifier as text: a string that is not empty, or a whole number. A number too large to be exact is none: two
 * different ones may have become the same in parsing.
 */
export function idText(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value
  return Number.isSafeInteger(value) ? String(value) : undefined
}

/**
 * `JSON.parse` without own `__proto__` keys, which a later merge would turn into prototypes.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  // The key spelled plainly, or with escapes (\u005f, \u0070 …). Plain searches first: they are the fast ones. Most
  // texts hold neither, and the reviver, which slows parsing down several times, is left out.
  const isSuspect = text.includes('__proto__') || (text.includes('\\u00') && /\\u00[567]/.test(text))
  return isSuspect
    ? JSON.parse(text, (key, value) => (key === '__proto__' ? undefined : value))
    : JSON.parse(text)
}
