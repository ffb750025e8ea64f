/** Formats JSON for scripts, one object per line. */

import { hexOfUnit } from '../../utf16.js'
import { UNPRINTABLE } from './printable.js'

/** Formats a line of JSON that is safe to print on a terminal: unprintable characters become JSON escapes. */
export function jsonLine(value: object): string {
  const escaped = JSON.stringify(value).replace(UNPRINTABLE, (character) =>
    // JSON escapes UTF-16 code units. A character has one or two of them.
    Array.from({ length: character.length }, (_, index) => `\\u${hexOfUnit(character.slice(index))}`).join(
      '',
    ),
  )
  return `${escaped}\n`
}
