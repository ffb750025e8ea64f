/** A delivery → a reply: all that a webhook endpoint does, without a framework. */

import { byteLength, type RawBody } from '../bytes.js'
import { invalidOption, requireObject, requireText } from '../checks.js'
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
import { type Key, requireKeys, type Secret } from '../verify/keys.js'
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
  /** The body exactly as received. */
  readonly body: RawBody
}

/**
 * A webhook endpoint as a function from plain request to plain reply, for any framework or cloud function.
 *
 * Answers (src/CONTRACT.md §6): 204 processed, queued, duplicate, unknown type; 400 not an event; 401 invalid or not fresh; 405 not
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
export function createReceiver<Args extends readonly unknown[] = []>(
  options: ReceiverOptions<Delivery, Args>,
): (delivery: Delivery, ...args: Args) => Promise<Reply> {
  const receive = createBodyReceiver(options)
  return async (delivery, ...args) => {
    const { method, headers, body } = delivery ?? {}
    return receive({ request: delivery, args, method, headers, readBody: () => body })
  }
}

/** A request whose body is still to be read. */
export interface UnreadRequest<Request, Args extends readonly unknown[]> {
  /** The request as the host passed it, for the program's own functions. */
  readonly request: Request
  readonly args: Args
  readonly method: string
  readonly headers: HeadersInput
  /** Throws if this is no request of the kind that the handler takes. Called first. */
  requireRequest?(): void
  /** Reads the body, up to a limit in bytes. Called only if method and headers, the declared length included, are in order. */
  readBody(maxBodyBytes: number): Awaitable<RawBody>
}

/** A delivery is answered within 9 s, except for what its handler takes: Truedy gives up after 10 (src/CONTRACT.md §1). */
const DELIVERY_MS = 9000

/** {@link createReceiver} where the body is still to be read. */
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
    const result = await receiveOnce(settings, { unread, deadline, report })
    await report(result)
    return toReply(result, processing.leaseMs)
  }
  if (!telemetry) return receive
  return (unread) =>
    observeWork(
      telemetry,
      'receive',
      // An invalid `headers` value must get a reply as well, so nothing throws here.
      (name) => isObject(unread.headers) && findHeader(unread.headers, name),
      (note) => receive(unread, note),
    )
}

interface Received<Request, Args extends readonly unknown[]> {
  readonly unread: UnreadRequest<Request, Args>
  readonly deadline: StepDeadline
  report(result: Result): Promise<void>
}

async function receiveOnce<Request, Args extends readonly unknown[]>(
  settings: ReceiverSettings<Request, Args>,
  { unread, deadline, report }: Received<Request, Args>,
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
    const name = keyFor(event, { key: processing.key, scope })
    key = name
    const { queue } = destination
    if (queue) {
      const job = createJob(event, { key: name, sentAt, scope, trace: traceOf(settings.telemetry) })
      await withTimeout('queue.add', timeForStep(deadline), () => queue.add(job))
      return { status: 'queued', ...known, key: name }
    }
    const { request, args } = unread
    const processed = await runOnce(
      destination.store,
      name,
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
    return { ...processed, ...known, key: name }
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

/** The event of a request; what can be rejected by its method and headers is rejected before the body is touched. */
async function verifyReceived<Request, Args extends readonly unknown[]>(
  settings: ReceiverSettings<Request, Args>,
  unread: UnreadRequest<Request, Args>,
  deadline: StepDeadline,
): Promise<Verified> {
  const { verification, maxBodyBytes } = settings
  unread.requireRequest?.()
  const { method, headers } = unread
  if (typeof method !== 'string')
    throw invalidOption('The delivery has no method. Pass { method, headers, body }.')
  if (method.toUpperCase() !== 'POST')
    throw new WebhookError(
      'method_not_allowed',
      'Only POST is accepted. Truedy sends its deliveries with POST.',
    )
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
  // Decided only after the same work as for a tenant that exists.
  const secretIndex = tenant?.isUnknown ? -1 : match.secretIndex
  return {
    event: parseMatch({ ...match, secretIndex }),
    secretIndex,
    sentAt: new Date(signed.sentAt),
    scope: tenant ? tenant.scope : settings.processing.scope,
  }
}

/** Asks the program for the secret and the scope of this request, both at once. */
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
  const isUnknown = secret === null
  // An unknown tenant goes through the same steps, so that the response time doesn't reveal that it doesn't exist.
  // `undefined` is rejected, because it means that no secret is configured.
  return { keys: requireKeys(isUnknown ? NO_SECRET : (secret as Secret)), isUnknown, scope }
}

interface Tenant {
  /** Absent if the secret is the same for all. */
  readonly keys: readonly Key[] | undefined
  /** True if there is no such tenant. */
  readonly isUnknown: boolean
  readonly scope: string | undefined
}
