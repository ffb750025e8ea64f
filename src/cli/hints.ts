/** Hints for a delivery that got no 2xx response. */

import { hintForCode } from '../testing/endpoint/error-codes.js'
import { RESERIALIZED } from '../testing/reserialization.js'
import type { PostResult } from './transport.js'

/** Hints by status, for a response whose body has no known code. */
const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'The receiver rejects the signature, or something in front of it asks for a login. Check the secret, and let this path through without a login.',
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

/** A failed delivery in a few words, and what to do. */
export interface Explanation {
  readonly what: string
  readonly hint: string
}

/** Explains why a delivery got no 2xx. The result can contain strings from the receiver: make them {@link printable}. */
export function explain(result: PostResult): Explanation {
  if (result.kind === 'no response') return { what: 'no response', hint: result.reason }
  const { status, error, location, isReserialized } = result
  if (isReserialized) return { what: error ?? '', hint: RESERIALIZED }
  if (location !== undefined) {
    return {
      what: `redirect to ${location}`,
      hint: "This command doesn't follow redirects, and Truedy might not either. Use the final URL, or remove the redirect.",
    }
  }
  if (error !== undefined) return { what: error, hint: hintForCode(error) ?? byStatus(status) }
  return { what: '', hint: byStatus(status) }
}

function byStatus(status: number): string {
  const hint = BY_STATUS[status]
  if (hint) return hint
  if (status >= 500) return 'The receiver failed. Look at its log.'
  if (status >= 300 && status < 400)
    return 'The receiver sent a redirect without a Location header. It must respond with 2xx.'
  return 'The receiver must respond with 2xx. Use 204.'
}
