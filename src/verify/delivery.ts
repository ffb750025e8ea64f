/**
 * All that can be said of a delivery without a key: is the body raw, are the headers there and well formed, is it
 * fresh. What passes is a {@link SignedDelivery}, ready for one HMAC.
 */

import { asBytes, type Bytes, kindOf } from '../bytes.js'
import { WebhookError } from '../errors.js'
import { parseTimestamp } from '../timestamp.js'
import { findHeaders, type HeadersInput } from './headers.js'
import type { Key } from './keys.js'
import { asWebhookError, invalidOptions, type VerifySettings } from './options.js'
import { signedPrefix } from './wire.js'

/** A delivery that is complete, well formed and fresh. Whether its signature is valid is for the HMAC to say. */
export interface SignedDelivery {
  /** When it was sent, in milliseconds since 1970. */
  readonly sentAt: number
  /** The signed text before the body: the timestamp header and a dot. */
  readonly prefix: string
  /** The signed body, to be parsed only after the signature was verified. */
  readonly body: Bytes
  /** 64 hexadecimal digits, in either case. */
  readonly signature: string
  readonly keys: readonly Key[]
}

const NOT_A_HEX_DIGIT = /[^\da-fA-F]/

/**
 * Checks all that needs no key: presence, format, age; the cheapest first.
 *
 * @throws WebhookError and nothing else, whatever it is given
 */
export function readDelivery(
  rawBody: unknown,
  headers: HeadersInput,
  settings: VerifySettings,
): SignedDelivery {
  try {
    const body = asBytes(rawBody)
    if (body === undefined) throw bodyNotRaw(rawBody)

    const [timestamp, signature] = findHeaders(headers, settings.headerNames)
    if (!timestamp) throw headerError('missing', 'timestamp')
    if (!signature) throw headerError('missing', 'signature')
    if (typeof timestamp !== 'string') throw headerError('malformed', 'timestamp')
    const sentAt = parseTimestamp(timestamp)
    if (sentAt === undefined) throw headerError('malformed', 'timestamp')
    if (!isSignature(signature)) throw headerError('malformed', 'signature')
    requireFresh(sentAt, settings)

    return { sentAt, prefix: signedPrefix(timestamp), body, signature, keys: settings.keys }
  } catch (error) {
    throw asWebhookError(error)
  }
}

/** Whether a value has the form of a signature: 64 hexadecimal digits. */
export function isSignature(value: unknown): value is string {
  return typeof value === 'string' && value.length === 64 && !NOT_A_HEX_DIGIT.test(value)
}

function requireFresh(sentAt: number, { toleranceSeconds, now }: VerifySettings): void {
  const age = (now() - sentAt) / 1000
  // NaN compares as false with everything, and must not pass for fresh.
  if (Math.abs(age) <= toleranceSeconds) return
  if (!Number.isFinite(age)) throw invalidOptions()
  throw new WebhookError(
    age > 0 ? 'timestamp_too_old' : 'timestamp_too_new',
    `The timestamp is ${Math.abs(Math.round(age))} s ${age > 0 ? 'old' : 'ahead'}, the tolerance ${toleranceSeconds} s. ` +
      'Late, replayed, or wrong clock.',
  )
}

const FORM = { timestamp: 'Unix seconds or ISO 8601', signature: '64 hex digits' }

function headerError(fault: 'missing' | 'malformed', header: keyof typeof FORM): WebhookError {
  // The value stays out of the message: whoever sent it wrote it, and messages end in logs.
  return new WebhookError(
    `${fault}_${header}`,
    `X-Truedy-${header} header ${fault}: expected ${FORM[header]}. Not from Truedy, a proxy, not request.headers?`,
  )
}

function bodyNotRaw(body: unknown): WebhookError {
  return new WebhookError(
    'body_not_raw',
    `The body is ${kindOf(body)}, not the raw bytes. ` +
      "Express: mount this, or express.raw({ type: '*/*' }), before express.json(). Fastify: parseAs: 'buffer', no JSON parser. " +
      'NestJS: rawBody: true, req.rawBody. Koa: no parser. Next.js Pages: bodyParser: false. ' +
      'Fetch: request.arrayBuffer(). Lambda: decode if isBase64Encoded.',
  )
}
