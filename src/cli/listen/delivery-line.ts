/** Formats a delivery as one line of JSON, for `--json` and for the feed of the page. */

import type { AppResponse } from './forwarder.js'
import type { ListenedDelivery } from './listened-delivery.js'

/** A delivery without its headers and body. */
export interface DeliveryLine extends Pick<ListenedDelivery, 'number' | 'outcome' | 'durationMs' | 'bytes'> {
  /** ISO 8601. */
  readonly receivedAt: string
  readonly status: number | undefined
  readonly event: string | undefined
  readonly key: string | undefined
  /** True if the signature is valid. */
  readonly isValid: boolean
  readonly code: string | undefined
  readonly message: string | undefined
  readonly causes?: readonly string[]
  readonly explanation?: string
  readonly fix?: string
  /** The app's response, if deliveries are forwarded. */
  readonly app?: AppLine
}

/** The response of an app, without its body. */
export interface AppLine {
  /** `null` if the app did not respond. */
  readonly status: number | null
  readonly durationMs: number
  /** Says why there is no response. */
  readonly reason?: string
}

/** Returns the line of a delivery. */
export function toLine(delivery: ListenedDelivery): DeliveryLine {
  const { number, receivedAt, status, outcome, durationMs, event, key, code, message, diagnosis, bytes } =
    delivery
  return {
    number,
    receivedAt: new Date(receivedAt).toISOString(),
    status,
    outcome,
    isValid: delivery.isValid,
    event,
    key,
    code,
    message,
    ...(diagnosis && {
      causes: diagnosis.causes,
      explanation: diagnosis.explanation,
      fix: diagnosis.fix,
    }),
    durationMs: tenths(durationMs),
    bytes,
    ...(delivery.app && { app: toAppLine(delivery.app) }),
  }
}

function toAppLine({ result }: AppResponse): AppLine {
  const durationMs = tenths(result.ms)
  return result.kind === 'response'
    ? { status: result.status, durationMs }
    : { status: null, durationMs, reason: result.reason }
}

function tenths(number: number): number {
  return Math.round(number * 10) / 10
}
