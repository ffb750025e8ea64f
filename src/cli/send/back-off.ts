/** The waits before retries. */

/** The wait after an attempt (1 is the first) that got no 2xx, in milliseconds; `undefined` to give up. */
export type BackOff = (attempt: number) => number | undefined

/** The most retries of a delivery: as many as in the longest schedule that is known (src/CONTRACT.md §1). */
export const RETRIES = 10

/** The waits of that schedule: 30 s, then doubling. */
export function likeTruedy(speed: number): BackOff {
  return doubling(30_000 / speed, Number.POSITIVE_INFINITY)
}

/** Short waits for a receiver that is still processing the same event. Together they are longer than a handler of ten seconds. */
export function impatient(speed: number): BackOff {
  return doubling(250 / speed, 2000)
}

function doubling(firstMs: number, maxMs: number): BackOff {
  return (attempt) => (attempt > RETRIES ? undefined : Math.min(firstMs * 2 ** (attempt - 1), maxMs))
}
