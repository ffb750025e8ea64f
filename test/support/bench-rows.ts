/** Rows of numbers, as the benches of stores and queues print them. */

/** Returns the verdict on a limit. If the limit is not met, the process will exit with 1. */
export function verdictOf(isMet: boolean): string {
  if (!isMet) process.exitCode = 1
  return isMet ? 'ok' : 'OVER'
}

/** Prints a name and its cells. The last cell, such as a verdict, is not aligned. */
export function printRow(name: string, ...cells: readonly string[]): void {
  const row = cells.slice(0, -1).map((cell) => cell.padStart(12))
  console.log(`  ${name.padEnd(36)}${row.join('')}  ${cells.at(-1) ?? ''}`.trimEnd())
}

/** A number without decimals. */
export function integer(number: number): string {
  return Math.round(number).toLocaleString('en')
}
