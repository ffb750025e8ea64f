/** A clock that only a test moves. */

import { onTestFinished, vi } from 'vitest'

/**
 * Stops the timers, `Date` and `performance.now()` until the test ends. Time passes only when the test says so
 * (`vi.advanceTimersByTime`). Sockets, files and cryptography work normally.
 */
export function stopClock(): void {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
  })
  onTestFinished(() => void vi.useRealTimers())
}

/** Lets the stopped time pass until a promise settles. */
export async function passTime<Value>(promise: Promise<Value>): Promise<Value> {
  let isSettled = false
  const settle = () => {
    isSettled = true
  }
  promise.then(settle, settle)
  while (!isSettled) await vi.advanceTimersByTimeAsync(100)
  return promise
}
