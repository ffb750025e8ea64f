/** Makes strings from outside safe to print on a terminal. */

import { hexOfUnit } from '../../utf16.js'

/** Characters that control a terminal, or that are invisible. */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/**
 * Replaces unprintable characters with visible escapes. Control characters could move the cursor or change the title, and
 * formatting characters could change the direction of the text.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    // Every match has a code point. One that needs more than 16 bits gets braces.
    const code = character.codePointAt(0) ?? 0
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
    return code < 0x1_0000 ? `\\u${hexOfUnit(character)}` : `\\u{${code.toString(16)}}`
  })
}
