/** Time that passes only while everything waits for it. Thus, 130 ms are exactly 130 ms, even on a busy machine. */

import { setImmediate } from 'node:timers/promises'
import { onTestFinished, vi } from 'vitest'

/** Runs some work. Time passes whenever nothing else is left to do. */
export type Run = <Value>(work: () => Promise<Value>) => Promise<Value>

/**
 * Simulates timers and `performance.now()` until the test ends.
 *
 * The work must not use the network, because this module can't tell when a response is on its way. Signing happens in
 * another thread, so time doesn't advance until a signature is made.
 */
export function simulateTime(): Run {
  let signing = 0
  let lastSigned: Promise<unknown> = Promise.resolve()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  for (const step of ['importKey', 'sign'] as const) {
    const original = crypto.subtle[step].bind(crypto.subtle) as (...args: unknown[]) => Promise<never>
    const spy = vi.spyOn(crypto.subtle, step).mockImplementation((...args: unknown[]) => {
      signing++
      // Signs one delivery after another, so that simultaneous deliveries arrive in the order in which they were sent.
      const signed = lastSigned.then(() => original(...args)).finally(() => signing--)
      lastSigned = signed.catch(() => {})
      return signed
    })
    onTestFinished(() => void spy.mockRestore())
  }
  return async (work) => {
    let isSettled = false
    const settle = () => {
      isSettled = true
    }
    const working = work()
    working.then(settle, settle)
    while (!isSettled) {
      do await setImmediate()
      while (signing > 0)
      vi.advanceTimersToNextTimer()
    }
    return working
  }
}
