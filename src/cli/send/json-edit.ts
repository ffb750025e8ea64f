/** Changes a field in JSON text, and keeps every other character: `142.0` stays `142.0`. */

/** One change. */
export interface JsonEdit {
  /** The keys that lead to the field, from the outside in. */
  readonly path: readonly string[]
  /** The JSON text of its value. */
  readonly value: string
}

/** The position of a value in the text. */
interface Span {
  readonly start: number
  readonly end: number
}

/** White space, a string, punctuation, or a number or word. */
const TOKEN = /\s+|"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s[\]{},:"]+/gy

/**
 * Sets a field, and creates the objects on its path that don't exist.
 *
 * @param text - JSON; not checked
 * @returns the changed text; `undefined` if a value on the path is neither an object nor an array that has the next key
 */
export function editJson(text: string, { path, value }: JsonEdit): string | undefined {
  let span: Span = { start: text.length - text.trimStart().length, end: text.trimEnd().length }
  for (const [depth, key] of path.entries()) {
    const members = membersOf(text, span)
    if (!members) return undefined
    // If a key occurs twice, the last one counts, as in `JSON.parse`.
    const found = members.entries.filter((entry) => entry.key === key).at(-1)
    if (found) span = found.value
    else if (members.isArray) return undefined
    else return insert(text, span, members.entries.length > 0, path.slice(depth), value)
  }
  return text.slice(0, span.start) + value + text.slice(span.end)
}

/** Adds a member at the end of an object, with the spaces that Truedy's sender writes. */
function insert(
  text: string,
  { end }: Span,
  hasMembers: boolean,
  path: readonly string[],
  value: string,
): string {
  const [key = '', ...inner] = path
  const nested = inner.reduceRight((content, name) => `{${JSON.stringify(name)}: ${content}}`, value)
  // Insert before the white space that precedes the closing brace.
  const before = text.slice(0, end - 1).trimEnd()
  const member = `${hasMembers ? ', ' : ''}${JSON.stringify(key)}: ${nested}`
  return before + member + text.slice(before.length)
}

interface Members {
  readonly isArray: boolean
  readonly entries: readonly { readonly key: string; readonly value: Span }[]
}

/** Finds the members of the object or array at a position in the text. Returns `undefined` if it is another kind of value. */
function membersOf(text: string, { start, end }: Span): Members | undefined {
  const isArray = text[start] === '['
  if (!isArray && text[start] !== '{') return undefined
  const entries: { key: string; value: Span }[] = []
  let depth = 0
  let key: string | undefined
  let value: Span | undefined
  const finish = () => {
    if (value) entries.push({ key: isArray ? String(entries.length) : (key ?? ''), value })
    value = undefined
    key = undefined
  }
  for (const { 0: token, index } of text.slice(start, end).matchAll(TOKEN)) {
    const at = start + index
    if (/^\s/.test(token)) continue
    if (token === '}' || token === ']') depth -= 1
    if (depth === 0 && token !== '{' && token !== '[') finish()
    else if (depth === 1 && token === ',') finish()
    else if (depth === 1 && token === ':') value = undefined
    else if (depth >= 1) {
      // Directly in an object, the first string of a member is its key.
      if (depth === 1 && !isArray && key === undefined) key = String(JSON.parse(token))
      value = { start: value?.start ?? at, end: at + token.length }
    }
    if (token === '{' || token === '[') depth += 1
  }
  return { isArray, entries }
}
