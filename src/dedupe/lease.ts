/** Keeping a lease while a handler runs. */

import type { Claim } from './store.js'

/** A lease that renews itself. */
export interface KeptLease {
  /** Aborted when the lease was lost, or held for as long as it may be. */
  readonly signal: AbortSignal
  /** Ends the renewing. Resolves once no renewal is under way, which could take the lease anew. */
  stop(): Promise<void>
}

/**
 * Renews a fresh lease every third of its length until it is stopped or lost, and for `maxMs` at most: a handler that
 * hangs must let go.
 *
 * @param renew - claims the key again for the same owner
 * @param leaseMs - length of the lease, in milliseconds
 * @param maxMs - longest time in all, in milliseconds
 */
export function keepLease(renew: () => Promise<Claim>, leaseMs: number, maxMs: number): KeptLease {
  const controller = new AbortController()
  let isOver = false
  let renewal: Promise<void> = Promise.resolve()
  let renewalTimer: Timer
  let deadlineTimer: Timer
  const longestTimer = later(maxMs, lose)

  function hold(): void {
    clearTimeout(deadlineTimer)
    deadlineTimer = later(leaseMs, lose)
    renewIn(leaseMs / 3)
  }

  function renewIn(milliseconds: number): void {
    renewalTimer = later(milliseconds, () => {
      renewal = renew().then(
        (claim) => {
          if (isOver) return
          if (claim === 'claimed') hold()
          else lose()
        },
        // A store that is down for a moment may be back before the lease ends: asked again soon.
        () => {
          if (!isOver) renewIn(leaseMs / 20)
        },
      )
    })
  }

  function end(): void {
    isOver = true
    clearTimeout(renewalTimer)
    clearTimeout(deadlineTimer)
    clearTimeout(longestTimer)
  }

  function lose(): void {
    end()
    controller.abort(new Error('The lease is over.'))
  }

  hold()
  return {
    signal: controller.signal,
    stop() {
      end()
      return renewal
    },
  }
}

type Timer = ReturnType<typeof setTimeout> | undefined

/** A timer that keeps no process alive. Runtimes clamp longer delays to nothing instead of to their limit. */
function later(milliseconds: number, run: () => void): Timer {
  const timer = setTimeout(run, Math.min(milliseconds, 2 ** 31 - 1))
  // Node's timers are objects with `unref`; elsewhere they are numbers.
  ;(timer as { unref?: () => void }).unref?.()
  return timer
}
