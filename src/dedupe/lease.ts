/** Keeping a lease while a handler runs. */

import { later, withTimeout } from './steps.js'
import type { Awaitable } from './store.js'

/** A lease that renews itself. */
export interface KeptLease {
  /** Aborted when the lease was lost. Never after {@link stop}. */
  readonly signal: AbortSignal
  /** Tells whether the lease is still held, by this machine's clocks. */
  isHeld(): boolean
  /** Stops renewing. A lease that is not completed or released then expires by itself. */
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

/**
 * The number of checks over the length of a lease. They come at least every second, because a machine that slept must notice
 * soon.
 */
const LOOKS = 20
const LONGEST_LOOK_MS = 1000

/**
 * Renews a fresh lease every third of its length until it is stopped or lost.
 *
 * @param claimedAt - from before the claim was sent, so that the store's lease ends later than this one
 */
export function keepLease(claimedAt: Instant, { renew, leaseMs, stepTimeoutMs }: LeaseSettings): KeptLease {
  const controller = new AbortController()
  const lookMs = Math.min(leaseMs / LOOKS, LONGEST_LOOK_MS)
  let heldSince = claimedAt
  let isStopped = false
  let isRenewing = false
  /** Why the last renewal failed. */
  let failure: unknown
  let timer = later(lookMs, look)

  const isHeld = () => elapsedMs(heldSince) < leaseMs

  function look(): void {
    if (isStopped) return
    if (!isHeld()) {
      abort(new Error('The lease expired: another worker may process the event now.', { cause: failure }))
      return
    }
    if (!isRenewing && elapsedMs(heldSince) >= leaseMs / 3) void renewOnce()
    timer = later(lookMs, look)
  }

  async function renewOnce(): Promise<void> {
    isRenewing = true
    const sentAt = instant()
    try {
      const isRenewed = await withTimeout('store.renew', stepTimeoutMs, renew)
      if (isStopped) return
      // Anything but `true` counts as lost: another worker may hold the event.
      failure = undefined
      if (isRenewed === true) heldSince = sentAt
      else abort(new Error('The lease is lost: another worker may process the event now.'))
    } catch (error) {
      failure = error
      // A store that is down for a moment may be back before the lease expires: the next look tries again.
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

/** A moment on both clocks: the steady one may stand still while a machine sleeps, the other may be set back. */
export interface Instant {
  readonly steadyMs: number
  readonly wallMs: number
}

/** Now. */
export function instant(): Instant {
  return { steadyMs: performance.now(), wallMs: Date.now() }
}

/** The time since a moment, in milliseconds, by the clock that says more. */
function elapsedMs({ steadyMs, wallMs }: Instant): number {
  return Math.max(performance.now() - steadyMs, Date.now() - wallMs)
}
