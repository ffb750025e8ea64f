/** Reads values that were parsed from JSON and can have any shape. */

/** Tells whether a value is an object, and not an array or `null`. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Tells whether a value is a non-empty string. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/**
 * Returns an identifier as a string: a non-empty string, or a whole number. Returns `undefined` for a number that is too large to
 * be exact, because parsing may have turned two different numbers into the same one.
 */
export function idText(value: unknown): string | undefined {
  if (isText(value)) return value
  return Number.isSafeInteger(value) ? String(value) : undefined
}

/** Up to this length, searching the text is faster than visiting each parsed object. */
const SHORT_TEXT = 2048

/**
 * Parses JSON and removes own `__proto__` keys, which could turn into prototypes when the object is merged into another.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  // The key may be written with escapes (\u005f, \u0070 …). Engines find the six characters `__prot` faster than all nine.
  const isFreeOfProtoKeys = text.length <= SHORT_TEXT && !text.includes('__prot') && !text.includes('\\u00')
  if (!isFreeOfProtoKeys) removeProtoKeys(value)
  return value
}

/** Removes own `__proto__` keys in place. Not recursive, because JSON can nest deeper than the stack allows. */
function removeProtoKeys(root: unknown): void {
  const parents = [root]
  for (let parent = parents.pop(); parent; parent = parents.pop()) {
    if (Array.isArray(parent)) {
      for (const child of parent) if (child && typeof child === 'object') parents.push(child)
      continue
    }
    // This loop takes a third of the time of `Object.values`. It also visits what someone added to Object.prototype.
    const fields = parent as Readonly<Record<string, unknown>>
    for (const key in fields) {
      const child = fields[key]
      if (key === '__proto__') Reflect.deleteProperty(fields, key)
      else if (child && typeof child === 'object' && Object.hasOwn(fields, key)) parents.push(child)
    }
  }
}

/**
 * Returns the same text as `JSON.stringify` for plain data of any depth. The native function is recursive, so a body that nests
 * 10,000 levels would overflow the stack.
 *
 * @param value - what `JSON.parse` returns, or a copy of it
 */
export function stringifyDeep(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  // A stack of what is still to be written: values, and the strings between them.
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
    // The keys of an array are its indexes.
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
