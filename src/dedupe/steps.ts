/** Steps of a store: each has a deadline, and a result that can be relied on. */

import { describeValue, invalidOption } from '../checks.js'
import { WebhookError } from '../errors.js'
import type { Awaitable, Claim, DedupeStore } from './store.js'

/** When a delivery has to be answered, and how long one step may take. */
export interface StepDeadline {
  readonly stepTimeoutMs: number
  /** On the clock of `performance.now()`, in milliseconds; `Infinity` if nobody waits for a response. */
  readonly endsAt: number
}

/** How much time is left, in milliseconds. */
export function timeLeft({ endsAt }: StepDeadline): number {
  return endsAt - performance.now()
}

/**
 * What a step resolves to, within its time.
 *
 * @param name - names the step in the error: `store.claim`
 * @throws WebhookError `step_timeout`; what the step throws
 */
export function withTimeout<Value>(
  name: string,
  timeoutMs: number,
  step: () => Awaitable<Value>,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        const waited = `${name} did not answer within ${Math.max(0, Math.round(timeoutMs))} ms.`
        reject(
          new WebhookError('step_timeout', `${waited} Check that the server behind it is up and reachable.`),
        )
      },
      Math.max(0, Math.min(timeoutMs, LONGEST_TIMER_MS)),
    )
    // Inside a promise, so that a step that throws at once rejects like any other.
    new Promise<Value>((settle) => settle(step())).then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Runtimes clamp longer timers to nothing instead of to their limit. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

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
  const timeoutMs = Math.min(deadline.stepTimeoutMs, timeLeft(deadline))
  try {
    return await withTimeout('store.claim', timeoutMs, async () => {
      const found = requireClaim(await store.claim(key, lease))
      if (isLate && found === 'claimed') await store.release(key, { owner: lease.owner })
      return found
    })
  } catch (error) {
    isLate = true
    throw error
  }
}

/** A store that answers anything else must not count as "take it". */
export function requireClaim(found: unknown): Claim {
  if (found === 'claimed' || found === 'busy' || found === 'done') return found
  throw invalidOption(`store.claim must return 'claimed', 'busy' or 'done' (got ${describeValue(found)}).`)
}

/** The result of a step that is tried until it succeeds. */
export type Settled = { readonly isTrue: true } | { readonly isTrue: false; readonly error: unknown }

/**
 * Runs a step that must not be lost, `complete` or `release`: once in any case, and again after a failure while there is time.
 * Waits 50 ms before the second try, then twice as long each time.
 *
 * @param step - resolves with `true` or `false`
 * @param refused - the error for `false`
 */
export async function persist(
  name: string,
  step: () => Awaitable<boolean>,
  deadline: StepDeadline,
  refused: string,
): Promise<Settled> {
  let timeoutMs = deadline.stepTimeoutMs
  for (let waitMs = 50; ; waitMs *= 2) {
    let error: unknown
    try {
      const answer: unknown = await withTimeout(name, timeoutMs, step)
      if (answer === true) return { isTrue: true }
      if (answer === false) return { isTrue: false, error: new Error(refused) }
      error = invalidOption(`${name} must return true or false (got ${describeValue(answer)}).`)
    } catch (caught) {
      error = caught
    }
    timeoutMs = Math.min(deadline.stepTimeoutMs, timeLeft(deadline) - waitMs)
    if (timeoutMs <= 0) return { isTrue: false, error }
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}

/** 128 random bits. Joined, because Node builds a UUID as a tree of parts that takes three times the memory. */
export function newOwner(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}
