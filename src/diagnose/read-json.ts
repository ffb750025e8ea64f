/**
 * Reads JSON as it is spelled: into nodes that keep what `JSON.parse` throws away (the spelling of numbers, the order of
 * keys, keys that occur twice).
 */

import { WebhookError } from '../errors.js'
import { hexOfUnit } from '../utf16.js'

/** A value as it is spelled in a text. */
export type JsonNode =
  /** A number, `true`, `false` or `null`, as spelled. */
  | { readonly kind: 'token'; readonly text: string }
  | ({ readonly kind: 'string' } & JsonString)
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] }

export type JsonMember = readonly [key: JsonString, value: JsonNode]

/** A string, with both ways to write it: one body is written in many styles. */
interface JsonString {
  readonly value: string
  readonly plain: string
  readonly ascii: string
}

/** Python gives up at about a thousand levels, wherever in the call stack it starts. */
const MAX_DEPTH = 900

/**
 * Reads a text of JSON.
 *
 * @throws WebhookError `invalid_json` if it is none, or nests deeper than 900 levels
 */
export function readJson(text: string): JsonNode {
  try {
    // Whatever passes is JSON, so the reader below need not check it again.
    JSON.parse(text)
  } catch {
    // No cause: the engine's message quotes the body.
    throw new WebhookError('invalid_json', 'The body is not JSON (NaN and Infinity are none either).')
  }
  let at = 0

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
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
    at++
    const token = text.slice(start, at)
    // Most strings are written in one way only.
    if (PLAIN.test(token)) return { value: token.slice(1, -1), plain: token, ascii: token }
    // JSON's own parser reads the escapes; from a string's token it makes a string.
    const value = JSON.parse(token) as string
    const plain = JSON.stringify(value)
    return { value, plain, ascii: plain.replace(NOT_ASCII, (unit) => `\\u${hexOfUnit(unit)}`) }
  }

  function readToken(): string {
    const start = at
    while (TOKEN_CHARACTER.test(text[at] ?? '')) at++
    return text.slice(start, at)
  }

  return readNode(1)
}

const TOKEN_CHARACTER = /[\w.+-]/

/** Printable ASCII without a backslash. */
const PLAIN = /^[ -[\]-~]*$/

/** One UTF-16 code unit that is not printable ASCII. */
const NOT_ASCII = /[^ -~]/g

/** The four characters that JSON calls white space (RFC 8259 §2). */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}
