/** Shows the progress of a long run: one line on standard error, which is overwritten each time. */

import type { Surroundings } from '../surroundings.js'
import { duration, grouped, perSecond } from '../terminal/figures.js'
import { shorten } from '../terminal/wrap.js'
import type { Statistics } from './statistics.js'

const EVERY_MS = 100

/** Shows the line until `close` is called. */
export function openProgress(
  total: number,
  statistics: Statistics,
  surroundings: Surroundings,
): { close(): void } {
  const beginning = performance.now()
  let width = 0

  function write(text: string): void {
    // One column less than the terminal has: a full line would wrap, and the next one would start below it.
    const line = shorten(text, surroundings.columns - 1)
    // Blanks overwrite the rest of a longer line. They work on every terminal.
    surroundings.warn(`\r${line.padEnd(Math.min(width, surroundings.columns - 1))}`)
    width = line.length
  }

  function show(): void {
    const { started, finished } = statistics
    const rate = (started * 1000) / (performance.now() - beginning)
    const rest =
      started < total
        ? `${duration((total - started) / rate)} left`
        : `${grouped(total - finished)} without a 2xx yet`
    write(`${grouped(started)} of ${grouped(total)}  ${perSecond(rate)}/s  ${rest}`)
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
