/** Writes JSON in the style of another program. */

import type { JsonMember, JsonNode } from './read-json.js'

/** How a program writes JSON. */
export interface JsonStyle {
  /** Between items: `","` or `", "`. */
  readonly comma: string
  /** Between key and value: `":"` or `": "`. */
  readonly colon: string
  /** What a line is indented by, for each level. Without it, everything is on one line. */
  readonly indent?: string
  /** Whether everything but printable ASCII becomes `\uXXXX`. */
  readonly isAscii?: boolean
  /** Whether keys are sorted by code point, and of equal ones the last is kept. */
  readonly isSorted?: boolean
  /** How a number is spelled. Default: as it was. */
  readonly spellNumber?: (token: string) => string
}

/** Writes a value in a style. */
export function writeJson(node: JsonNode, style: JsonStyle): string {
  return write(node, style, style.indent === undefined ? '' : '\n')
}

/** @param newline - what a line of this level begins with; empty if there are no lines */
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

function sortMembers(members: readonly JsonMember[]): readonly JsonMember[] {
  const sorted = [...members].sort(([a], [b]) => compareCodePoints(a.value, b.value))
  // Sorting keeps the order of equal keys: the last of them counts, as in JavaScript and Python.
  return sorted.filter(([key], index) => key.value !== sorted[index + 1]?.[0].value)
}

/** Compares by code point, not by UTF-16 unit, which puts what lies beyond U+FFFF before U+E000. */
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
