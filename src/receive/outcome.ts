/** The outcome of a delivery, for logs, metrics and traces. */

import { timeLeft, withTimeout } from '../dedupe/steps.js'
import type { WebhookError } from '../errors.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { redactText } from '../events/redact.js'
import { isConnectionClosed } from '../read-body.js'

/** The facts about a delivery whose event was read. */
export interface KnownDelivery {
  readonly event: TruedyEvent
  /** The key of the event, with its scope. */
  readonly key: string
  /** The result of `scope`. */
  readonly scope?: string
  /** Which of the secrets signed, from 0. Absent at a job handler. */
  readonly secretIndex?: number
}

/** The outcome of a delivery: a union on `status`. */
export type Outcome = {
  /** Time from the request to the response, in milliseconds. */
  readonly durationMs: number
} & (
  | (KnownDelivery & { readonly status: 'processed'; readonly recorded: true })
  | (KnownDelivery & {
      readonly status: 'processed'
      /** The handler ran to its end, but the store does not know: a retry may run it again. */
      readonly recorded: false
      /** Why the store does not know. */
      readonly recordError: unknown
    })
  | (KnownDelivery & { readonly status: 'queued' | 'duplicate' | 'busy' })
  | { readonly status: 'rejected'; readonly error: WebhookError }
  | (Partial<KnownDelivery> & { readonly status: 'failed'; readonly error: unknown })
)

/** An outcome before the clock is read. */
export type Result = Outcome extends infer Each
  ? Each extends Outcome
    ? Omit<Each, 'durationMs'>
    : never
  : never

/** The prefix of our lines in a log. */
const LOG_PREFIX = 'truedy-webhooks:'

/** A handler that takes longer gets a warning: Truedy gives up on the response after 10 s (src/CONTRACT.md §1). */
const SLOW_MS = 8000

/** The default `onOutcome` of a receiver: logs what its owner has to fix, and nothing that a stranger can provoke. */
export function logOutcome(outcome: Outcome): void {
  logFailure(outcome)
  const { status, durationMs } = outcome
  const isSlow = durationMs > SLOW_MS && !isConnectionLost(outcome)
  if (isSlow && (status === 'processed' || status === 'queued' || status === 'failed')) {
    const seconds = (durationMs / 1000).toFixed(1)
    console.warn(
      LOG_PREFIX,
      `${nameOf(outcome)} took ${seconds} s. Truedy gives up after about 10 s: hand slow work to a queue.`,
    )
  }
}

/** The default `onOutcome` of a job handler, which may take its time. */
export function logFailure(outcome: Outcome): void {
  if (outcome.status === 'rejected' && outcome.error.status >= 500) {
    console.error(LOG_PREFIX, outcome.error)
  } else if (outcome.status === 'failed' && !isConnectionLost(outcome)) {
    console.error(LOG_PREFIX, `${nameOf(outcome)} failed:`, outcome.error)
  } else if (outcome.status === 'processed' && !outcome.recorded) {
    console.error(
      LOG_PREFIX,
      `${nameOf(outcome)} was processed but not recorded, and may run again:`,
      outcome.recordError,
    )
  }
}

/** Tells whether a client closed the connection too early, which the endpoint's owner can't fix. */
function isConnectionLost(outcome: Outcome): boolean {
  return outcome.status === 'failed' && !outcome.event && isConnectionClosed(outcome.error)
}

/** How a log names a delivery: by its event and key, redacted because they may hold secrets, and without the payload. */
function nameOf({ event, key = 'no key' }: { readonly event?: TruedyEvent; readonly key?: string }): string {
  return event ? redactText(`${event.rawEvent} (${key})`) : 'A delivery'
}

/** The time that a reply waits for `onOutcome`, and for telemetry. */
export const OUTCOME_MS = 1000

/**
 * Logs the failure of a hook: a function of the program, such as onOutcome, that only observes deliveries. The delivery goes
 * on.
 */
export function logHookError(name: string, error: unknown): void {
  console.error(LOG_PREFIX, `${name} failed:`, error)
}

/**
 * Creates the function that reports the outcome of a delivery; only its first call counts.
 *
 * @param note - for telemetry: told at once, and not waited for
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
    // The delivery has its outcome: a log that fails or is slow must not make Truedy retry.
    await withTimeout('onOutcome', Math.min(OUTCOME_MS, timeLeft(deadline)), () => onOutcome(outcome)).catch(
      (error) => logHookError('onOutcome', error),
    )
  }
}
