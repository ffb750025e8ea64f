/** Signs as Truedy does, to test a receiver. */

import { asBytes, type RawBody } from '../bytes.js'
import { requireOptions, wrongValue } from '../checks.js'
import { didYouMean } from '../did-you-mean.js'
import { signHex } from '../verify/hmac.js'
import { requireKey } from '../verify/keys.js'
import { signedPrefix } from '../verify/wire.js'
import { pythonJson } from './python-json.js'

/** A signed delivery, ready to POST. */
export interface SignedRequest<Body extends RawBody> {
  /** The body that was signed. Send exactly this. */
  body: Body
  headers: {
    'content-type': string
    'x-truedy-timestamp': string
    'x-truedy-signature': string
  }
}

/** Options of {@link signDelivery}. */
export interface SignOptions {
  /** The time of sending: Unix seconds, a `Date`, or the exact value of the header. Default: now. */
  readonly timestamp?: number | string | Date | undefined
}

/**
 * Signs a delivery as Truedy does (src/CONTRACT.md §2): HMAC-SHA256, keyed with the UTF-8 bytes of the secret, over the text
 * of the timestamp header, a dot, and the body.
 *
 * An object becomes JSON as Truedy's Python sender writes it (`", "`, `": "`, `\u00fc`). `JSON.stringify` never writes the same
 * text. So a receiver that re-serializes the body before it verifies already fails in a test, not just in production.
 *
 * @param payload - an envelope, such as {@link sampleEvent} creates, which becomes JSON text; or a raw body, taken as it is
 * @param secret - the endpoint's secret
 * @param options - `timestamp`: Unix seconds, a `Date`, or the exact value of the header; default: now
 * @returns the body and the headers to send it with
 * @throws `WebhookError` `invalid_secret`, `invalid_options`
 *
 * @example
 * ```ts
 * import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
 *
 * const { body, headers } = await signDelivery(sampleEvent('call.ended'), 'whsec_example')
 * const request = new Request('https://example.com/webhooks/truedy', { method: 'POST', body, headers })
 * console.log(request.headers.get('x-truedy-signature'))
 * ```
 */
export function signDelivery<Body extends RawBody>(
  payload: Body,
  secret: string,
  options?: SignOptions,
): Promise<SignedRequest<Body>>
export function signDelivery(
  payload: object,
  secret: string,
  options?: SignOptions,
): Promise<SignedRequest<string>>
export async function signDelivery(
  payload: RawBody | object,
  secret: string,
  options: SignOptions = {},
): Promise<SignedRequest<RawBody>> {
  requireOptions(options, ['timestamp'], (name) => didYouMean(name, ['timestamp']))
  const timestamp = headerText(options.timestamp ?? new Date())
  const bytes = asBytes(payload) ?? pythonJson(requirePayload(payload))
  return {
    // If `bytes` is not a string, `asBytes` returned it, so the payload is a raw body.
    body: typeof bytes === 'string' ? bytes : (payload as RawBody),
    headers: {
      'content-type': 'application/json',
      'x-truedy-timestamp': timestamp,
      'x-truedy-signature': await signHex(requireKey(secret), signedPrefix(timestamp), bytes),
    },
  }
}

/** Returns the payload if it is an object. Anything else, such as `undefined`, is a mistake in the test. */
function requirePayload(payload: unknown): object {
  if (typeof payload === 'object' && payload !== null) return payload
  throw wrongValue('payload', 'an object or a raw body', payload)
}

function headerText(timestamp: number | string | Date): string {
  return timestamp instanceof Date ? String(Math.floor(timestamp.getTime() / 1000)) : String(timestamp)
}
