/** Shows how far a long run is: one line on standard error, which the next one overwrites. */

import type { Surroundings } from '../surroundings.js'
import { duration, grouped, perSecond } from '../terminal/figures.js'
import { shorten } from '../terminal/wrap.js'
import type { Statistics } from './statistics.js'

const EVERY_MS = 100

/** Shows the line until it is closed. */
export function openProgress(
  total: number,
  statistics: Statistics,
  surroundings: Surroundings,
): { close(): void } {
  const beginning = performance.now()
  let width = 0

  function write(text: string): void {
    // One column less than the terminal has: a full line would wrap, and the next one start below it.
    const line = shorten(text, surroundings.columns - 1)
    // Blanks overwrite the rest of a longer line, on every terminal.
    surroundings.warn(`\r${line.padEnd(Math.min(width, surroundings.columns - 1))}`)
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
      surroundings.warn('\r')
    },
  }
}
