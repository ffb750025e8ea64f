/** How long to wait before a delivery is sent again. */

/** The wait after an attempt (1 is the first) that got no 2xx, in milliseconds; `undefined` to give up. */
export type BackOff = (attempt: number) => number | undefined

/** How often Truedy sends again (contract §1). */
export const RETRIES = 10

/** Truedy's: 30 s, then doubling (contract §1). */
export function likeTruedy(speed: number): BackOff {
  return doubling(30_000 / speed, Number.POSITIVE_INFINITY)
}

/** Short waits for a receiver that is busy with the same event: long enough for a handler of ten seconds. */
export function impatient(speed: number): BackOff {
  return doubling(250 / speed, 2000)
}

function doubling(firstMs: number, maxMs: number): BackOff {
  return (attempt) => (attempt > RETRIES ? undefined : Math.min(firstMs * 2 ** (attempt - 1), maxMs))
}
