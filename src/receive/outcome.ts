/** The outcome of a delivery, for logs, metrics and traces. */

import type { WebhookError } from '../errors.js'
import type { TruedyEvent } from '../events/catalogue.js'

/** What happened to a delivery: a union on `status`. */
export type Outcome = {
  /** Time from the request to the response, in milliseconds. */
  readonly durationMs: number
} & (
  | {
      readonly status: 'processed'
      readonly event: TruedyEvent
      readonly key: string
      readonly recorded: boolean
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

/** The default `onOutcome`: logs what the endpoint's owner has to fix, and nothing that a stranger can provoke. */
export function logFailure(outcome: Outcome): void {
  if (outcome.status === 'processed' && !outcome.recorded)
    console.error(LOG_PREFIX, 'not recorded:', outcome.key)
  if (outcome.status === 'failed' && outcome.event) console.error(LOG_PREFIX, outcome.error)
  if (outcome.status === 'rejected' && outcome.error.status === 500) console.error(LOG_PREFIX, outcome.error)
}
