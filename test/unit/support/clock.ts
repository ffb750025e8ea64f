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
