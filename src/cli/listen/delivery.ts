/** One delivery that came, and what became of it. */

import type { Diagnosis } from '../../diagnose/index.js'

/** What is kept of a delivery. */
export interface ListenedDelivery {
  /** Counted from 1. */
  readonly number: number
  /** Unix time in milliseconds. */
  readonly receivedAt: number
  readonly method: string
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  /** The bytes that came, up to the limit of the receiver. */
  readonly body: Uint8Array
  /** The status that was answered. */
  readonly status: number
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
  const { number, receivedAt, status, outcome, durationMs, event, key, code, message, diagnosis, body } =
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
    bytes: body.length,
  }
}
