/** The outcome of a delivery, for logs, metrics and traces. */

import type { WebhookError } from '../errors.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { isConnectionClosed } from '../read-body.js'

/** What happened to a delivery: a union on `status`. */
export type Outcome = {
  /** Time from the request to the response, in milliseconds. */
  readonly durationMs: number
} & (
  | {
      readonly status: 'processed'
      readonly event: TruedyEvent
      readonly key: string
      readonly recorded: true
    }
  | {
      readonly status: 'processed'
      readonly event: TruedyEvent
      readonly key: string
      /** The handler ran to its end, but the store does not know: a retry may run it again. */
      readonly recorded: false
      /** Why the store does not know. */
      readonly recordError: unknown
    }
  | { readonly status: 'duplicate' | 'busy'; readonly event: TruedyEvent; readonly key: string }
  | { readonly status: 'rejected'; readonly error: WebhookError }
  | {
      readonly status: 'failed'
      readonly error: unknown
      readonly event?: TruedyEvent
      readonly key?: string
    }
)

/** An outcome before the clock is read. */
export type Result = Outcome extends infer Each
  ? Each extends Outcome
    ? Omit<Each, 'durationMs'>
    : never
  : never

/** The prefix of our lines in a log. */
export const LOG_PREFIX = 'truedy-webhooks:'

/** From here on Truedy may have given up on the response (src/CONTRACT.md §1: 10 s). */
const SLOW_MS = 8000

/** The default `onOutcome`: logs what the endpoint's owner has to fix, and nothing that a stranger can provoke. */
export function logOutcome(outcome: Outcome): void {
  const { status, durationMs } = outcome
  if (status === 'rejected') {
    if (outcome.error.status >= 500) console.error(LOG_PREFIX, outcome.error)
    return
  }
  if (status === 'failed' && !outcome.event && isConnectionClosed(outcome.error)) return
  const { event, key = 'no key' } = outcome
  const what = event ? `${event.rawEvent} (${key})` : 'A delivery'
  if (status === 'failed') console.error(LOG_PREFIX, `${what} failed:`, outcome.error)
  if (status === 'processed' && !outcome.recorded) {
    console.error(
      LOG_PREFIX,
      `${what} was processed but not recorded, and may run again:`,
      outcome.recordError,
    )
  }
  if (status !== 'duplicate' && status !== 'busy' && durationMs > SLOW_MS) {
    const seconds = (durationMs / 1000).toFixed(1)
    console.warn(
      LOG_PREFIX,
      `${what} took ${seconds} s. Truedy gives up after about 10 s: hand slow work to a queue.`,
    )
  }
}
