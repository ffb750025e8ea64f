/** Runs the steps of a store: each has a time limit, and its result is checked. */

import { wrongValue } from '../checks.js'
import { WebhookError } from '../errors.js'
import type { Awaitable, Claim, DedupeStore } from './store.js'

/** The deadline of a response, and the time limit of one step. */
export interface StepDeadline {
  readonly stepTimeoutMs: number
  /** The deadline in milliseconds, on the clock of `performance.now()`. `Infinity` if no response waits. */
  readonly endsAt: number
}

/** Returns the time that is left, in milliseconds. Negative after the deadline. */
export function timeLeft({ endsAt }: Pick<StepDeadline, 'endsAt'>): number {
  return endsAt - performance.now()
}

/** Returns the time that the next step may take, in milliseconds. Negative after the deadline. */
export function timeForStep(deadline: StepDeadline): number {
  return Math.min(deadline.stepTimeoutMs, timeLeft(deadline))
}

/**
 * Runs a step, and rejects if it takes too long.
 *
 * @param name - the name of the step in the error, such as `store.claim`
 * @throws WebhookError `step_timeout`. Passes on errors of the step
 */
export function withTimeout<Value>(
  name: string,
  timeoutMs: number,
  step: () => Awaitable<Value>,
): Promise<Value> {
  return within(Math.max(0, timeoutMs), step, () => {
    const fault = timeoutMs > 0 ? `did not finish within ${Math.ceil(timeoutMs)} ms` : 'had no time left'
    return new WebhookError('step_timeout', `${name} ${fault}. Check what is slow or down.`)
  })
}

/** Runs some work, and rejects with the error if it takes longer than `timeoutMs`. */
export function within<Value>(
  timeoutMs: number,
  work: () => Awaitable<Value>,
  timeoutError: () => Error,
  start: (milliseconds: number, run: () => void) => Timer = startTimer,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = start(timeoutMs, () => reject(timeoutError()))
    // The async function turns a synchronous throw into a rejection.
    ;(async () => work())()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}

/** The longest time that a timer takes. With a longer one, runtimes fire the timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

type Timer = ReturnType<typeof setTimeout>

/** Starts a timer that keeps the process alive, so that a script gets an error if a step never finishes. */
function startTimer(milliseconds: number, run: () => void): Timer {
  return setTimeout(run, Math.min(milliseconds, LONGEST_TIMER_MS))
}

/** Starts a timer that doesn't keep the process alive. */
export function startBackgroundTimer(milliseconds: number, run: () => void): Timer {
  const timer = startTimer(milliseconds, run)
  // In Node, a timer is an object with `unref`. In other runtimes, it may be a number.
  ;(timer as { unref?: () => void }).unref?.()
  return timer
}

/**
 * Claims a key. A claim that takes too long is reported as failed. If the store grants it later, the lease is released.
 *
 * @throws WebhookError `step_timeout`, `invalid_options`. Passes on errors of the store
 */
export async function claimKey(
  store: DedupeStore,
  key: string,
  lease: { owner: string; leaseMs: number },
  deadline: StepDeadline,
): Promise<Claim> {
  let isLate = false
  try {
    return await withTimeout('store.claim', timeForStep(deadline), async () => {
      const found = requireClaim(await store.claim(key, lease))
      if (isLate && found === 'claimed') await store.release(key, { owner: lease.owner })
      return found
    })
  } catch (error) {
    isLate = true
    throw error
  }
}

/**
 * Returns the result of a claim, if it is a valid one.
 *
 * @throws WebhookError `invalid_options`
 */
export function requireClaim(found: unknown): Claim {
  if (found === 'claimed' || found === 'busy' || found === 'done') return found
  throw wrongValue("store.claim's result", "'claimed', 'busy' or 'done'", found)
}

/** The result of {@link persist}. `isConfirmed` is true if the store returned `true`. */
export type Persisted =
  | { readonly isConfirmed: true }
  | { readonly isConfirmed: false; readonly error: unknown }

/**
 * Runs `complete` or `release` until the store returns `true` or `false`. The first try runs even after the deadline, and may
 * take all of `stepTimeoutMs`. After a failed try, waits 50 ms, then 50 ms longer each time, so a store that was
 * down is used again soon after it is back. No later try runs past the deadline. Never rejects.
 *
 * @param step - returns `true` or `false`
 * @param falseMessage - the message of the error for `false`
 */
export async function persist(
  name: string,
  step: () => Awaitable<boolean>,
  deadline: StepDeadline,
  falseMessage: string,
): Promise<Persisted> {
  let timeoutMs = deadline.stepTimeoutMs
  for (let waitMs = 50; ; waitMs += 50) {
    let error: unknown
    try {
      const answer: unknown = await withTimeout(name, timeoutMs, step)
      if (answer === true) return { isConfirmed: true }
      if (answer === false) return { isConfirmed: false, error: new Error(falseMessage) }
      error = wrongValue(`${name}'s result`, 'true or false', answer)
    } catch (caught) {
      error = caught
    }
    timeoutMs = Math.min(deadline.stepTimeoutMs, timeLeft(deadline) - waitMs)
    if (timeoutMs <= 0) return { isConfirmed: false, error }
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}

/**
 * Creates the random name of an owner, with 128 random bits. It is not a UUID, because Node stores the string of a UUID in parts,
 * which takes three times the memory.
 */
export function newOwner(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}
