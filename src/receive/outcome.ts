/** The outcome of a delivery or job, for logs, metrics and traces. */

import { timeLeft, withTimeout } from '../dedupe/steps.js'
import type { WebhookError } from '../errors.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { redactText } from '../events/redact.js'
import { isConnectionClosed } from '../read-body.js'

/** The facts about a delivery or job whose event was parsed. */
export interface KnownDelivery {
  readonly event: TruedyEvent
  /** The key of the event, with its scope. */
  readonly key: string
  /** The scope. If the option `scope` is a function, its result. */
  readonly scope?: string
  /** The index of the secret that signed, from 0. A job handler doesn't set it. */
  readonly secretIndex?: number
}

/** The outcome of a delivery or job: a union on `status`. */
export type Outcome = {
  /** The time from the request or job to this outcome, in milliseconds. Doesn't include `onOutcome` itself. */
  readonly durationMs: number
} & (
  | (KnownDelivery & { readonly status: 'processed'; readonly recorded: true })
  | (KnownDelivery & {
      readonly status: 'processed'
      /** The handler ran to its end, but the event is not marked done, so a retry may run it again. */
      readonly recorded: false
      /** Why the event is not marked done. */
      readonly recordError: unknown
    })
  | (KnownDelivery & { readonly status: 'queued' | 'duplicate' | 'busy' })
  | { readonly status: 'rejected'; readonly error: WebhookError }
  | (Partial<KnownDelivery> & { readonly status: 'failed'; readonly error: unknown })
)

/** An outcome without its duration. */
export type Result = Outcome extends infer Each
  ? Each extends Outcome
    ? Omit<Each, 'durationMs'>
    : never
  : never

/** The prefix of this package's lines in a log. */
const LOG_PREFIX = 'truedy-webhooks:'

/** A slower delivery is logged as a warning, because Truedy waits 10 s for a response (src/CONTRACT.md §1). */
const SLOW_MS = 8000

/** The default `onOutcome` of a receiver. Logs what its owner has to fix, and nothing that a stranger can cause. */
export function logOutcome(outcome: Outcome): void {
  logFailure(outcome)
  const { status, durationMs } = outcome
  const isSlow = durationMs > SLOW_MS && !isConnectionLost(outcome)
  if (isSlow && (status === 'processed' || status === 'queued' || status === 'failed')) {
    const seconds = (durationMs / 1000).toFixed(1)
    console.warn(
      LOG_PREFIX,
      `${nameOf(outcome)} took ${seconds} s, and Truedy waits about 10 s. Speed up slow work, or move it to a queue.`,
    )
  }
}

/** The default `onOutcome` of a job handler. Doesn't log slow jobs, because no response waits for a job. */
export function logFailure(outcome: Outcome): void {
  if (outcome.status === 'rejected' && outcome.error.status >= 500) {
    console.error(LOG_PREFIX, outcome.error)
  } else if (outcome.status === 'failed' && !isConnectionLost(outcome)) {
    console.error(LOG_PREFIX, `${nameOf(outcome)} failed:`, outcome.error)
  } else if (outcome.status === 'processed' && !outcome.recorded) {
    console.error(
      LOG_PREFIX,
      `${nameOf(outcome)} was processed but not marked done, so it may run again:`,
      outcome.recordError,
    )
  }
}

/** Tells whether the client closed the connection too early, which the endpoint's owner can't fix. */
function isConnectionLost(outcome: Outcome): boolean {
  return outcome.status === 'failed' && !outcome.event && isConnectionClosed(outcome.error)
}

/** Returns the name of a delivery in the log: its event and key, redacted because they may contain secrets. */
function nameOf({ event, key = 'no key' }: { readonly event?: TruedyEvent; readonly key?: string }): string {
  return event ? redactText(`${event.rawEvent} (${key})`) : 'A delivery'
}

/** How long a response waits for `onOutcome`, and for telemetry, in milliseconds. */
export const OUTCOME_MS = 1000

/**
 * Logs the failure of a hook: a function of the program, such as `onOutcome`, that only observes deliveries. Its failure doesn't
 * change the delivery.
 */
export function logHookError(name: string, error: unknown): void {
  console.error(LOG_PREFIX, `${name} failed:`, error)
}

/**
 * Creates the function that reports the outcome of a delivery. Only its first call has an effect.
 *
 * @param note - passes the outcome to telemetry. It is synchronous, and called before `onOutcome`
 */
export function reportTo(
  onOutcome: (outcome: Outcome) => unknown,
  startedAt: number,
  deadline: { readonly endsAt: number },
  note?: (outcome: Outcome) => void,
): (result: Result) => Promise<void> {
  let isReported = false
  return async (result) => {
    if (isReported) return
    isReported = true
    const outcome = { ...result, durationMs: performance.now() - startedAt }
    note?.(outcome)
    // An `onOutcome` that fails or is slow must not make Truedy retry, so its error is only logged.
    try {
      const pending = onOutcome(outcome)
      // Usually, it returns nothing. A timer would take a tenth of the delivery's time.
      if (pending) await withTimeout('onOutcome', Math.min(OUTCOME_MS, timeLeft(deadline)), () => pending)
    } catch (error) {
      logHookError('onOutcome', error)
    }
  }
}
