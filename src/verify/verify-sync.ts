/** The synchronous twins, on `node:crypto`. */

import { createHmac } from 'node:crypto'
import type { RawBody } from '../bytes.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { parseBytes } from '../events/parse.js'
import { readDelivery } from './delivery.js'
import type { HeadersInput } from './headers.js'
import { findSignerSync } from './hmac.js'
import type { Secret } from './keys.js'
import type { VerifyOptions } from './options.js'
import { requireSigner, success, toFailure, type Verification } from './verify.js'

/**
 * `verifySignature` without a promise: the same checks, codes and guarantees.
 *
 * @param rawBody - the body exactly as received; a string stands for its UTF-8 bytes
 * @param headers - the request's headers, as the framework hands them over
 * @param secret - the endpoint's secret, or up to 10 while one is being rotated
 * @param options - `toleranceSeconds` (300), `now` (milliseconds, `Date.now`), `headerNames`
 * @returns what `verifySignature` resolves to; it never throws
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
    const delivery = readDelivery(rawBody, headers, secret, options)
    return success(delivery, findSignerSync(createHmac, delivery))
  } catch (error) {
    return toFailure(error)
  }
}

/**
 * `verifyAndParse` without a promise: the same checks, codes and guarantees.
 *
 * @param rawBody - the body exactly as received; a string stands for its UTF-8 bytes
 * @param headers - the request's headers, as the framework hands them over
 * @param secret - the endpoint's secret, or up to 10 while one is being rotated
 * @param options - `toleranceSeconds` (300), `now` (milliseconds, `Date.now`), `headerNames`
 * @returns the event, a union on `event`; a type that this version does not know is `'unknown'`
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
  const delivery = readDelivery(rawBody, headers, secret, options)
  requireSigner(findSignerSync(createHmac, delivery))
  return parseBytes(delivery.body)
}
