/** Rows of figures, as the benches of stores and queues print them. */

/** Says whether a limit is met. If one is not, the process exits with 1. */
export function verdictOf(isMet: boolean): string {
  if (!isMet) process.exitCode = 1
  return isMet ? 'ok' : 'OVER'
}

/** Prints a name and its cells; the last one, a verdict for example, is not aligned. */
export function printRow(name: string, ...cells: readonly string[]): void {
  const row = cells.slice(0, -1).map((cell) => cell.padStart(12))
  console.log(`  ${name.padEnd(36)}${row.join('')}  ${cells.at(-1) ?? ''}`.trimEnd())
}

/** A number without decimals. */
export function integer(number: number): string {
  return Math.round(number).toLocaleString('en')
}
