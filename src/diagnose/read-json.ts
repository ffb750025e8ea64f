/**
 * Reads JSON into nodes that keep what `JSON.parse` loses: the spelling of numbers, the order of keys, and keys that occur
 * twice.
 */

import { WebhookError } from '../errors.js'
import { hexOfUnit } from '../utf16.js'

/** A JSON value as the text spells it. */
export type JsonNode =
  /** A number, `true`, `false` or `null`, as spelled. */
  | { readonly kind: 'token'; readonly text: string }
  | ({ readonly kind: 'string' } & JsonString)
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] }

export type JsonMember = readonly [key: JsonString, value: JsonNode]

/** A string and both ways to write it, because one body is written in many styles. */
interface JsonString {
  readonly value: string
  readonly plain: string
  readonly ascii: string
}

/** Python's `json` fails at about a thousand levels. */
export const MAX_DEPTH = 900

/**
 * Reads JSON.
 *
 * @throws WebhookError `invalid_json` if the text is not JSON, or nests deeper than 900 levels
 */
export function readJson(text: string): JsonNode {
  try {
    // This checks the syntax, so the reader below doesn't have to.
    JSON.parse(text)
  } catch {
    // The error has no cause, because the engine's message quotes the body.
    throw new WebhookError('invalid_json', 'The body is not JSON (NaN and Infinity are not JSON either).')
  }
  let at = 0
  const escapes = new Map<number, string>()

  function skipSpace(): void {
    while (isSpace(text.charCodeAt(at))) at++
  }

  function readNode(depth: number): JsonNode {
    if (depth > MAX_DEPTH) {
      throw new WebhookError('invalid_json', `The JSON nests deeper than ${MAX_DEPTH} levels.`)
    }
    skipSpace()
    switch (text[at]) {
      case '"':
        return { kind: 'string', ...readString() }
      case '[':
        return { kind: 'array', items: readItems(']', () => readNode(depth + 1)) }
      case '{':
        return { kind: 'object', members: readItems('}', () => readMember(depth + 1)) }
      default:
        return { kind: 'token', text: readToken() }
    }
  }

  function readItems<Item>(end: string, readItem: () => Item): Item[] {
    const items: Item[] = []
    at++
    skipSpace()
    while (text[at] !== end) {
      items.push(readItem())
      skipSpace()
      if (text[at] === ',') at++
    }
    at++
    return items
  }

  function readMember(depth: number): JsonMember {
    skipSpace()
    const key = readString()
    skipSpace()
    // The colon.
    at++
    return [key, readNode(depth)]
  }

  function readString(): JsonString {
    const start = at++
    while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
    at++
    const token = text.slice(start, at)
    // Most strings look the same in every style.
    if (PLAIN.test(token)) return { value: token.slice(1, -1), plain: token, ascii: token }
    // JSON.parse resolves the escapes. It returns a string because the token is one.
    const value = JSON.parse(token) as string
    const plain = JSON.stringify(value)
    return { value, plain, ascii: escapeUnits(plain) }
  }

  /**
   * Escapes each UTF-16 unit that is not printable ASCII. Long text repeats a few different units, so their escapes are
   * cached.
   */
  function escapeUnits(plain: string): string {
    if (PRINTABLE.test(plain)) return plain
    const pieces: string[] = []
    let ascii = ''
    let start = 0
    for (let index = 0; index < plain.length; index++) {
      const code = plain.charCodeAt(index)
      if (code >= 0x20 && code <= 0x7e) continue
      if (index > start) pieces.push(plain.slice(start, index))
      start = index + 1
      const escaped = escapes.get(code) ?? `\\u${hexOfUnit(plain.charAt(index))}`
      escapes.set(code, escaped)
      // An array of all pieces would take more memory than the text.
      if (pieces.push(escaped) >= PIECES_AT_ONCE) ascii += pieces.splice(0).join('')
    }
    pieces.push(plain.slice(start))
    return ascii + pieces.join('')
  }

  function readToken(): string {
    const start = at
    while (at < text.length && !isTokenEnd(text.charCodeAt(at))) at++
    return text.slice(start, at)
  }

  return readNode(1)
}

const PIECES_AT_ONCE = 1000

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Printable ASCII without a backslash. */
const PLAIN = /^[ -[\]-~]*$/

/** Printable ASCII. */
const PRINTABLE = /^[ -~]*$/

/** Tells whether a character ends a number or a word: a comma, a closing bracket or white space. */
function isTokenEnd(code: number): boolean {
  return code === 0x2c || code === 0x5d || code === 0x7d || isSpace(code)
}

/** Tells whether a character is white space in JSON (RFC 8259 §2). */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}
