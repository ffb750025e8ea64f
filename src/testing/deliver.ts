/** Delivers an event to an app in a test, as Truedy would. */

import type { RawBody } from '../bytes.js'
import { invalidOption, requireObject, requireOptions, requireText, wrongValue } from '../checks.js'
import { didYouMean } from '../did-you-mean.js'
import type { Reply } from '../receive/reply.js'
import { handOver } from './hand-over.js'
import { createProbe, isRejection, isSignatureAccepted, RESERIALIZED } from './reserialization.js'
import { errorCodeIn } from './response-hints.js'
import { signDelivery } from './sign.js'
import { type KnownTarget, requireTarget, type Target } from './target.js'

/** Options of {@link deliver}. */
export interface DeliverOptions {
  /** The secret that signs the delivery. */
  readonly secret: string
  /** The URL that an app in this process sees, or its path. Default `http://localhost/webhooks/truedy`. */
  readonly url?: string | undefined
  /** Additional headers, or values that replace those that Truedy sends. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Further arguments of the handler: `env` and `ctx` of a Worker, for example. */
  readonly args?: readonly unknown[] | undefined
  /** The time of sending: Unix seconds, a `Date`, or the exact value of the header. Default: now. */
  readonly timestamp?: number | string | Date | undefined
}

/** The names of {@link DeliverOptions}. */
export const DELIVER_OPTION_NAMES = ['secret', 'url', 'headers', 'args', 'timestamp'] as const

/**
 * Signs an event, delivers it to an app, and resolves with what the app replies.
 *
 * If the app rejects the signature, `deliver` sends one more request to find out whether the app re-serializes the body, and if
 * so, warns with `console.warn`. That request isn't an event, so no handler of a receiver runs.
 *
 * @param target - `{ fetch }`: a Hono app, a Worker, a route of Next.js; `{ node }`: an Express app or any `(req, res)`;
 * `{ receive }`: what `createReceiver` returned; or the URL of a server
 * @param event - an envelope, such as `sampleEvent` creates; or a raw body, taken as it is
 * @param options - `secret`; `url` of the request (`http://localhost/webhooks/truedy`), `headers`, `args`, `timestamp` (now)
 * @returns status, headers and body of the response
 * @throws `WebhookError` `invalid_options`, `invalid_secret`; what the app throws; an `Error` if a server or a `(req, res)`
 * handler doesn't respond within 10 seconds
 *
 * @example
 * ```ts
 * import { createWebhookHandler } from 'truedy-webhooks'
 * import { deliver, sampleEvent } from 'truedy-webhooks/testing'
 *
 * const secret = 'whsec_test'
 * const POST = createWebhookHandler({ secret, on: { 'call.ended': (event) => console.log(event.data) } })
 *
 * const reply = await deliver({ fetch: POST }, sampleEvent('call.ended'), { secret })
 * console.log(reply.status)
 * ```
 */
export async function deliver(
  target: Target,
  event: object | RawBody,
  options: DeliverOptions,
): Promise<Reply> {
  requireObject('options', options)
  requireOptions(options, DELIVER_OPTION_NAMES, (name) => didYouMean(name, DELIVER_OPTION_NAMES))
  return deliverTo(requireTarget(target), event, options)
}

/** Does what {@link deliver} does, after the names of its options were checked. */
export async function deliverTo(
  target: KnownTarget,
  event: object | RawBody,
  options: DeliverOptions,
): Promise<Reply> {
  const { secret, headers = {}, args = [], timestamp } = options
  requireObject('headers', headers)
  if (!Array.isArray(args)) throw wrongValue('args', 'a list', args)
  const url = requestUrl(options.url)
  // The cast is safe: signDelivery takes raw bodies and envelopes. Only its overloads tell them apart.
  const signed = await signDelivery(event as RawBody, secret, { timestamp })
  const post = (body: RawBody, own: Readonly<Record<string, string>>) =>
    handOver(target, { url, body, headers: { ...own, ...inLowerCase(headers) }, args })

  const reply = await post(signed.body, signed.headers)
  if (isRejection(judgmentOf(reply))) {
    const probe = await createProbe(secret)
    const probed = await post(probe.body, probe.headers).catch(() => undefined)
    if (probed && isSignatureAccepted(judgmentOf(probed), reply.status))
      console.warn(`truedy-webhooks: ${RESERIALIZED}`)
  }
  return reply
}

function judgmentOf({ status, body }: Reply) {
  return { status, error: errorCodeIn(body) }
}

function requestUrl(url = '/webhooks/truedy'): URL {
  requireText('url', url)
  if (URL.canParse(url, 'http://localhost')) return new URL(url, 'http://localhost')
  throw invalidOption('url is neither a URL nor a path. Pass what the app sees, such as /webhooks/truedy.')
}

function inLowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
