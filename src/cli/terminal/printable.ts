/** Text from outside, made fit for a terminal. */

import { hexOfUnit } from '../../utf16.js'

/** Characters that a terminal acts on, or that nobody sees. */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/**
 * Replaces control characters, which could move the cursor or change the title, and marks that change the writing direction
 * with visible escapes.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    // The match always has a code point, which may need more than the 16 bits that `\u` takes without braces.
    const code = character.codePointAt(0) ?? 0
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
    return code < 0x1_0000 ? `\\u${hexOfUnit(character)}` : `\\u{${code.toString(16)}}`
  })
}
