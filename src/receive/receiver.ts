/** Turns a delivery into a reply: everything that a webhook endpoint does, without a framework. */

import { byteLength, type RawBody } from '../bytes.js'
import { requireObject, requireText, wrongValue } from '../checks.js'
import { keyFor } from '../dedupe/key.js'
import { runOnce } from '../dedupe/process-once.js'
import { type StepDeadline, timeForStep, withTimeout } from '../dedupe/steps.js'
import type { Awaitable } from '../dedupe/store.js'
import { isWebhookError, WebhookError } from '../errors.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { rawTextOf } from '../events/parse.js'
import { isObject } from '../json.js'
import { bodyTooLarge } from '../read-body.js'
import { readSignatureHeaders, requireRawBody } from '../verify/delivery.js'
import { findHeader, type HeadersInput } from '../verify/headers.js'
import { findMatch } from '../verify/hmac.js'
import { invalidSecret, type Key, requireKeys } from '../verify/keys.js'
import { parseMatch } from '../verify/verify.js'
import { createJob } from './job.js'
import { NO_SECRET, type ReceiverOptions, type ReceiverSettings, resolveOptions } from './options.js'
import { type Outcome, type Result, reportTo } from './outcome.js'
import { type Reply, toReply } from './reply.js'
import { observeWork, traceOf } from './telemetry.js'

/** A request, as plain values. */
export interface Delivery {
  readonly method: string
  readonly headers: HeadersInput
  /** The body exactly as it was received. */
  readonly body: RawBody
}

/**
 * Creates a webhook endpoint as a function from a plain request to a plain reply, for any framework or cloud function.
 *
 * The status of the reply (src/CONTRACT.md §6): 204 processed, queued or duplicate, even for an unknown type; 400 not an event; 401
 * invalid or not fresh; 405 not a POST; 413 too large; 503 with `Retry-After` if the same event is being processed elsewhere, or if
 * the handler takes longer than `handlerTimeoutMs`; 500 for any other failure and for mistakes in the program. After a 503 or 500,
 * Truedy may retry. The endpoint never throws, and a reply never has the details of an error.
 *
 * @param options - `secret`, `on`, `store` and the rest of {@link ReceiverOptions}
 * @returns the endpoint
 * @throws {@link WebhookError} `invalid_secret`, `invalid_options`, when you create the endpoint
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
export function createReceiver<Args extends readonly unknown[] = []>(
  options: ReceiverOptions<Delivery, Args>,
): (delivery: Delivery, ...args: Args) => Promise<Reply> {
  const receive = createBodyReceiver(options)
  return async (delivery, ...args) => {
    const { method, headers, body } = delivery ?? {}
    return receive({ request: delivery, args, method, headers, readBody: () => body })
  }
}

/** A request whose body was not read yet. */
export interface UnreadRequest<Request, Args extends readonly unknown[]> {
  /** The request as the host passed it, for functions of the program. */
  readonly request: Request
  readonly args: Args
  readonly method: string
  readonly headers: HeadersInput
  /** Throws if the handler got another kind of request than it needs. Called first. */
  requireRequest?(): void
  /** Reads the body, up to a limit in bytes. Called only if the method, the headers and the declared length are valid. */
  readBody(maxBodyBytes: number): Awaitable<RawBody>
}

/**
 * The time for all steps of a delivery together, in milliseconds. Truedy waits 10 s for a response (src/CONTRACT.md §1). The body and
 * the handler have no limit here, but their time counts.
 */
const DELIVERY_MS = 9000

/** Creates a receiver that reads the body itself, after it has checked the headers. */
export function createBodyReceiver<Request, Args extends readonly unknown[]>(
  options: ReceiverOptions<Request, Args>,
): (unread: UnreadRequest<Request, Args>) => Promise<Reply> {
  const settings = resolveOptions(options)
  const { onOutcome, processing, telemetry } = settings

  const receive = async (unread: UnreadRequest<Request, Args>, note?: (outcome: Outcome) => void) => {
    const { request, args } = unread
    const startedAt = performance.now()
    const deadline = { stepTimeoutMs: processing.stepTimeoutMs, endsAt: startedAt + DELIVERY_MS }
    const report = reportTo((outcome) => onOutcome(outcome, { request, args }), startedAt, deadline, note)
    const result = await processDelivery(settings, { unread, deadline, report })
    await report(result)
    return toReply(result, processing.leaseMs)
  }
  if (!telemetry) return receive
  return (unread) =>
    observeWork(
      telemetry,
      'receive',
      // If `headers` is invalid, the delivery must still get a reply, so this must not throw.
      (name) => isObject(unread.headers) && findHeader(unread.headers, name),
      (note) => receive(unread, note),
    )
}

interface DeliveryInProgress<Request, Args extends readonly unknown[]> {
  readonly unread: UnreadRequest<Request, Args>
  readonly deadline: StepDeadline
  report(result: Result): Promise<void>
}

/** Verifies a delivery and processes its event. Returns the outcome, and never rejects. */
async function processDelivery<Request, Args extends readonly unknown[]>(
  settings: ReceiverSettings<Request, Args>,
  { unread, deadline, report }: DeliveryInProgress<Request, Args>,
): Promise<Result> {
  const { processing, destination } = settings
  let verified: Verified
  try {
    verified = await verifyReceived(settings, unread, deadline)
  } catch (error) {
    return isWebhookError(error) ? { status: 'rejected', error } : { status: 'failed', error }
  }
  const { event, secretIndex, sentAt, scope } = verified
  const known = { event, secretIndex, ...(scope !== undefined && { scope }) }
  let key: string | undefined
  const failed = (error: unknown): Result => ({
    status: 'failed',
    error,
    ...known,
    ...(key !== undefined && { key }),
  })
  try {
    const eventKey = keyFor(event, { key: processing.key, scope })
    key = eventKey
    const { queue } = destination
    if (queue) {
      const job = createJob(event, { key: eventKey, sentAt, scope, trace: traceOf(settings.telemetry) })
      await withTimeout('queue.add', timeForStep(deadline), () => queue.add(job))
      return { status: 'queued', ...known, key: eventKey }
    }
    const { request, args } = unread
    const processed = await runOnce(
      destination.store,
      eventKey,
      processing,
      (context) =>
        destination.dispatch(event, {
          ...context,
          rawBody: rawTextOf(event) ?? '',
          sentAt,
          scope,
          args,
          request,
          secretIndex,
        }),
      { endsAt: deadline.endsAt, onHandlerError: (error) => report(failed(error)) },
    )
    return { ...processed, ...known, key: eventKey }
  } catch (error) {
    return failed(error)
  }
}

/** A delivery whose signature is valid. */
interface Verified {
  readonly event: TruedyEvent
  readonly secretIndex: number
  readonly sentAt: Date
  readonly scope: string | undefined
}

/** Verifies a request and returns its event. Checks the method and the headers before it reads the body. */
async function verifyReceived<Request, Args extends readonly unknown[]>(
  settings: ReceiverSettings<Request, Args>,
  unread: UnreadRequest<Request, Args>,
  deadline: StepDeadline,
): Promise<Verified> {
  const { verification, maxBodyBytes } = settings
  unread.requireRequest?.()
  const { method, headers } = unread
  if (typeof method !== 'string')
    throw wrongValue('method', 'a string, as in { method, headers, body }', method)
  if (method.toUpperCase() !== 'POST')
    throw new WebhookError('method_not_allowed', 'Only POST is accepted. Truedy sends nothing else.')
  requireObject('headers', headers)
  if (Number(findHeader(headers, 'content-length')) > maxBodyBytes) throw bodyTooLarge(maxBodyBytes)
  const signed = readSignatureHeaders(headers, verification)
  const tenant =
    settings.secretOf || settings.scopeOf ? await findTenant(settings, unread, deadline) : undefined
  const keys = tenant?.keys ?? verification.keys
  const body = requireRawBody(await unread.readBody(maxBodyBytes))
  if (byteLength(body) > maxBodyBytes) throw bodyTooLarge(maxBodyBytes)
  const found = findMatch({ ...signed, body, keys })
  const match = 'then' in found ? await found : found
  // An unknown tenant is rejected only now, after the same work as for a tenant that exists.
  const secretIndex = tenant?.isUnknown ? -1 : match.secretIndex
  return {
    event: parseMatch({ ...match, secretIndex }),
    secretIndex,
    sentAt: new Date(signed.sentAt),
    scope: tenant ? tenant.scope : settings.processing.scope,
  }
}

/** Calls the program's functions for the secret and the scope of this request, both at once. */
async function findTenant<Request, Args extends readonly unknown[]>(
  { secretOf, scopeOf, processing }: ReceiverSettings<Request, Args>,
  { request, args }: UnreadRequest<Request, Args>,
  deadline: StepDeadline,
): Promise<Tenant> {
  const timeoutMs = timeForStep(deadline)
  const [secret, scope] = await Promise.all([
    secretOf && withTimeout('secret', timeoutMs, () => secretOf(request, ...args)),
    scopeOf ? withTimeout('scope', timeoutMs, () => scopeOf(request, ...args)) : processing.scope,
  ])
  if (scopeOf) requireText("scope's result", scope)
  if (!secretOf) return { keys: undefined, isUnknown: false, scope }
  if (secret === undefined) {
    throw invalidSecret(
      'The function `secret` returned undefined. Set its variable, or return null for an unknown tenant.',
    )
  }
  const isUnknown = secret === null
  // An unknown tenant goes through the same steps, so that the response time doesn't reveal that it doesn't exist.
  return { keys: requireKeys(isUnknown ? NO_SECRET : secret), isUnknown, scope }
}

interface Tenant {
  /** Absent if the option `secret` isn't a function. */
  readonly keys: readonly Key[] | undefined
  /** True if there is no such tenant. */
  readonly isUnknown: boolean
  readonly scope: string | undefined
}
