/** Reading values that were parsed from JSON and whose shape nobody promises. */

/** Whether a value is a JSON object: not an array, not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value is a text that is not empty. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/**
 * An identifier as text: a string that is not empty, or a whole number. A number too large to be exact is none: two
 * different ones may have become the same in parsing.
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
  // The key is spelled plainly, or with escapes (\u005f, \u0070 …). Engines find six letters faster than all nine.
  const isClean =
    text.length <= SHORT_TEXT &&
    !text.includes('__prot') &&
    !(text.includes('\\u00') && /\\u00[567]/.test(text))
  if (!isClean) removeProtoKeys(value)
  return value
}

/** In place, and without recursion: JSON nests deeper than the stack. */
function removeProtoKeys(root: unknown): void {
  const parents = [root]
  for (let parent = parents.pop(); parent; parent = parents.pop()) {
    if (Object.hasOwn(parent, '__proto__')) Reflect.deleteProperty(parent, '__proto__')
    for (const child of Object.values(parent)) if (child && typeof child === 'object') parents.push(child)
  }
}

/**
 * What `JSON.stringify` gives for plain data, however deep: the native function recurses, and a body that nests 10,000
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
  const parts: string[] = []
  /** The containers that are open, the innermost last, each with the index of its next entry. */
  const open: { readonly container: object; readonly keys: readonly string[] | undefined; next: number }[] =
    []
  const write = (each: unknown) => {
    if (typeof each !== 'object' || each === null) {
      parts.push(JSON.stringify(each) ?? 'null')
    } else if (Array.isArray(each)) {
      parts.push('[')
      open.push({ container: each, keys: undefined, next: 0 })
    } else {
      const fields = each as Record<string, unknown>
      parts.push('{')
      open.push({
        container: each,
        keys: Object.keys(each).filter((key) => fields[key] !== undefined),
        next: 0,
      })
    }
  }
  write(value)
  for (let last = open.at(-1); last; last = open.at(-1)) {
    const { container, keys, next } = last
    // An array's entries are under numbers, an object's under its keys: both can be read by any name.
    const values = container as Readonly<Record<string | number, unknown>>
    const key = keys?.[next]
    if (next === (keys ?? (container as unknown[])).length) {
      parts.push(keys ? '}' : ']')
      open.pop()
      continue
    }
    if (next > 0) parts.push(',')
    if (key !== undefined) parts.push(JSON.stringify(key), ':')
    last.next += 1
    write(values[key ?? next])
  }
  return parts.join('')
}
