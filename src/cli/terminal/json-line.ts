/** JSON for scripts, one object a line. */

import { hexOfUnit } from '../../utf16.js'
import { UNPRINTABLE } from './printable.js'

/** A line of JSON that is safe to print on a terminal: characters that are not plain become JSON's own escapes. */
export function jsonLine(value: object): string {
  const escaped = JSON.stringify(value).replace(UNPRINTABLE, (character) =>
    // JSON escapes UTF-16 code units, of which a character has one or two.
    Array.from({ length: character.length }, (_, index) => `\\u${hexOfUnit(character.slice(index))}`).join(
      '',
    ),
  )
  return `${escaped}\n`
}
