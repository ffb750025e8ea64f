/**
 * JSON as it is spelled: read into nodes that keep what `JSON.parse` throws away (the spelling of numbers, the order of
 * keys, keys that came twice), and written again in another program's style.
 */

import { WebhookError } from '../errors.js'

/** A value as it stands in a text. */
export type JsonNode =
  /** A number, `true`, `false` or `null`, as spelled. */
  | { readonly kind: 'token'; readonly text: string }
  | ({ readonly kind: 'string' } & JsonString)
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] }

type JsonMember = readonly [key: JsonString, value: JsonNode]

/** A string, with both ways to write it: one body is written in many styles. */
interface JsonString {
  readonly value: string
  readonly plain: string
  readonly ascii: string
}

/** How a program writes JSON. */
export interface JsonStyle {
  /** Between items: `","` or `", "`. */
  readonly comma: string
  /** Between key and value: `":"` or `": "`. */
  readonly colon: string
  /** What a line is indented by, for each level; without it, everything is on one line. */
  readonly indent?: string
  /** Whether all that is not printable ASCII becomes `\uXXXX`. */
  readonly isAscii?: boolean
  /** Whether keys are sorted by code point, and of equal ones the last is kept. */
  readonly isSorted?: boolean
  /** How a number is spelled; as it was unless given. */
  readonly spellNumber?: (token: string) => string
}

/** Python gives up at about a thousand levels, wherever in the call stack it starts. */
const MAX_DEPTH = 900

/**
 * Reads a text of JSON.
 *
 * @throws WebhookError `invalid_json` where it is none, or nests deeper than 900 levels
 */
export function readJson(text: string): JsonNode {
  try {
    // Whatever passes is JSON: the reader below need not check it again.
    JSON.parse(text)
  } catch {
    // No cause: the engine's message quotes the body.
    throw new WebhookError('invalid_json', 'The body is not JSON (NaN and Infinity are none either).')
  }
  let at = 0

  function skipSpace(): void {
    while (isSpace(text.charCodeAt(at))) at++
  }

  function readValue(depth: number): JsonNode {
    if (depth > MAX_DEPTH) {
      throw new WebhookError('invalid_json', `The JSON nests deeper than ${MAX_DEPTH} levels.`)
    }
    skipSpace()
    switch (text[at]) {
      case '"':
        return { kind: 'string', ...readString() }
      case '[':
        return { kind: 'array', items: readItems(']', () => readValue(depth + 1)) }
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
    return [key, readValue(depth)]
  }

  function readString(): JsonString {
    const start = at++
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
    at++
    const token = text.slice(start, at)
    // Most strings are written in one way only.
    if (PLAIN.test(token)) return { value: token.slice(1, -1), plain: token, ascii: token }
    // JSON's own parser for the escapes; a string is a string.
    const value = JSON.parse(token) as string
    const plain = JSON.stringify(value)
    return { value, plain, ascii: plain.replace(NOT_ASCII, escapeUnit) }
  }

  function readToken(): string {
    const start = at
    while (TOKEN_CHARACTER.test(text[at] ?? '')) at++
    return text.slice(start, at)
  }

  return readValue(1)
}

const TOKEN_CHARACTER = /[\w.+-]/

/** The four characters that JSON calls white space (RFC 8259 §2). */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

/** Writes a value in a style. */
export function writeJson(node: JsonNode, style: JsonStyle): string {
  return write(node, style, style.indent === undefined ? '' : '\n')
}

/** @param newline - what a line of this level begins with; empty where there are no lines */
function write(node: JsonNode, style: JsonStyle, newline: string): string {
  switch (node.kind) {
    case 'token':
      return writeToken(node.text, style)
    case 'string':
      return style.isAscii ? node.ascii : node.plain
    case 'array':
      return enclose('[', ']', style, newline, node.items, (item, inner) => write(item, style, inner))
    case 'object': {
      const members = style.isSorted ? sortMembers(node.members) : node.members
      return enclose('{', '}', style, newline, members, ([key, value], inner) => {
        return (style.isAscii ? key.ascii : key.plain) + style.colon + write(value, style, inner)
      })
    }
  }
}

function enclose<Item>(
  open: string,
  close: string,
  style: JsonStyle,
  newline: string,
  items: readonly Item[],
  writeItem: (item: Item, newline: string) => string,
): string {
  if (items.length === 0) return open + close
  const inner = newline && newline + (style.indent ?? '')
  return (
    open + inner + items.map((item) => writeItem(item, inner)).join(style.comma + inner) + newline + close
  )
}

function writeToken(token: string, { spellNumber }: JsonStyle): string {
  return spellNumber && /\d/.test(token) ? spellNumber(token) : token
}

/** Printable ASCII without a backslash. */
const PLAIN = /^[ -[\]-~]*$/

/** All but what can be printed. */
const NOT_ASCII = /[^ -~]/g

/** One UTF-16 code unit as an escape. */
function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function sortMembers(members: readonly JsonMember[]): readonly JsonMember[] {
  const sorted = [...members].sort(([a], [b]) => compareCodePoints(a.value, b.value))
  // Sorting keeps the order of equal keys: the last of them counts, as in JavaScript and Python.
  return sorted.filter(([key], index) => key.value !== sorted[index + 1]?.[0].value)
}

/** By code point, not by UTF-16 unit, which puts what lies beyond U+FFFF before U+E000. */
function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : 1
  const others = b[Symbol.iterator]()
  for (const character of a) {
    const other = others.next()
    if (other.done) return 1
    const difference = (character.codePointAt(0) ?? 0) - (other.value.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return -1
}

const SURROGATE = /[\ud800-\udfff]/
