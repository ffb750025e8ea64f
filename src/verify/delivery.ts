/**
 * Checks everything that needs no key: the body is raw, the headers are present and well formed, the timestamp is fresh. A
 * delivery that passes is a {@link SignedDelivery}, ready for one HMAC.
 */

import { asBytes, type Bytes, isWellFormed, kindOf } from '../bytes.js'
import { invalidOption, wrongValue } from '../checks.js'
import { WebhookError } from '../errors.js'
import { parseTimestamp } from '../timestamp.js'
import { findHeaders, type HeadersInput } from './headers.js'
import type { Key } from './keys.js'
import { asWebhookError, type VerifySettings } from './options.js'
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

/** The content of the two headers. */
export type SignatureHeaders = Pick<SignedDelivery, 'sentAt' | 'prefix' | 'signature'>

/**
 * Checks all that needs neither body nor key: presence, form and age of the headers.
 *
 * @throws WebhookError and nothing else, whatever it is given
 */
export function readSignatureHeaders(headers: HeadersInput, settings: VerifySettings): SignatureHeaders {
  try {
    if (typeof headers !== 'object' || headers === null) {
      throw wrongValue('headers', "the request's headers", headers)
    }
    const [timestamp, signature] = findHeaders(headers, settings.headerNames)
    if (!timestamp) throw headerError('missing', 'timestamp')
    if (!signature) throw headerError('missing', 'signature')
    if (typeof timestamp !== 'string') throw headerError('malformed', 'timestamp')
    const sentAt = parseTimestamp(timestamp)
    if (sentAt === undefined) throw headerError('malformed', 'timestamp')
    if (!isSignature(signature)) throw headerError('malformed', 'signature')
    requireFresh(sentAt, settings)
    return { sentAt, prefix: signedPrefix(timestamp), signature }
  } catch (error) {
    throw asWebhookError(error)
  }
}

/**
 * A body as bytes or text, if it is raw.
 *
 * @throws WebhookError `body_not_raw` and nothing else, whatever it is given
 */
export function requireRawBody(rawBody: unknown): Bytes {
  try {
    const body = asBytes(rawBody)
    if (body === undefined) throw bodyNotRaw(rawBody)
    if (typeof body === 'string' && !isWellFormed(body)) {
      throw new WebhookError(
        'body_not_raw',
        'The body is a string with half a surrogate pair, so bytes were lost when it was decoded. Pass the bytes.',
      )
    }
    return body
  } catch (error) {
    throw asWebhookError(error)
  }
}

/**
 * Checks all that needs no key, the cheapest first.
 *
 * @throws WebhookError and nothing else, whatever it is given
 */
export function readDelivery(
  rawBody: unknown,
  headers: HeadersInput,
  settings: VerifySettings,
): SignedDelivery {
  // The body comes first: a parsed body is the program's mistake, and every delivery shows it.
  const body = requireRawBody(rawBody)
  const { sentAt, prefix, signature } = readSignatureHeaders(headers, settings)
  return { sentAt, prefix, body, signature, keys: settings.keys }
}

/** Tells whether a value has the form of a signature: 64 hexadecimal digits. */
export function isSignature(value: unknown): value is string {
  return typeof value === 'string' && value.length === 64 && !NOT_A_HEX_DIGIT.test(value)
}

function requireFresh(sentAt: number, { toleranceSeconds, now }: VerifySettings): void {
  const age = (now() - sentAt) / 1000
  // NaN compares as false with everything. It must not count as fresh.
  if (Math.abs(age) <= toleranceSeconds) return
  if (!Number.isFinite(age))
    throw invalidOption('now() must return milliseconds since 1970 as a finite number.')
  throw new WebhookError(
    age > 0 ? 'timestamp_too_old' : 'timestamp_too_new',
    `The timestamp is ${Math.abs(Math.round(age))} s ${age > 0 ? 'old' : 'ahead'}, and the tolerance is ${toleranceSeconds} s. ` +
      "Check this machine's clock (NTP); if it is right, the delivery is late or was replayed.",
  )
}

const NAME = { timestamp: 'X-Truedy-Timestamp', signature: 'X-Truedy-Signature' }
const FORM = { timestamp: 'Unix seconds or ISO 8601', signature: '64 hexadecimal digits' }

function headerError(fault: 'missing' | 'malformed', header: keyof typeof FORM): WebhookError {
  // The value stays out of the message: a stranger may have written it, and messages end up in logs.
  const isMissing = fault === 'missing'
  return new WebhookError(
    `${fault}_${header}`,
    `The ${NAME[header]} header ${isMissing ? 'is missing' : `must be ${FORM[header]}, once`}. ` +
      `Pass the request's headers as they are; if you do, a proxy ${isMissing ? 'removed' : 'changed'} it or the request isn't from Truedy.`,
  )
}

function bodyNotRaw(body: unknown): WebhookError {
  return new WebhookError(
    'body_not_raw',
    `The body is ${kindOf(body)}, not the raw bytes. Keep the bytes as they arrive. ` +
      "Express: mount this, or express.raw({ type: '*/*' }), before express.json(). Fastify: parseAs: 'buffer', no JSON parser. " +
      'NestJS: rawBody: true, req.rawBody. Koa: no parser. Next.js Pages: bodyParser: false. Vercel: export POST. ' +
      'Fetch: request.arrayBuffer(). Lambda: decode if isBase64Encoded.',
  )
}
