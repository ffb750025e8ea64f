/** One delivery that came, and what became of it. */

import type { Diagnosis } from '../../diagnose/index.js'

/** What is kept of a delivery. */
export interface ListenedDelivery {
  /** Counted from 1, in the order in which they were done with. */
  readonly number: number
  /** Unix time in milliseconds. */
  readonly receivedAt: number
  readonly method: string
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  /** The bytes that are kept: all, or the beginning where {@link isWhole} is false. */
  readonly body: Uint8Array
  /** How many bytes came. */
  readonly bytes: number
  /** Whether all of the body came and is kept: not of one over the limit, nor of one that broke off. */
  readonly isWhole: boolean
  /** The status that was answered; none where nobody was there to answer any more. */
  readonly status?: number
  readonly outcome: 'processed' | 'duplicate' | 'busy' | 'rejected' | 'failed'
  readonly durationMs: number
  /** The name of the event as sent, where the delivery is genuine and an event. */
  readonly event?: string
  /** Under which it is remembered. */
  readonly key?: string
  /** Why it was refused. */
  readonly code?: string
  readonly message?: string
  /** Why its signature does not match. */
  readonly diagnosis?: Diagnosis
  /** Whether its signature is right: only then may its body be signed again. */
  readonly isGenuine: boolean
}

/** A delivery as a line of JSON, without headers and body. */
export function toLine(delivery: ListenedDelivery): Readonly<Record<string, unknown>> {
  const { number, receivedAt, status, outcome, durationMs, event, key, code, message, diagnosis, bytes } =
    delivery
  return {
    number,
    receivedAt: new Date(receivedAt).toISOString(),
    status,
    outcome,
    event,
    key,
    code,
    message,
    ...(diagnosis && {
      causes: diagnosis.causes,
      explanation: diagnosis.explanation,
      fix: diagnosis.fix,
    }),
    durationMs: Math.round(durationMs * 10) / 10,
    bytes,
  }
}
