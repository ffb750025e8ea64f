/** The number of runs of a slow property. `FULL=1 npm test` runs it ten times as often. */
export function runs(short: number): { readonly numRuns: number } {
  return { numRuns: IS_FULL ? 10 * short : short }
}

export const IS_FULL = process.env['FULL'] === '1'
