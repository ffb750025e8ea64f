/** What to do about a delivery that got no 2xx. */

import type { WebhookErrorCode } from '../errors.js'
import { RESERIALIZED } from '../testing/reserialization.js'
import type { PostResult } from './transport.js'

const HEADERS = 'Something between here and the receiver drops or changes the X-Truedy headers.'
const CLOCK = 'The clocks of this machine and of the receiver differ by minutes: set the wrong one.'
const BODY = 'Is it an event? If it is, the receiver reads another body than was sent.'

/** By the error code in the body of the response. */
const BY_ERROR: Readonly<Record<WebhookErrorCode | 'busy' | 'failed', string>> = {
  missing_timestamp: HEADERS,
  missing_signature: HEADERS,
  malformed_timestamp: HEADERS,
  malformed_signature: HEADERS,
  timestamp_too_old: CLOCK,
  timestamp_too_new: CLOCK,
  signature_mismatch:
    'Has the receiver the same secret? If so, something parses the body before it is verified.',
  invalid_json: BODY,
  invalid_event: BODY,
  method_not_allowed: 'The receiver saw another method than POST: what stands in front of it?',
  body_too_large: 'Raise maxBodyBytes in the receiver, if such bodies are to be expected.',
  body_not_raw: 'A body parser runs before the handler: let the handler have the raw body.',
  invalid_secret: 'The receiver has no usable secret: set TRUEDY_WEBHOOK_SECRET there.',
  invalid_options: "The receiver's options are wrong: its log says which.",
  handler_timeout: 'The handler took longer than handlerTimeoutMs: hand slow work to a queue.',
  step_timeout: "The receiver's store does not answer: is its server up?",
  busy: 'The same event is being handled. Truedy sends it again; so does --retry.',
  failed: "The handler or the store threw an error: look at the receiver's log.",
}

/** By status, if the body has no code that is known here. */
const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'Something refuses it, perhaps a log-in in front of the receiver: Truedy has none.',
  403: 'Something refuses it, perhaps a firewall or CSRF protection: let this path through.',
  404: 'There is nothing at this path: is the URL right?',
  405: 'There is no route for POST at this path.',
  408: 'The receiver did not read the body in time.',
  413: 'Something limits the size of bodies below that of this one.',
  415: 'The receiver does not take application/json.',
  429: 'The receiver limits the rate: Truedy will not know.',
  502: 'A gateway answers; the receiver behind it does not.',
  503: 'A gateway answers; the receiver behind it does not.',
  504: 'A gateway answers; the receiver behind it takes too long.',
}

/** What a delivery came to, in a few words, and what to do about it. */
export interface Explanation {
  readonly what: string
  readonly hint: string
}

/** Explains why a delivery got no 2xx. The texts hold what the receiver sent: make them {@link printable}. */
export function explain(result: PostResult): Explanation {
  if (result.kind === 'no response') return { what: 'no answer', hint: result.reason }
  const { status, error, location, isReserialized } = result
  if (isReserialized) return { what: error ?? '', hint: RESERIALIZED }
  if (location !== undefined) {
    return {
      what: `redirect to ${location}`,
      hint: 'Truedy may not follow it, nor is it followed here: give that URL instead.',
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
  if (status >= 500) return 'The receiver failed: look at its log.'
  if (status >= 300 && status < 400)
    return 'A redirect without a Location: the receiver must answer with 2xx.'
  return 'The receiver must answer with 2xx, best 204.'
}
