/** Hints for a delivery that got no 2xx. */

import type { WebhookErrorCode } from '../errors.js'
import { RESERIALIZED } from '../testing/reserialization.js'
import type { PostResult } from './transport.js'

const HEADERS =
  'Something in front of the receiver removes or changes the X-Truedy headers. Let them through.'
const CLOCK = 'The clocks of this machine and the receiver differ by minutes. Set both with NTP.'
const BODY =
  'The receiver found no event in the body. If you sent one, something changes the body on the way.'

/** Hints by the error code in the body of the response. */
const BY_ERROR: Readonly<Record<WebhookErrorCode | 'busy' | 'failed', string>> = {
  missing_timestamp: HEADERS,
  missing_signature: HEADERS,
  malformed_timestamp: HEADERS,
  malformed_signature: HEADERS,
  timestamp_too_old: CLOCK,
  timestamp_too_new: CLOCK,
  signature_mismatch:
    'Give the receiver the same secret. If it has the same, something parses the body before it is verified.',
  invalid_json: BODY,
  invalid_event: BODY,
  method_not_allowed: 'The receiver got a method other than POST. Look at what is in front of it.',
  body_too_large:
    'The body is larger than the receiver accepts. If you expect such bodies, raise maxBodyBytes there.',
  body_not_raw: 'A body parser runs before the handler. Pass the raw body to the handler.',
  invalid_secret: 'The receiver has no valid secret. Its log says what is wrong with it.',
  invalid_options: "The receiver's options are invalid. Its log names the option.",
  handler_timeout: 'The handler took longer than handlerTimeoutMs. Hand slow work to a queue.',
  step_timeout: "The receiver's store timed out. Check that its server is up.",
  busy: 'The same event is being processed. Truedy retries it, and so does --retry.',
  failed: "The handler, the store or the queue failed. Look at the receiver's log.",
}

/** Hints by status, if the body has no code that is known here. */
const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'Something in front of the receiver asks for a login. Truedy has none, so let this path through.',
  403: 'A firewall or CSRF protection rejects it. Let this path through.',
  404: 'Nothing is at this path. Check the URL.',
  405: 'This path has no route for POST. Check the URL and the method of the route.',
  408: "The receiver didn't read the body in time. Look at its log.",
  413: 'The body is larger than something on the way accepts. Raise the limit of the proxy or framework.',
  415: "The receiver doesn't accept application/json. Accept it on this path.",
  429: "The receiver limits the request rate, but Truedy doesn't know the limit. Exempt this path.",
  502: "A gateway responds, but the receiver behind it doesn't. Check that the receiver is up.",
  503: "A gateway responds, but the receiver behind it doesn't. Check that the receiver is up.",
  504: 'A gateway responds, but the receiver behind it takes too long. Respond first, and do slow work later.',
}

/** The result of a delivery in a few words, and what to do. */
export interface Explanation {
  readonly what: string
  readonly hint: string
}

/** Explains why a delivery got no 2xx. The texts hold what the receiver sent: make them {@link printable}. */
export function explain(result: PostResult): Explanation {
  if (result.kind === 'no response') return { what: 'no response', hint: result.reason }
  const { status, error, location, isReserialized } = result
  if (isReserialized) return { what: error ?? '', hint: RESERIALIZED }
  if (location !== undefined) {
    return {
      what: `redirect to ${location}`,
      hint: 'Truedy may not follow a redirect, and neither does this command. Use that URL.',
    }
  }
  if (error !== undefined) return { what: error, hint: knownHint(error) ?? byStatus(status) }
  return { what: '', hint: byStatus(status) }
}

function knownHint(error: string): string | undefined {
  const hints: Readonly<Record<string, string>> = BY_ERROR
  return Object.hasOwn(hints, error) ? hints[error] : undefined
}

function byStatus(status: number): string {
  const hint = BY_STATUS[status]
  if (hint) return hint
  if (status >= 500) return 'The receiver failed. Look at its log.'
  if (status >= 300 && status < 400)
    return 'The receiver sent a redirect without a Location header. The receiver must respond with 2xx.'
  return 'The receiver must respond with 2xx. Use 204.'
}
