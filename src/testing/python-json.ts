/**
 * Writes JSON as Truedy's sender, a Python program, does: like `json.dumps` with its defaults. JavaScript writes the same values
 * differently, so a receiver that re-serializes a body gets other bytes than were signed.
 */

import { spellAsTruedy } from '../python-number.js'
import { hexOfUnit } from '../utf16.js'

/** A string, a number, or a comma, colon or opening bracket. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[,:[]|-?\d[\d.eE+-]*/g

/** The characters that Python escapes: all except printable ASCII, so DEL too. `JSON.stringify` has escaped control characters. */
const NOT_PRINTABLE = /[^ -~]/g

/**
 * Writes a value as Python's `json.dumps` does: `", "` and `": "` between values, `\u00fc` for `ü`, `1e-07` for `1e-7`.
 *
 * @param value - any value that `JSON.stringify` accepts
 * @throws TypeError if `JSON.stringify` does
 */
export function pythonJson(value: object): string {
  let field = ''
  let lastString = ''
  // JSON.stringify returns undefined only if the object's own toJSON does.
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
