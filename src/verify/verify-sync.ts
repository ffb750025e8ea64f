/** The synchronous functions, which use `node:crypto`. */

// The default export, because a named import of `hash` fails to link before Node 20.12.
import crypto from 'node:crypto'
import type { RawBody } from '../bytes.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { readDelivery } from './delivery.js'
import type { HeadersInput } from './headers.js'
import { createDigest, findMatchSync } from './hmac.js'
import type { Secret } from './keys.js'
import { resolveVerifyOptions, type VerifyOptions } from './options.js'
import { parseMatch, success, toFailure, type Verification } from './verify.js'

const digest = /* @__PURE__ */ createDigest(crypto)

/**
 * Does the same as `verifySignature`, synchronously.
 *
 * @param rawBody - the body exactly as it was received; a string stands for its UTF-8 bytes
 * @param headers - the request's headers, as the framework passes them
 * @param secret - the endpoint's secret, or up to 10 secrets during a rotation
 * @param options - `toleranceSeconds` (300), `now` (milliseconds, `Date.now`), `headerNames`
 * @returns the value that `verifySignature` resolves to; it never throws
 *
 * @example
 * ```ts
 * import type { IncomingHttpHeaders } from 'node:http'
 * import { verifySignatureSync } from 'truedy-webhooks/node'
 *
 * function isGenuine(body: Buffer, headers: IncomingHttpHeaders, secret: string): boolean {
 *   return verifySignatureSync(body, headers, secret).ok
 * }
 * ```
 */
export function verifySignatureSync(
  rawBody: RawBody,
  headers: HeadersInput,
  secret: Secret,
  options?: VerifyOptions,
): Verification {
  try {
    const delivery = readDelivery(rawBody, headers, resolveVerifyOptions(secret, options))
    return success(delivery, findMatchSync(digest, delivery))
  } catch (error) {
    return toFailure(error)
  }
}

/**
 * Does the same as `verifyAndParse`, synchronously.
 *
 * @param rawBody - the body exactly as it was received; a string stands for its UTF-8 bytes
 * @param headers - the request's headers, as the framework passes them
 * @param secret - the endpoint's secret, or up to 10 secrets during a rotation
 * @param options - `toleranceSeconds` (300), `now` (milliseconds, `Date.now`), `headerNames`
 * @returns the event, a union on `event`. A type that this version doesn't know is `'unknown'`
 * @throws `WebhookError` with every code of `verifyAndParse`
 *
 * @example
 * ```ts
 * import type { IncomingHttpHeaders } from 'node:http'
 * import { verifyAndParseSync } from 'truedy-webhooks/node'
 *
 * function receive(body: Buffer, headers: IncomingHttpHeaders, secret: string): void {
 *   const event = verifyAndParseSync(body, headers, secret)
 *   if (event.event === 'call.ended') console.log(event.data.call?.endReason)
 * }
 * ```
 */
export function verifyAndParseSync(
  rawBody: RawBody,
  headers: HeadersInput,
  secret: Secret,
  options?: VerifyOptions,
): TruedyEvent {
  const delivery = readDelivery(rawBody, headers, resolveVerifyOptions(secret, options))
  return parseMatch(findMatchSync(digest, delivery))
}
