/** Decides how long to wait before each retry. */

/** Returns the wait after a failed attempt (1 is the first), in milliseconds; `undefined` to give up. */
export type BackOff = (attempt: number) => number | undefined

/** The maximum number of retries of a delivery, as in the longest known schedule (src/CONTRACT.md §1). */
export const RETRIES = 10

/** Creates the waits of the longest known schedule: 30 s, then doubling. Truedy promises no schedule. */
export function longestSchedule(speed: number): BackOff {
  return doubling(30_000 / speed, Number.POSITIVE_INFINITY)
}

/** Creates short waits, for a receiver that is still processing the same event. In total they outlast a handler of ten seconds. */
export function shortWaits(speed: number): BackOff {
  return doubling(250 / speed, 2000)
}

function doubling(firstMs: number, maxMs: number): BackOff {
  return (attempt) => (attempt > RETRIES ? undefined : Math.min(firstMs * 2 ** (attempt - 1), maxMs))
}
