/** The asynchronous functions that verify a delivery. */

import type { RawBody } from '../bytes.js'
import { WebhookError, type WebhookErrorCode, type WebhookErrorStatus } from '../errors.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { parseBytes } from '../events/parse.js'
import { type BodyLimit, type RequestLike, readBody } from '../read-body.js'
import { readDelivery, type SignedDelivery } from './delivery.js'
import type { HeadersInput } from './headers.js'
import { findMatch, type SignatureMatch } from './hmac.js'
import type { Secret } from './keys.js'
import { asWebhookError, resolveVerifyOptions, VERIFY_OPTION_NAMES, type VerifyOptions } from './options.js'

/** The result of a verification. If `await` is forgotten, `ok` is `undefined`, so the delivery counts as invalid. */
export type Verification =
  | {
      readonly ok: true
      /** The time in the timestamp header. */
      readonly sentAt: Date
      /** The index of the secret that signed it, from 0. */
      readonly secretIndex: number
    }
  | VerificationFailure

/** Why a delivery was rejected: a {@link WebhookError} as a value. */
export interface VerificationFailure {
  readonly ok: false
  /** The stable name of what went wrong. */
  readonly code: WebhookErrorCode
  /** The HTTP status to respond with. */
  readonly status: WebhookErrorStatus
  /** What happened and what to do. Never contains secret material. */
  readonly message: string
}

/**
 * Checks the signature and the age of a delivery, without parsing it. Never throws: every failure is returned, including mistakes
 * of the calling program.
 *
 * The signature is the HMAC-SHA256 (RFC 2104) of the timestamp header, a dot and the raw body (src/CONTRACT.md §2). The key is the
 * UTF-8 bytes of the secret. Signatures are compared in constant time.
 *
 * @param rawBody - the body exactly as it was received; a string stands for its UTF-8 bytes
 * @param headers - the request's headers, as the framework passes them
 * @param secret - the endpoint's secret, or up to 10 secrets during a rotation
 * @param options - `toleranceSeconds` (300), `now` (milliseconds, `Date.now`), `headerNames`
 * @returns `ok` with `sentAt` and `secretIndex`, or a failure with `code`, `status` and `message`. Codes:
 * `missing_timestamp`, `missing_signature`, `malformed_timestamp`, `malformed_signature`,
 * `timestamp_too_old`, `timestamp_too_new`, `signature_mismatch` (401); `body_not_raw`, `invalid_secret`, `invalid_options` (500)
 *
 * @example
 * ```ts
 * import { verifySignature } from 'truedy-webhooks'
 *
 * async function isValid(body: Uint8Array, headers: Headers, secret: string): Promise<boolean> {
 *   const verification = await verifySignature(body, headers, secret)
 *   if (!verification.ok) console.warn(verification.code, verification.message)
 *   return verification.ok
 * }
 * ```
 */
export async function verifySignature(
  rawBody: RawBody,
  headers: HeadersInput,
  secret: Secret,
  options?: VerifyOptions,
): Promise<Verification> {
  try {
    const delivery = readDelivery(rawBody, headers, resolveVerifyOptions(secret, options))
    return success(delivery, await findMatch(delivery))
  } catch (error) {
    return toFailure(error)
  }
}

/**
 * Verifies a delivery and returns its event.
 *
 * @param rawBody - the body exactly as it was received; a string stands for its UTF-8 bytes
 * @param headers - the request's headers, as the framework passes them
 * @param secret - the endpoint's secret, or up to 10 secrets during a rotation
 * @param options - `toleranceSeconds` (300), `now` (milliseconds, `Date.now`), `headerNames`
 * @returns the event, a union on `event`. A type that this version doesn't know is `'unknown'`
 * @throws {@link WebhookError} with every code of {@link verifySignature}, and `invalid_json`, `invalid_event` (400)
 *
 * @example
 * ```ts
 * import { verifyAndParse } from 'truedy-webhooks'
 *
 * async function receive(request: Request, secret: string): Promise<void> {
 *   const event = await verifyAndParse(await request.arrayBuffer(), request.headers, secret)
 *   if (event.event === 'call.ended') console.log(event.data.call?.endReason)
 * }
 * ```
 */
export async function verifyAndParse(
  rawBody: RawBody,
  headers: HeadersInput,
  secret: Secret,
  options?: VerifyOptions,
): Promise<TruedyEvent> {
  const found = findMatch(readDelivery(rawBody, headers, resolveVerifyOptions(secret, options)))
  // Awaiting a value that isn't a promise would cost a microtask.
  return parseMatch('then' in found ? await found : found)
}

/**
 * Verifies a fetch `Request` and returns its event. Reads the body, up to a limit.
 *
 * @param request - a fetch `Request` whose body has not been read
 * @param secret - the endpoint's secret, or up to 10 secrets during a rotation
 * @param options - the options of {@link verifyAndParse}, and `maxBodyBytes` (1 MiB)
 * @returns the event, as {@link verifyAndParse} does
 * @throws {@link WebhookError} with every code of {@link verifyAndParse}, and `body_too_large` (413). Passes on errors of the
 * request's stream, such as a connection that the client closed
 *
 * @example
 * ```ts
 * import { verifyRequest } from 'truedy-webhooks'
 *
 * async function receive(request: Request, secret: string): Promise<Response> {
 *   const event = await verifyRequest(request, secret)
 *   console.log(event.rawEvent, event.id)
 *   return new Response(null, { status: 204 })
 * }
 * ```
 */
export async function verifyRequest(
  request: RequestLike,
  secret: Secret,
  options?: VerifyOptions & BodyLimit,
): Promise<TruedyEvent> {
  const settings = resolveVerifyOptions(secret, options, [...VERIFY_OPTION_NAMES, 'maxBodyBytes'])
  const body = await readBody(request, options)
  return parseMatch(await findMatch(readDelivery(body, request.headers, settings)))
}

/** Returns the result for a valid signature. Throws if none of the secrets signed. */
export function success({ sentAt }: SignedDelivery, { secretIndex }: SignatureMatch): Verification {
  requireSigned(secretIndex)
  return { ok: true, sentAt: new Date(sentAt), secretIndex }
}

/** Parses the event from the bytes that were verified. Throws if none of the secrets signed. */
export function parseMatch({ secretIndex, body }: SignatureMatch): TruedyEvent {
  requireSigned(secretIndex)
  return parseBytes(body)
}

/** Turns an error into a value. Replaces an error that isn't a WebhookError, because it may quote a secret or a body. */
export function toFailure(error: unknown): VerificationFailure {
  const { code, status, message } = asWebhookError(error)
  return { ok: false, code, status, message }
}

function requireSigned(secretIndex: number): void {
  if (secretIndex >= 0) return
  throw new WebhookError(
    'signature_mismatch',
    "The signature doesn't match the body and the secret. Check that the secret is this endpoint's and that nothing read or " +
      're-serialized the body; `npx truedy-webhooks verify` names the reason.',
  )
}
