/** Finds out whether a receiver parses a body, and writes it as JSON again, before it verifies the signature. */

import { type SignedRequest, signDelivery } from './sign.js'

/** The message for a person who has such a receiver. */
export const RESERIALIZED =
  'The receiver parses the body and re-serializes it before it verifies: JSON.stringify writes other bytes than Truedy signed. Verify the raw body, as it arrived, before any parser.'

/** The body of the probe, as text. */
const PROBE = '{"probe": 1.0}'

/**
 * A request whose signature belongs not to its body, but to what `JSON.parse` and `JSON.stringify` make of it. It isn't an event, so no handler runs.
 */
export async function createProbe(secret: string): Promise<SignedRequest<string>> {
  const { headers } = await signDelivery('{"probe":1}', secret)
  return { body: PROBE, headers }
}

/** Tells whether a body is that of a probe. */
export function isProbe(body: Uint8Array): boolean {
  return body.length === PROBE.length && new TextDecoder().decode(body) === PROBE
}

/** Tells whether a status is what receivers reject a wrong signature with, so that the probe is worth sending. */
export function isRejection(status: number): boolean {
  return status === 400 || status === 401 || status === 403
}

/**
 * Tells whether the status of the probe shows that its signature was accepted.
 *
 * @param rejected - the status of a valid delivery, with the same secret
 */
export function isSignatureAccepted(probe: number, rejected: number): boolean {
  // A body that isn't an event is accepted as an unknown type, rejected with 400 or 422, or makes the handler fail.
  return probe !== rejected && ((probe >= 200 && probe < 300) || [400, 422, 500].includes(probe))
}
