/** Colours, where someone sees them. */

import type { Surroundings } from '../surroundings.js'

/** Puts a colour around a text, or leaves it as it is. */
export type Paint = Readonly<Record<keyof typeof CODES, (text: string) => string>>

// SGR codes (ECMA-48), and what ends each.
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const

/** Colours on a terminal only, and never where NO_COLOR says so (no-color.org). */
export function paintFor({ isTerminal, env }: Surroundings): Paint {
  const isColoured = isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  const paint = ([on, off]: readonly [number, number]) =>
    isColoured ? (text: string) => `\u001b[${on}m${text}\u001b[${off}m` : (text: string) => text
  return {
    bold: paint(CODES.bold),
    dim: paint(CODES.dim),
    red: paint(CODES.red),
    green: paint(CODES.green),
    yellow: paint(CODES.yellow),
    cyan: paint(CODES.cyan),
  }
}

/**
 * A text from outside, fit for a terminal: control characters, which could move the cursor or change the title, and
 * marks that turn the direction of writing become visible escapes.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    // There is one, and it may be beyond the 16 bits that `\u` takes without braces.
    const code = character.codePointAt(0) ?? 0
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
    return code < 0x1_0000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`
  })
}

/** What a terminal would act on, or nobody would see. */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu
