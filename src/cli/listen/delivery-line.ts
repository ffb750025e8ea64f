/** A delivery as one line of JSON: what `--json` prints, and what the feed of the page sends. */

import type { ListenedDelivery } from './listened-delivery.js'

/** A delivery without headers and body. */
export interface DeliveryLine extends Pick<ListenedDelivery, 'number' | 'outcome' | 'durationMs' | 'bytes'> {
  /** ISO 8601. */
  readonly receivedAt: string
  readonly status: number | undefined
  readonly event: string | undefined
  readonly key: string | undefined
  readonly code: string | undefined
  readonly message: string | undefined
  readonly causes?: readonly string[]
  readonly explanation?: string
  readonly fix?: string
}

/** The line of a delivery. */
export function toLine(delivery: ListenedDelivery): DeliveryLine {
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
