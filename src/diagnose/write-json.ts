/** Writes JSON in the style of another program. */

import type { JsonMember, JsonNode } from './read-json.js'

/** The way a program writes JSON. */
export interface JsonStyle {
  /** Between items: `","` or `", "`. */
  readonly comma: string
  /** Between key and value: `":"` or `": "`. */
  readonly colon: string
  /** The indentation of a line for each level. Without it, everything is on one line. */
  readonly indent?: string
  /** True if all characters except printable ASCII are escaped. */
  readonly isAscii?: boolean
  /** True if keys are sorted by code point, and of equal keys only the last one is kept. */
  readonly isSorted?: boolean
  /** Spells a number; `key` is empty in an array. Default: as it arrived. */
  readonly spellNumber?: (token: string, key: string) => string
}

/** The number of pieces that are joined before they are emitted. */
const PIECES_AT_ONCE = 1000
/** A piece of at least this length is emitted alone, to save a copy. */
const LONG_PIECE = 1000

/**
 * Writes a value in a style, piece by piece. If each level joined the text of its inner levels, text would be copied once for
 * each level around it.
 *
 * @param emit - called with each part of the text in turn
 */
export function writeJson(node: JsonNode, style: JsonStyle, emit: (text: string) => void): void {
  const pieces: string[] = []
  const put = (piece: string): void => {
    if (piece.length < LONG_PIECE && pieces.push(piece) < PIECES_AT_ONCE) return
    emit(pieces.splice(0).join(''))
    if (piece.length >= LONG_PIECE) emit(piece)
  }
  write(node, style, style.indent === undefined ? '' : '\n', put, '')
  emit(pieces.join(''))
}

/**
 * @param newline - the newline and indentation before a line of this level; empty if everything is on one line
 * @param key - the key that the node is the value of; empty in an array
 */
function write(
  node: JsonNode,
  style: JsonStyle,
  newline: string,
  put: (piece: string) => void,
  key: string,
): void {
  switch (node.kind) {
    case 'token':
      put(writeToken(node.text, style, key))
      return
    case 'string':
      put(style.isAscii ? node.ascii : node.plain)
      return
    case 'array':
      enclose('[', ']', style, newline, node.items, put, (item, inner) => write(item, style, inner, put, ''))
      return
    case 'object': {
      const members = style.isSorted ? sortMembers(node.members) : node.members
      enclose('{', '}', style, newline, members, put, ([key, value], inner) => {
        put(style.isAscii ? key.ascii : key.plain)
        put(style.colon)
        write(value, style, inner, put, key.value)
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
  put: (piece: string) => void,
  writeItem: (item: Item, newline: string) => void,
): void {
  put(open)
  const inner = newline && newline + (style.indent ?? '')
  for (const [index, item] of items.entries()) {
    put(index === 0 ? inner : style.comma + inner)
    writeItem(item, inner)
  }
  put(items.length === 0 ? close : newline + close)
}

function writeToken(token: string, { spellNumber }: JsonStyle, key: string): string {
  return spellNumber && /\d/.test(token) ? spellNumber(token, key) : token
}

function sortMembers(members: readonly JsonMember[]): readonly JsonMember[] {
  const sorted = [...members].sort(([a], [b]) => compareCodePoints(a.value, b.value))
  // Sorting keeps the order of equal keys, of which the last one counts, as in JavaScript and Python.
  return sorted.filter(([key], index) => key.value !== sorted[index + 1]?.[0].value)
}

/** Compares by code point. A comparison by UTF-16 unit would put characters beyond U+FFFF before U+E000. */
function compareCodePoints(a: string, b: string): number {
  const end = Math.min(a.length, b.length)
  let index = 0
  while (index < end && a.charCodeAt(index) === b.charCodeAt(index)) index++
  if (index === end) return a.length - b.length
  // The first half of a surrogate pair may be the same in both.
  const before = index > 0 ? index - 1 : 0
  const isPair =
    isFirstHalf(a.charCodeAt(before)) &&
    (isSecondHalf(a.charCodeAt(index)) || isSecondHalf(b.charCodeAt(index)))
  const start = isPair ? before : index
  return (a.codePointAt(start) ?? 0) - (b.codePointAt(start) ?? 0)
}

function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}

function isSecondHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}
