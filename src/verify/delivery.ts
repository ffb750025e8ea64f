/**
 * The checks that need no key: the body is raw, the headers are present and well formed, and the timestamp is fresh. A delivery
 * that passes is a {@link SignedDelivery}, ready for the HMAC with each key.
 */

import { asBytes, type Bytes, isWellFormed, kindOf } from '../bytes.js'
import { wrongValue } from '../checks.js'
import { WebhookError } from '../errors.js'
import { parseTimestamp } from '../timestamp.js'
import { findHeaders, type HeadersInput } from './headers.js'
import type { Key } from './keys.js'
import { asWebhookError, type VerifySettings } from './options.js'
import { type HeaderNames, SPELLED_HEADER_NAMES, signedPrefix } from './wire.js'

/** A delivery that is complete, well formed and fresh. Its signature is still to be verified. */
export interface SignedDelivery {
  /** The time in the timestamp header, in milliseconds since 1970. */
  readonly sentAt: number
  /** The part of the signed message before the body: the timestamp header and a dot. */
  readonly prefix: string
  /** The raw body. Parse it only after the signature was verified. */
  readonly body: Bytes
  /** 64 hexadecimal digits, in either case. */
  readonly signature: string
  readonly keys: readonly Key[]
}

const NOT_A_HEX_DIGIT = /[^\da-fA-F]/

/** The content of the two headers. */
export type SignatureHeaders = Pick<SignedDelivery, 'sentAt' | 'prefix' | 'signature'>

/**
 * Checks that the two headers are present, well formed and fresh. Needs neither the body nor a key.
 *
 * @throws WebhookError `missing_…`, `malformed_…`, `timestamp_…`, `invalid_options`. Nothing else, whatever the arguments are
 */
export function readSignatureHeaders(headers: HeadersInput, settings: VerifySettings): SignatureHeaders {
  try {
    if (typeof headers !== 'object' || headers === null) {
      throw wrongValue('headers', "the request's headers", headers)
    }
    const [timestamp, signature] = findHeaders(headers, settings.headerNames)
    if (!timestamp) throw headerError('missing', 'timestamp', settings)
    if (!signature) throw headerError('missing', 'signature', settings)
    const text = typeof timestamp === 'string' ? timestamp : ''
    const sentAt = parseTimestamp(text)
    if (sentAt === undefined) throw headerError('malformed', 'timestamp', settings)
    if (!isSignature(signature)) throw headerError('malformed', 'signature', settings)
    requireFresh(sentAt, settings)
    return { sentAt, prefix: signedPrefix(text), signature }
  } catch (error) {
    throw asWebhookError(error)
  }
}

/**
 * Returns a body if it is raw.
 *
 * @throws WebhookError `body_not_raw`, or `invalid_options` if reading the value throws. Nothing else, whatever the value is
 */
export function requireRawBody(rawBody: unknown): Bytes {
  try {
    const body = asBytes(rawBody)
    if (body === undefined) throw bodyNotRaw(rawBody)
    if (typeof body === 'string' && !isWellFormed(body)) {
      throw new WebhookError(
        'body_not_raw',
        'The body is a string with half a surrogate pair, so decoding it lost bytes. Pass the bytes.',
      )
    }
    return body
  } catch (error) {
    throw asWebhookError(error)
  }
}

/**
 * Runs all checks of this file: first the body, then the headers.
 *
 * @throws WebhookError and nothing else, whatever the arguments are
 */
export function readDelivery(
  rawBody: unknown,
  headers: HeadersInput,
  settings: VerifySettings,
): SignedDelivery {
  // The body comes first: a parsed body is a mistake in the program, which should show even for a delivery that isn't fresh.
  const body = requireRawBody(rawBody)
  const { sentAt, prefix, signature } = readSignatureHeaders(headers, settings)
  return { sentAt, prefix, body, signature, keys: settings.keys }
}

/** Tells whether a value has the form of a signature: 64 hexadecimal digits. */
export function isSignature(value: unknown): value is string {
  return typeof value === 'string' && value.length === 64 && !NOT_A_HEX_DIGIT.test(value)
}

function requireFresh(sentAt: number, { toleranceSeconds, now }: VerifySettings): void {
  const time = now()
  const age = (time - sentAt) / 1000
  // Every comparison with NaN is false, so NaN doesn't count as fresh.
  if (Math.abs(age) <= toleranceSeconds) return
  if (!Number.isFinite(age)) throw wrongValue("now's result", 'finite milliseconds since 1970', time)
  const isOld = age > 0
  throw new WebhookError(
    isOld ? 'timestamp_too_old' : 'timestamp_too_new',
    `The timestamp is ${Math.abs(Math.round(age))} s ${isOld ? 'old' : 'ahead'}, and the tolerance is ${toleranceSeconds} s. ` +
      `Check this machine's clock (NTP).${isOld ? ' If it is right, the delivery is late or was replayed.' : ''}`,
  )
}

const FORM = { timestamp: 'Unix seconds or ISO 8601', signature: '64 hexadecimal digits' }

function headerError(
  fault: 'missing' | 'malformed',
  header: keyof HeaderNames,
  { headerNames = SPELLED_HEADER_NAMES }: VerifySettings,
): WebhookError {
  // The message doesn't quote the value, because anyone can send one, and messages end up in logs.
  return new WebhookError(
    `${fault}_${header}`,
    `The ${headerNames[header]} header ${fault === 'missing' ? 'is missing' : `must be one value: ${FORM[header]}`}. ` +
      "Pass the request's headers unchanged. If you already do, a proxy changes them, or the request isn't from Truedy.",
  )
}

function bodyNotRaw(body: unknown): WebhookError {
  return new WebhookError(
    'body_not_raw',
    `The body is not the raw bytes (got ${kindOf(body)}). Keep the bytes as they arrive. ` +
      "Express: mount the handler, or express.raw({ type: '*/*', limit: '1mb' }), before express.json(). Fastify: parseAs: 'buffer', no JSON parser. " +
      'NestJS: rawBody: true, req.rawBody. Koa: no parser. Next.js Pages: bodyParser: false. Vercel: export POST. ' +
      'Fetch: request.arrayBuffer(). Lambda: decode if isBase64Encoded.',
  )
}
