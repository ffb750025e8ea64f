/** A refused delivery as a value: what a `WebhookError` holds, before anyone throws it. */

import { statusOf, type WebhookErrorCode, type WebhookErrorStatus } from './errors.js'

/** Why a delivery was refused. */
export interface VerificationFailure {
  readonly ok: false
  /** What went wrong, as a stable name. */
  readonly code: WebhookErrorCode
  /** The HTTP status to answer with. */
  readonly status: WebhookErrorStatus
  /** What happened and what to do, without secret material. */
  readonly message: string
}

/** A failure with the status of its code. */
export function failure(code: WebhookErrorCode, message: string): VerificationFailure {
  return { ok: false, code, status: statusOf(code), message }
}
