/**
 * JSON as Truedy's sender, a Python program, writes it: `json.dumps` with its defaults. JavaScript writes the same values in another way, so a
 * receiver that parses a body and writes it again gets other bytes than were signed.
 */

import { spellAsTruedy } from '../python-number.js'
import { hexOfUnit } from '../utf16.js'

/** A string, a number, or a sign before a value. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[,:[]|-?\d[\d.eE+-]*/g

/** The characters that Python escapes: everything that is not printable ASCII, which includes DEL. JavaScript has escaped the rest already. */
const NOT_PRINTABLE = /[^ -~]/g

/**
 * Writes a value as Python's `json.dumps` does: `", "` and `": "` between values, `\u00fc` for `ü`, `1e-07` for `1e-7`.
 *
 * @param value - what `JSON.stringify` takes
 * @throws TypeError if `JSON.stringify` does
 */
export function pythonJson(value: object): string {
  let field = ''
  let lastString = ''
  // An object has JSON, unless its own toJSON says otherwise.
  return (JSON.stringify(value) ?? 'null').replace(TOKEN, (token) => {
    switch (token[0]) {
      case '"':
        lastString = token
        return token.replace(NOT_PRINTABLE, (unit) => `\\u${hexOfUnit(unit)}`)
      case ',':
        field = ''
        return ', '
      case '[':
        field = ''
        return token
      case ':':
        field = lastString
        return ': '
      default:
        return spellAsTruedy(token, field.slice(1, -1))
    }
  })
}
