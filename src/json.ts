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

/** Whether a JSON text can hold a `__proto__` key, spelled plainly or with escapes (`\u005f`, `\u0070` …). */
export function mayHoldProtoKey(json: string): boolean {
  // Plain searches first: they pass over a body many times faster than a pattern does.
  return json.includes('__proto__') || (json.includes('\\u00') && /\\u00[567]/.test(json))
}

/**
 * Removes own `__proto__` keys at every depth, in place. `JSON.parse` makes them own properties, which a later merge
 * would turn into prototypes. Without recursion: JSON nests deeper than the stack.
 */
export function removeProtoKeys(value: object): void {
  // A set that grows while it is walked is both the list of what is left to do and the memory of where we have been.
  const found = new Set<object>([value])
  for (const parent of found) {
    if (Object.hasOwn(parent, '__proto__')) Reflect.deleteProperty(parent, '__proto__')
    for (const child of Object.values(parent)) {
      if (typeof child === 'object' && child !== null) found.add(child)
    }
  }
}
