/** A delivery → a reply: all that a webhook endpoint does, without a framework. */

import { asBytes, byteLength, type RawBody } from '../bytes.js'
import { type HandlerContext, processOnce } from '../dedupe/process-once.js'
import type { Awaitable } from '../dedupe/store.js'
import { isWebhookError, WebhookError } from '../errors.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { bodyTooLarge } from '../read-body.js'
import { readDelivery } from '../verify/delivery.js'
import type { HeadersInput } from '../verify/headers.js'
import { findMatch } from '../verify/hmac.js'
import { parseMatch } from '../verify/verify.js'
import { type ReceiverOptions, resolveOptions } from './options.js'
import { LOG_PREFIX, type Result } from './outcome.js'
import { type Reply, toReply } from './reply.js'

/** A request, as plain values. */
export interface Delivery {
  readonly method: string
  readonly headers: HeadersInput
  /** The body exactly as received. */
  readonly body: RawBody
}

/**
 * A webhook endpoint as a function from plain request to plain reply, for any framework or cloud function.
 *
 * Answers (src/CONTRACT.md §6): 204 processed, duplicate, unknown type; 400 not an event; 401 not genuine or not fresh; 405 not
 * a POST; 413 too large; 503 with `Retry-After` while the same event is being handled elsewhere; 500 where a handler or
 * the store failed, so that Truedy sends it again. Never throws, and never shows an error's details.
 *
 * @param options - `secret`, `on`, `store` and the rest of {@link ReceiverOptions}
 * @returns the endpoint
 * @throws {@link WebhookError} `invalid_secret` and `invalid_options`, at once and not at the first delivery
 *
 * @example
 * ```ts
 * import { createReceiver } from 'truedy-webhooks'
 *
 * const receive = createReceiver({
 *   secret: 'whsec_example',
 *   on: { 'call.ended': (event) => console.log(event.data) },
 * })
 *
 * // AWS Lambda, behind a function URL or an HTTP API
 * export async function handler(request: {
 *   requestContext: { http: { method: string } }
 *   headers: Record<string, string | undefined>
 *   body?: string
 *   isBase64Encoded: boolean
 * }) {
 *   const { status, headers, body } = await receive({
 *     method: request.requestContext.http.method,
 *     headers: request.headers,
 *     body: Buffer.from(request.body ?? '', request.isBase64Encoded ? 'base64' : 'utf8'),
 *   })
 *   return { statusCode: status, headers, body }
 * }
 * ```
 */
export function createReceiver(options: ReceiverOptions = {}): (delivery: Delivery) => Promise<Reply> {
  const receive = createBodyReceiver(options)
  return async ({ method, headers, body }) => receive(method, headers, () => body)
}

/** Reads the body of a request; called for a POST only. */
export type BodyReader = () => Awaitable<RawBody>

/** {@link createReceiver} where the body is still to be read. */
export function createBodyReceiver(
  options: ReceiverOptions,
): (method: string, headers: HeadersInput, readBody: BodyReader) => Promise<Reply> {
  const settings = resolveOptions(options)
  const { verification, on, onEvent, onOutcome, store, key: keyOf, leaseMs, maxBodyBytes } = settings

  async function verify(method: string, headers: HeadersInput, readBody: BodyReader): Promise<TruedyEvent> {
    if (String(method).toUpperCase() !== 'POST') {
      throw new WebhookError('method_not_allowed', 'Only POST is answered.')
    }
    const body = await readBody()
    if (byteLength(asBytes(body) ?? '') > maxBodyBytes) throw bodyTooLarge(maxBodyBytes)
    const found = findMatch(readDelivery(body, headers, verification))
    return parseMatch('then' in found ? await found : found)
  }

  async function handle(event: TruedyEvent, context: HandlerContext): Promise<void> {
    // The handler under an event's name takes that event, which TypeScript cannot see across the look-up.
    const handler = on[event.event] as typeof onEvent | undefined
    await handler?.(event, context)
    await onEvent(event, context)
  }

  async function receive(method: string, headers: HeadersInput, readBody: BodyReader): Promise<Result> {
    let event: TruedyEvent
    try {
      event = await verify(method, headers, readBody)
    } catch (error) {
      return isWebhookError(error) ? { status: 'rejected', error } : { status: 'failed', error }
    }
    let key = ''
    try {
      key = keyOf(event)
      const processed = await processOnce(event, store, handle, { ...settings, key: () => key })
      return { ...processed, event, key }
    } catch (error) {
      return { status: 'failed', error, event, ...(key && { key }) }
    }
  }

  return async (method, headers, readBody) => {
    const startedAt = performance.now()
    const result = await receive(method, headers, readBody)
    try {
      await onOutcome({ ...result, durationMs: performance.now() - startedAt })
    } catch (error) {
      // What is done is done: a broken log must not make Truedy send it again.
      console.error(LOG_PREFIX, error)
    }
    return toReply(result, leaseMs)
  }
}
