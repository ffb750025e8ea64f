/** What the developer of a receiver can do about a response that isn't a 2xx. */

import type { WebhookErrorCode } from '../errors.js'
import { isObject } from '../json.js'
import { isRedirect } from './redirect.js'

const HEADERS =
  'The receiver got no valid X-Truedy headers. If you sent them, a proxy removes or changes them: let them through.'
const CLOCK =
  "The timestamp is too far from the receiver's clock. If you didn't resend an old delivery with its original timestamp, set both clocks with NTP."
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
    'Give the receiver the secret that signed this delivery. If it has that secret, let it verify the raw body, before any parser.',
  invalid_json: BODY,
  invalid_event: BODY,
  method_not_allowed: 'The receiver got a method other than POST. Check the proxy in front of the receiver.',
  body_too_large:
    'The body is larger than the receiver accepts. If you expect such bodies, raise its maxBodyBytes.',
  body_not_raw:
    "The handler got no raw body: a body parser ran before it, or this kind of handler doesn't fit the framework. The receiver's log says which.",
  invalid_secret: 'The secret of the receiver is missing or invalid. Its log says what to fix.',
  invalid_options: "The receiver's options are invalid. Its log names the option.",
  handler_timeout: 'The handler took longer than handlerTimeoutMs. Hand slow work to a queue.',
  // A response has this code only if the function `secret` or `scope` timed out. For a store or queue, the code is `failed`.
  step_timeout:
    "The receiver's secret or scope function took longer than stepTimeoutMs. Check the server that it calls.",
  busy: 'The receiver is still processing the same event. Truedy may retry it later, as send --retry does.',
  failed: 'The receiver failed, for example its handler, store or queue. Look at its log.',
}

const REJECTED =
  'The receiver rejects the delivery. Give it the secret that signed this delivery, and let it verify the raw body, before any parser.'

/** Hints by status, for a response whose body has no known code. */
const BY_STATUS: Readonly<Record<number, string>> = {
  400: REJECTED,
  401: `${REJECTED} If something in front of it asks for a login, let this path through.`,
  403: 'A firewall, CSRF protection or the receiver itself rejects the delivery. Let this path through, and check the secret.',
  404: 'Nothing is at this path. Check the URL.',
  405: 'This path has no route for POST. Check the URL and the method of the route.',
  408: "The receiver didn't read the body in time. Look at its log.",
  413: 'A proxy or the framework rejects a body of this size. Raise its limit.',
  415: "The receiver doesn't accept application/json. Accept it on this path.",
  429: "The receiver limits the request rate, but Truedy doesn't know the limit. Exempt this path from the limit.",
  502: "A gateway responds, but the receiver behind it doesn't. Check that the receiver is up.",
  503: 'The receiver is down or busy. Check that it is up, and look at its log.',
  504: 'A gateway responds, but the receiver behind it takes too long. Hand slow work to a queue.',
}

const REDIRECTED =
  'Truedy might not follow redirects. Use the final URL, or, if it is a login page, let the path of the webhook through without a login.'
const LOGIN =
  'Something in front of the receiver asks for a login (WWW-Authenticate). Let the path of the webhook through without a login.'

/** The parts of a response that say why it isn't a 2xx. */
export interface ResponseFacts {
  readonly status: number
  /** The target of a redirect. */
  readonly location?: string | undefined
  /** True if the response has the header `WWW-Authenticate`, which no receiver of this library sends. */
  readonly asksForLogin?: boolean | undefined
}

/** Reads the code in `{"error":code}`, which this library's receivers send. */
export function errorCodeIn(responseText: string): string | undefined {
  try {
    const body: unknown = JSON.parse(responseText)
    const error = isObject(body) ? body['error'] : undefined
    return typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : undefined
  } catch {
    return undefined
  }
}

/** Returns the hint for an error code, or `undefined` if there is none or it isn't this library's. */
export function hintForCode(error: string | undefined): string | undefined {
  const hints: Readonly<Record<string, string>> = BY_ERROR
  return error !== undefined && Object.hasOwn(hints, error) ? hints[error] : undefined
}

/** Returns the hint for a response whose body has no known code. */
export function hintForStatus({ status, location, asksForLogin }: ResponseFacts): string {
  if (location !== undefined) return REDIRECTED
  if (asksForLogin) return LOGIN
  const hint = BY_STATUS[status]
  if (hint) return hint
  if (status >= 500) return 'The receiver failed. Look at its log.'
  if (isRedirect(status))
    return 'The receiver sent a redirect without a Location header. It must respond with 2xx.'
  return 'The receiver must respond with 2xx. Use 204.'
}
