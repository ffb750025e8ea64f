/**
 * All that can be said of a delivery without a key: is the body raw, are the headers there and well formed, is it
 * fresh. What passes is a {@link SignedDelivery}, ready for one HMAC.
 */

import { asBytes, type Bytes } from './bytes.js'
import type { WebhookErrorCode } from './errors.js'
import { failure, type VerificationFailure } from './failure.js'
import { type HeaderNames, type HeadersInput, readHeaders } from './headers.js'
import {
  DEFAULT_TOLERANCE_SECONDS,
  findMistake,
  readSecrets,
  type Secret,
  type VerifyOptions,
} from './options.js'
import { parseTimestamp } from './timestamp.js'

/** A delivery that is complete, well formed and fresh. Whether it is genuine is for the HMAC to say. */
export interface SignedDelivery {
  readonly ok: true
  /** When it was sent, in milliseconds since 1970. */
  readonly sentAt: number
  /** What was signed before the body: the text of the timestamp header and a dot. */
  readonly prefix: string
  readonly body: Bytes
  /** 64 hexadecimal digits, in either case. */
  readonly signature: string
  readonly secrets: readonly string[]
}

// Contract §1: the documented names, and those of the early sender.
const HEADER_NAMES: HeaderNames = { timestamp: 'x-truedy-timestamp', signature: 'x-truedy-signature' }
const OLDER_HEADER_NAMES: HeaderNames = { timestamp: 'x-trudy-timestamp', signature: 'x-trudy-signature' }

const SIGNATURE_LENGTH = 64
const NOT_A_HEX_DIGIT = /[^\da-fA-F]/
const NO_OPTIONS: VerifyOptions = {}

/** Checks all that needs no key: the program's own mistakes, presence, format, age. Never throws. */
export function readDelivery(
  rawBody: unknown,
  headers: HeadersInput,
  secret: Secret,
  options = NO_OPTIONS,
): SignedDelivery | VerificationFailure {
  try {
    return checkDelivery(rawBody, headers, secret, options)
  } catch {
    // A getter, a proxy or a clock that throws; its message may quote what must not be logged.
    return failure(
      'invalid_options',
      'The body, headers, secret or options threw an error when they were read.',
    )
  }
}

function checkDelivery(
  rawBody: unknown,
  headers: HeadersInput,
  secret: Secret,
  options: VerifyOptions,
): SignedDelivery | VerificationFailure {
  const secrets = readSecrets(secret)
  if (!('length' in secrets)) return secrets
  const mistake = findMistake(options)
  if (mistake) return mistake
  const body = asBytes(rawBody)
  if (body === undefined) return bodyNotRaw(rawBody)
  if (typeof headers !== 'object' || headers === null) {
    return failure('invalid_options', 'The headers must be a Headers object or a record of names and values.')
  }

  let names = options.headerNames ? lowerCase(options.headerNames) : HEADER_NAMES
  let { timestamp, signature } = readHeaders(headers, names)
  if (timestamp === undefined && signature === undefined && names === HEADER_NAMES) {
    const older = readHeaders(headers, OLDER_HEADER_NAMES)
    // A delivery without either is told the documented names.
    if (older.timestamp !== undefined || older.signature !== undefined) {
      names = OLDER_HEADER_NAMES
      timestamp = older.timestamp
      signature = older.signature
    }
  }
  if (timestamp === undefined || timestamp === '') return missing('missing_timestamp', names.timestamp)
  if (signature === undefined || signature === '') return missing('missing_signature', names.signature)
  const sentAt = typeof timestamp === 'string' ? parseTimestamp(timestamp) : undefined
  if (typeof timestamp !== 'string' || sentAt === undefined) {
    return malformed(
      'malformed_timestamp',
      names.timestamp,
      'Unix seconds or an ISO 8601 date and time',
      timestamp,
    )
  }
  if (typeof signature !== 'string' || !isSignature(signature)) {
    return malformed(
      'malformed_signature',
      names.signature,
      '64 hexadecimal digits and nothing else',
      signature,
    )
  }

  return (
    findStaleness(sentAt, options) ?? {
      ok: true,
      sentAt,
      prefix: `${timestamp}.`,
      body,
      signature,
      secrets,
    }
  )
}

function isSignature(text: string): boolean {
  return text.length === SIGNATURE_LENGTH && !NOT_A_HEX_DIGIT.test(text)
}

function lowerCase({ timestamp, signature }: HeaderNames): HeaderNames {
  return { timestamp: timestamp.toLowerCase(), signature: signature.toLowerCase() }
}

function findStaleness(sentAt: number, options: VerifyOptions): VerificationFailure | undefined {
  const { toleranceSeconds = DEFAULT_TOLERANCE_SECONDS, now = Date.now } = options
  const age = (now() - sentAt) / 1000
  if (!Number.isFinite(age)) return failure('invalid_options', 'now must return milliseconds since 1970.')
  if (Math.abs(age) <= toleranceSeconds) return undefined
  const distance = `${Math.abs(Math.round(age))} s`
  return age > 0
    ? failure(
        'timestamp_too_old',
        `The delivery is ${distance} old and the tolerance is ${toleranceSeconds} s. It was delayed or replayed, or the clock of this machine is ahead.`,
      )
    : failure(
        'timestamp_too_new',
        `The delivery is dated ${distance} in the future and the tolerance is ${toleranceSeconds} s. The clock of this machine is behind, or the timestamp was made up.`,
      )
}

function missing(code: WebhookErrorCode, name: string): VerificationFailure {
  return failure(
    code,
    `The request has no ${name} header. It is not from Truedy, or a proxy or function gateway drops or renames headers.`,
  )
}

function malformed(code: WebhookErrorCode, name: string, form: string, value: unknown): VerificationFailure {
  // The value stays out of the message: whoever sent it wrote it, and messages end in logs.
  const found =
    typeof value !== 'string' || value.includes(',')
      ? 'It came more than once, or a proxy joined several into one.'
      : `It has ${value.length} characters of another form.`
  return failure(code, `The ${name} header must be ${form}. ${found}`)
}

function bodyNotRaw(body: unknown): VerificationFailure {
  // "[object Undefined]", "[object Object]", "[object ReadableStream]", "[object Promise]" …
  const kind = Object.prototype.toString.call(body).slice(8, -1)
  return failure(
    'body_not_raw',
    `The body is not raw (it is: ${kind}). The signature covers the bytes as they were sent, so hand over those. ` +
      "Express: express.raw({ type: 'application/json' }) on this route, before express.json(). " +
      "Fastify: addContentTypeParser('application/json', { parseAs: 'buffer' }, …). " +
      'NestJS: NestFactory.create(…, { rawBody: true }), then req.rawBody. Koa: no body parser on this route. ' +
      'Next.js Pages: export const config = { api: { bodyParser: false } }. ' +
      'Next.js App Router, Hono, Workers, Deno, Bun: await request.arrayBuffer(). ' +
      'AWS Lambda: event.body, as a Buffer from base64 when isBase64Encoded.',
  )
}
