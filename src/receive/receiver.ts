/** A delivery → a reply: all that a webhook endpoint does, without a framework. */

import { byteLength, type RawBody } from '../bytes.js'
import { invalidOption, requireObject } from '../checks.js'
import { keyFor } from '../dedupe/key.js'
import { runOnce } from '../dedupe/process-once.js'
import { timeLeft, withTimeout } from '../dedupe/steps.js'
import type { Awaitable } from '../dedupe/store.js'
import { isWebhookError, WebhookError } from '../errors.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { bodyTooLarge } from '../read-body.js'
import { readSignatureHeaders, requireRawBody } from '../verify/delivery.js'
import { findHeader, type HeadersInput } from '../verify/headers.js'
import { findMatch } from '../verify/hmac.js'
import { parseMatch } from '../verify/verify.js'
import { type ReceiverOptions, type ReceiverSettings, resolveOptions } from './options.js'
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
 * Answers (src/CONTRACT.md §6): 204 processed, duplicate, unknown type; 400 not an event; 401 invalid or not fresh; 405 not
 * a POST; 413 too large; 503 with `Retry-After` while the same event is being processed elsewhere, or if the handler outlives
 * `handlerTimeoutMs`; 500 if a handler or the store failed, so that Truedy retries. Never throws, and never shows an error's details.
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
export function createReceiver(options: ReceiverOptions): (delivery: Delivery) => Promise<Reply> {
  const receive = createBodyReceiver(options)
  return async (delivery) => {
    const { method, headers, body } = delivery ?? {}
    return receive({ method, headers, readBody: () => body })
  }
}

/** A request whose body is still to be read. */
export interface UnreadRequest {
  readonly method: string
  readonly headers: HeadersInput
  /** Throws if this is no request of the kind that the handler takes. Called first. */
  requireRequest?(): void
  /** Reads the body. Called only if method and headers are in order. */
  readBody(): Awaitable<RawBody>
}

/** A delivery is answered within 9 s, except for what its handler takes: Truedy gives up after 10 (src/CONTRACT.md §1). */
const DELIVERY_MS = 9000
/** How long a reply waits for `onOutcome`. */
const OUTCOME_MS = 1000

/** {@link createReceiver} where the body is still to be read. */
export function createBodyReceiver(options: ReceiverOptions): (request: UnreadRequest) => Promise<Reply> {
  const settings = resolveOptions(options)
  const { onOutcome, processing } = settings

  return async (request) => {
    const startedAt = performance.now()
    const endsAt = startedAt + DELIVERY_MS
    let isReported = false
    const report = async (result: Result) => {
      if (isReported) return
      isReported = true
      const outcome = { ...result, durationMs: performance.now() - startedAt }
      const timeoutMs = Math.min(OUTCOME_MS, timeLeft({ endsAt }))
      // The delivery has its outcome: a log that fails or is slow must not make Truedy retry.
      await withTimeout('onOutcome', timeoutMs, () => onOutcome(outcome)).catch((error) => {
        console.error(LOG_PREFIX, 'onOutcome failed:', error)
      })
    }
    const result = await receiveOnce(settings, { request, endsAt, report })
    await report(result)
    return toReply(result, processing.leaseMs)
  }
}

interface Received {
  readonly request: UnreadRequest
  readonly endsAt: number
  report(result: Result): Promise<void>
}

async function receiveOnce(settings: ReceiverSettings, received: Received): Promise<Result> {
  const { processing, store, handlerOf, onEvent } = settings
  let event: TruedyEvent
  try {
    event = await verifyReceived(settings, received.request)
  } catch (error) {
    return isWebhookError(error) ? { status: 'rejected', error } : { status: 'failed', error }
  }
  let key: string | undefined
  const failed = (error: unknown): Result => ({
    status: 'failed',
    error,
    event,
    ...(key !== undefined && { key }),
  })
  try {
    const name = keyFor(event, processing)
    key = name
    const processed = await runOnce(
      store,
      name,
      processing,
      async (context) => {
        await handlerOf(event)?.(event, context)
        await onEvent?.(event, context)
      },
      { endsAt: received.endsAt, onHandlerError: (error) => received.report(failed(error)) },
    )
    return { ...processed, event, key: name }
  } catch (error) {
    return failed(error)
  }
}

/** The event of a request; what can be rejected by its method and headers is rejected before the body is touched. */
async function verifyReceived(
  { verification, maxBodyBytes }: ReceiverSettings,
  request: UnreadRequest,
): Promise<TruedyEvent> {
  request.requireRequest?.()
  const { method, headers } = request
  if (typeof method !== 'string')
    throw invalidOption('The delivery has no method. Pass { method, headers, body }.')
  if (method.toUpperCase() !== 'POST') throw new WebhookError('method_not_allowed', 'Only POST is answered.')
  requireObject('headers', headers)
  if (Number(findHeader(headers, 'content-length')) > maxBodyBytes) throw bodyTooLarge(maxBodyBytes)
  const signed = readSignatureHeaders(headers, verification)
  const body = requireRawBody(await request.readBody())
  if (byteLength(body) > maxBodyBytes) throw bodyTooLarge(maxBodyBytes)
  const found = findMatch({ ...signed, body, keys: verification.keys })
  return parseMatch('then' in found ? await found : found)
}
