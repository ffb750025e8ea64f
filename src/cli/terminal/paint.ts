/** Colors output for a terminal. */

/** Functions that color a string, or return it unchanged. */
export type Paint = Readonly<Record<keyof typeof CODES, (text: string) => string>>

// The SGR codes of each color (ECMA-48): the one that starts it, and the one that ends it.
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const

/** The facts that decide whether there are colors. */
export interface PaintSettings {
  /** True if a person reads the output. */
  readonly isTerminal: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Returns functions that color strings only on a terminal, and never if NO_COLOR is set (no-color.org). */
export function paintFor({ isTerminal, env }: PaintSettings): Paint {
  const isColored = isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  const paint = ([on, off]: readonly [number, number]) =>
    isColored ? (text: string) => `\u001b[${on}m${text}\u001b[${off}m` : (text: string) => text
  return {
    bold: paint(CODES.bold),
    dim: paint(CODES.dim),
    red: paint(CODES.red),
    green: paint(CODES.green),
    yellow: paint(CODES.yellow),
    cyan: paint(CODES.cyan),
  }
}
