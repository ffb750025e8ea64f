/** Shows how far a long run is: one line on the standard error, overwritten again and again. */

import type { Surroundings } from '../surroundings.js'
import { duration, grouped, perSecond } from '../terminal/figures.js'
import type { Statistics } from './statistics.js'

const EVERY_MS = 100

/** Shows the line until it is closed. */
export function openProgress(
  total: number,
  statistics: Statistics,
  { warn }: Surroundings,
): { close(): void } {
  const beginning = performance.now()
  let width = 0

  function write(line: string): void {
    // Blanks overwrite the rest of a longer line, on every terminal.
    warn(`\r${line.padEnd(width)}`)
    width = line.length
  }

  function show(): void {
    const { begun, done } = statistics
    const rate = (begun * 1000) / (performance.now() - beginning)
    const rest =
      begun < total
        ? `${duration((total - begun) / rate)} left`
        : `${grouped(total - done)} without a 2xx yet`
    write(`${grouped(begun)} of ${grouped(total)}  ${perSecond(rate)}/s  ${rest}`)
  }

  const timer = setInterval(show, EVERY_MS)
  return {
    close() {
      clearInterval(timer)
      write('')
      warn('\r')
    },
  }
}
