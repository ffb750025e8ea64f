/** Finds out whether a receiver re-serializes the body before it verifies the signature. */

import { hintForCode } from './response-hints.js'
import { type SignedRequest, signDelivery } from './sign.js'

/** What to tell the developer of such a receiver. */
export const RESERIALIZED =
  'The receiver, or a proxy in front of it, re-serializes the body before the signature is verified, but JSON.stringify writes other bytes than Truedy signed. Verify the raw body, before any parser.'

/** What to tell a developer who looks at a probe. */
export const PROBE_NOTE =
  'This is a probe, and the rejection is correct. After a rejected delivery, `send`, `check` and `deliver()` send one to find out whether the receiver re-serializes the body.'

/** The body of the probe, and the text that is signed for it. */
const PROBE = '{"probe": 1.0}'
const SIGNED = '{"probe":1}'
/** A proxy may indent the body. */
const MAX_PROBE_BYTES = 64

/**
 * Creates a request whose signature covers not its body, but the output of `JSON.stringify(JSON.parse(body))`. The body isn't
 * an event, so no handler runs.
 */
export async function createProbe(secret: string): Promise<SignedRequest<string>> {
  const { headers } = await signDelivery(SIGNED, secret)
  return { body: PROBE, headers }
}

/** Tells whether a body is that of a probe, as sent or re-serialized. */
export function isProbe(body: Uint8Array): boolean {
  if (body.length > MAX_PROBE_BYTES) return false
  try {
    return JSON.stringify(JSON.parse(new TextDecoder().decode(body))) === SIGNED
  } catch {
    return false
  }
}

/** The parts of a response that say whether a signature was accepted. `error` is the code in its body. */
interface Judgment {
  readonly status: number
  readonly error?: string | undefined
}

/**
 * Tells whether a response may reject a signature, so that a probe is worth sending: yes, unless a receiver of this library names
 * another reason.
 */
export function isRejection({ status, error }: Judgment): boolean {
  if (status !== 400 && status !== 401 && status !== 403) return false
  return error === undefined || error === 'signature_mismatch' || hintForCode(error) === undefined
}

/**
 * Tells whether the response to a probe shows that its signature was accepted.
 *
 * @param probed - the response to the probe
 * @param rejectionStatus - the status with which a valid delivery was rejected
 */
export function isSignatureAccepted(probed: Judgment, rejectionStatus: number): boolean {
  // This library says so only of a body whose signature is valid. The endpoint may turn every error into one status.
  if (probed.error === 'invalid_event') return true
  if (probed.status === rejectionStatus) return false
  // The probe isn't an event: receivers accept it as an unknown type, reject it with 400 or 422, or fail.
  return (probed.status >= 200 && probed.status < 300) || [400, 422, 500].includes(probed.status)
}
