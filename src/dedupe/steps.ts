/** Steps of a store: each has a deadline, and a result that can be relied on. */

import { wrongValue } from '../checks.js'
import { WebhookError } from '../errors.js'
import type { Awaitable, Claim, DedupeStore } from './store.js'

/** The deadline of a delivery's response, and how long one step may take. */
export interface StepDeadline {
  readonly stepTimeoutMs: number
  /** The end, on the clock of `performance.now()`, in milliseconds; `Infinity` if nobody waits for a response. */
  readonly endsAt: number
}

/** The time that is left, in milliseconds. */
export function timeLeft({ endsAt }: Pick<StepDeadline, 'endsAt'>): number {
  return endsAt - performance.now()
}

/** The time that the next step may take, in milliseconds. */
export function timeForStep(deadline: StepDeadline): number {
  return Math.min(deadline.stepTimeoutMs, timeLeft(deadline))
}

/**
 * Runs a step, and rejects if it takes longer than its time.
 *
 * @param name - names the step in the error: `store.claim`
 * @throws WebhookError `step_timeout`; what the step throws
 */
export function withTimeout<Value>(
  name: string,
  timeoutMs: number,
  step: () => Awaitable<Value>,
): Promise<Value> {
  return within(Math.max(0, timeoutMs), step, () => {
    const waited = `${name} did not respond within ${Math.max(0, Math.round(timeoutMs))} ms.`
    return new WebhookError('step_timeout', `${waited} Check that the server behind it is up and reachable.`)
  })
}

/** Runs some work, and rejects with the error if it takes longer than the time given. */
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

/** If a timer is longer than this, runtimes fire it at once instead of after the longest possible time. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

type Timer = ReturnType<typeof setTimeout>

/** A timer that keeps the process alive: a script that waits for a store that hangs must get its error. */
function startTimer(milliseconds: number, run: () => void): Timer {
  return setTimeout(run, Math.min(milliseconds, LONGEST_TIMER_MS))
}

/** A timer that keeps no process alive. */
export function later(milliseconds: number, run: () => void): Timer {
  const timer = startTimer(milliseconds, run)
  // Node's timers are objects with `unref`; elsewhere they are numbers.
  ;(timer as { unref?: () => void }).unref?.()
  return timer
}

/**
 * Claims a key. A claim that takes longer than its time has failed; if it succeeds after all, it is given back.
 *
 * @throws WebhookError `step_timeout`, `invalid_options`; what the store throws
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

/** Throws if the answer is not a valid result of a claim: such an answer must not count as `claimed`. */
export function requireClaim(found: unknown): Claim {
  if (found === 'claimed' || found === 'busy' || found === 'done') return found
  throw wrongValue("store.claim's result", "'claimed', 'busy' or 'done'", found)
}

/** The result of a step that is tried until it succeeds. */
export type Settled = { readonly isTrue: true } | { readonly isTrue: false; readonly error: unknown }

/**
 * Runs a step that must not be lost, `complete` or `release`: once in any case, and again after a failure while there is time.
 * Waits 50 ms before the second try, then twice as long each time.
 *
 * @param step - resolves with `true` or `false`
 * @param rejected - the error for `false`
 */
export async function persist(
  name: string,
  step: () => Awaitable<boolean>,
  deadline: StepDeadline,
  rejected: string,
): Promise<Settled> {
  let timeoutMs = deadline.stepTimeoutMs
  for (let waitMs = 50; ; waitMs *= 2) {
    let error: unknown
    try {
      const answer: unknown = await withTimeout(name, timeoutMs, step)
      if (answer === true) return { isTrue: true }
      if (answer === false) return { isTrue: false, error: new Error(rejected) }
      error = wrongValue(`${name}'s result`, 'true or false', answer)
    } catch (caught) {
      error = caught
    }
    timeoutMs = Math.min(deadline.stepTimeoutMs, timeLeft(deadline) - waitMs)
    if (timeoutMs <= 0) return { isTrue: false, error }
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}

/**
 * 128 random bits. Numbers joined into one string, not a UUID: Node builds a UUID as a tree of parts, which takes three times
 * the memory.
 */
export function newOwner(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}
