/** Decides when each delivery starts. */

import { setImmediate } from 'node:timers/promises'
import type { Waiting } from './waiting.js'

/**
 * Starts each delivery at its time, until all are started or the run is interrupted.
 *
 * @param total - the number of deliveries
 * @param start - starts the delivery with an index; resolves after its first attempt
 */
export type Schedule = (
  total: number,
  start: (index: number) => Promise<void>,
  waiting: Waiting,
) => Promise<void>

/** Starts each delivery after the first attempt of the previous one. It doesn't wait for retries. */
export const oneAfterTheOther: Schedule = async (total, start, waiting) => {
  for (let index = 0; index < total && !waiting.isInterrupted; index++) await start(index)
}

/** The number of late deliveries that start in a row before responses are read. */
const BURST = 32

/**
 * Creates a schedule with a rate: delivery `i` is due `i / perSecond` seconds after the start, however slow the responses are.
 * A late delivery starts at once, and doesn't delay those that follow.
 */
export function atRate(perSecond: number): Schedule {
  return async (total, start, waiting) => {
    const beginning = performance.now()
    for (let index = 0; index < total && !waiting.isInterrupted; ) {
      const wait = beginning + (index * 1000) / perSecond - performance.now()
      if (wait > 0) {
        await waiting.wait(wait)
        continue
      }
      void start(index++)
      if (index % BURST === 0) await setImmediate()
    }
  }
}

/**
 * Creates a schedule with a gap before each delivery.
 *
 * @param gapsMs - the wait before each delivery, in milliseconds; 0 starts it together with the previous one, unless `isOrdered`
 * @param isOrdered - true if each gap begins after the first attempt of the previous delivery, so that none overtakes another
 */
export function withGaps(gapsMs: readonly number[], isOrdered: boolean): Schedule {
  return async (total, start, waiting) => {
    for (let index = 0; index < total && !waiting.isInterrupted; index++) {
      const gapMs = gapsMs[index] ?? 0
      if (gapMs > 0 && !(await waiting.wait(gapMs))) return
      const attempted = start(index)
      if (isOrdered) await attempted
    }
  }
}
