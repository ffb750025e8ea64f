/** Reading values that were parsed from JSON and whose shape nobody promises. */

/** Tells whether a value is a JSON object: not an array, not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Tells whether a value is a text that is not empty. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/**
 * An identifier as text: a string that is not empty, or a whole number. A number too large to be exact is not accepted:
 * parsing may have turned two different numbers into the same one.
 */
export function idText(value: unknown): string | undefined {
  if (isText(value)) return value
  return Number.isSafeInteger(value) ? String(value) : undefined
}

/** Up to this length a text is searched faster than the objects in it are walked. */
const SHORT_TEXT = 16_384

/**
 * `JSON.parse` without own `__proto__` keys, which a later merge would turn into prototypes.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  // The key is spelled plainly, or with escapes (\u005f, \u0070 …). Engines find the six characters `__prot` faster than all
  // nine.
  const isClean =
    text.length <= SHORT_TEXT &&
    !text.includes('__prot') &&
    !(text.includes('\\u00') && /\\u00[567]/.test(text))
  if (!isClean) removeProtoKeys(value)
  return value
}

/** Works in place and without recursion, because JSON can nest deeper than the stack. */
function removeProtoKeys(root: unknown): void {
  const parents = [root]
  for (let parent = parents.pop(); parent; parent = parents.pop()) {
    if (Object.hasOwn(parent, '__proto__')) Reflect.deleteProperty(parent, '__proto__')
    for (const child of Object.values(parent)) if (child && typeof child === 'object') parents.push(child)
  }
}

/**
 * Returns what `JSON.stringify` gives for plain data, however deep. The native function recurses, and a body that nests 10,000
 * levels would overflow its stack.
 *
 * @param value - what `JSON.parse` returns, or a copy of it
 */
export function stringifyDeep(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  // A stack of what is still to be written: values, and the texts around them.
  const pending: unknown[] = [value]
  const isValue = [true]
  let text = ''
  while (pending.length > 0) {
    const next = pending.pop()
    if (!isValue.pop()) {
      text += next
      continue
    }
    if (typeof next !== 'object' || next === null) {
      text += JSON.stringify(next) ?? 'null'
      continue
    }
    // An array is read by its indexes, which are its keys.
    const fields = next as Readonly<Record<string | number, unknown>>
    const keys = Array.isArray(next) ? undefined : Object.keys(next)
    text += keys ? '{' : '['
    let after = keys ? '}' : ']'
    for (let index = (keys ?? (next as readonly unknown[])).length - 1; index >= 0; index--) {
      const key = keys?.[index] ?? index
      const field = fields[key]
      if (keys && field === undefined) continue
      pending.push(after, field)
      isValue.push(false, true)
      if (keys) {
        pending.push(`${JSON.stringify(key)}:`)
        isValue.push(false)
      }
      after = ','
    }
    if (after !== ',') text += after
  }
  return text
}
