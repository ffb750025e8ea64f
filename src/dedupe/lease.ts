/** Keeps a lease while a handler runs. */

import { startBackgroundTimer, withTimeout } from './steps.js'
import type { Awaitable } from './store.js'

/** A lease that renews itself. */
export interface KeptLease {
  /** Aborted when the lease expires or is lost, and by {@link abort}. {@link stop} ends the checks. */
  readonly signal: AbortSignal
  /** Tells whether the lease is still held, according to this machine's clocks. */
  isHeld(): boolean
  /** Stops renewing. If the event is then neither completed nor released, the lease expires. */
  stop(): void
  /** Stops renewing and aborts the signal. */
  abort(reason: Error): void
}

/** The settings of a lease. */
export interface LeaseSettings {
  /** Extends the lease in the store. */
  readonly renew: () => Awaitable<boolean>
  readonly leaseMs: number
  readonly stepTimeoutMs: number
}

/** The least number of checks during a lease. */
const CHECKS_PER_LEASE = 20
/** The longest time between two checks. A machine that was asleep must soon notice that its lease has expired. */
const LONGEST_CHECK_INTERVAL_MS = 1000

/**
 * Renews a fresh lease every third of its length until it is stopped or lost.
 *
 * @param claimedAt - a time before the claim was sent, so that this lease never ends after the store's
 */
export function keepLease(claimedAt: Instant, { renew, leaseMs, stepTimeoutMs }: LeaseSettings): KeptLease {
  const controller = new AbortController()
  const intervalMs = Math.min(leaseMs / CHECKS_PER_LEASE, LONGEST_CHECK_INTERVAL_MS)
  let heldSince = claimedAt
  let isStopped = false
  let isRenewing = false
  /** The error of the last renewal. */
  let failure: unknown
  let timer = startBackgroundTimer(intervalMs, check)

  const isHeld = () => elapsedMs(heldSince) < leaseMs

  function check(): void {
    if (!isHeld()) {
      abort(lossOf('expired', failure))
      return
    }
    if (!isRenewing && elapsedMs(heldSince) >= leaseMs / 3) void renewOnce()
    timer = startBackgroundTimer(intervalMs, check)
  }

  async function renewOnce(): Promise<void> {
    isRenewing = true
    const sentAt = instant()
    try {
      const isRenewed = await withTimeout('store.renew', stepTimeoutMs, renew)
      if (isStopped) return
      failure = undefined
      // Anything but `true` counts as lost, because another worker may hold the event.
      if (isRenewed === true) heldSince = sentAt
      else abort(lossOf('was lost'))
    } catch (error) {
      failure = error
      // The store may be up again before the lease expires, so the next check tries again.
    } finally {
      isRenewing = false
    }
  }

  function stop(): void {
    isStopped = true
    clearTimeout(timer)
  }

  function abort(reason: Error): void {
    stop()
    controller.abort(reason)
  }

  return { signal: controller.signal, isHeld, stop, abort }
}

/** Creates the reason for which the signal is aborted. */
function lossOf(event: string, cause?: unknown): Error {
  return new Error(
    `The lease ${event}, so another worker may process this event. Check that the store is up and keeps its records.`,
    { cause },
  )
}

/**
 * A moment on two clocks, because each can be wrong: the steady one may stop while a machine sleeps, and the other may be set
 * back.
 */
export interface Instant {
  readonly steadyMs: number
  readonly wallMs: number
}

/** Returns the current moment. */
export function instant(): Instant {
  return { steadyMs: performance.now(), wallMs: Date.now() }
}

/** Returns the time since a moment, in milliseconds, by the clock that shows more. */
function elapsedMs({ steadyMs, wallMs }: Instant): number {
  return Math.max(performance.now() - steadyMs, Date.now() - wallMs)
}
