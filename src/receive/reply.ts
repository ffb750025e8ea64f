/** Maps the outcome of a delivery to the HTTP response (src/CONTRACT.md §6). */

import { isWebhookError } from '../errors.js'
import type { Result } from './outcome.js'

/** A response as plain values. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Empty, or `{"error":"<code>"}`. */
  readonly body: string
}

/**
 * Returns the reply to a delivery. It has the code of an error but no details, because anyone can send a request.
 *
 * @param result - the outcome
 * @param leaseMs - how long a worker that crashed may still hold the event, in milliseconds
 */
export function toReply(result: Result, leaseMs: number): Reply {
  switch (result.status) {
    case 'processed':
    case 'queued':
    case 'duplicate':
      return { status: 204, headers: {}, body: '' }
    case 'busy':
      // If the worker that holds the event crashed, its lease has expired by then.
      return errorReply(503, 'busy', { 'retry-after': String(Math.ceil(leaseMs / 1000)) })
    case 'rejected': {
      const { status, code } = result.error
      return errorReply(status, code, status === 405 ? { allow: 'POST' } : {})
    }
    case 'failed':
      // The handler may still be running, so a retry should come after its lease has expired.
      if (isWebhookError(result.error) && result.error.code === 'handler_timeout') {
        return errorReply(503, 'handler_timeout', { 'retry-after': String(Math.ceil(leaseMs / 1000)) })
      }
      return errorReply(500, 'failed')
  }
}

function errorReply(status: number, error: string, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ error }),
  }
}
