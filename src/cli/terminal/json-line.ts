/** JSON for scripts, one object a line. */

import { UNPRINTABLE } from './paint.js'

/** A line of JSON that a terminal can be shown, too: what is no plain character is escaped as JSON has it. */
export function jsonLine(value: object): string {
  const escaped = JSON.stringify(value).replace(UNPRINTABLE, (character) =>
    // By UTF-16 units, which is what JSON escapes.
    Array.from({ length: character.length }, (_, index) => escapeUnit(character.charCodeAt(index))).join(''),
  )
  return `${escaped}\n`
}

function escapeUnit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`
}
