/** When each delivery starts. */

import { setImmediate } from 'node:timers/promises'
import type { Waiting } from './waiting.js'

/**
 * Starts deliveries, each at its time, until all are started or the run is interrupted.
 *
 * @param total - how many
 * @param start - starts the one of an index; resolves when it has its first answer
 */
export type Schedule = (
  total: number,
  start: (index: number) => Promise<void>,
  waiting: Waiting,
) => Promise<void>

/** One after the other: each when the one before has its first answer. Retries are not waited for. */
export const oneAfterTheOther: Schedule = async (total, start, waiting) => {
  for (let index = 0; index < total && !waiting.isInterrupted; index++) await start(index)
}

/** How many deliveries that are late are started in one go: the answers have to be read, too. */
const BURST = 32

/**
 * An open loop: delivery `i` is due at the start + `i / perSecond`, whatever the answers do. A late one goes at once,
 * and delays none of those that follow.
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
 * A story: each delivery after a gap of its own.
 *
 * @param gapsMs - the wait before each, in milliseconds; 0 is at the same moment as the one before
 * @param isOrdered - whether the answer of each is waited for before the gap, so that none overtakes another
 */
export function withGaps(gapsMs: readonly number[], isOrdered: boolean): Schedule {
  return async (total, start, waiting) => {
    for (let index = 0; index < total && !waiting.isInterrupted; index++) {
      const gapMs = gapsMs[index] ?? 0
      if (gapMs > 0 && !(await waiting.wait(gapMs))) return
      const answered = start(index)
      if (isOrdered) await answered
    }
  }
}
