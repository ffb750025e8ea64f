/** The receiver on fetch's `Request` and `Response`. */

import { isWebhookError } from '../errors.js'
import { connectionClosed, isRequest, type RequestLike, readUnread, requireRequest } from '../read-body.js'
import type { ReceiverOptions } from './options.js'
import { createBodyReceiver } from './receiver.js'

/** The program's own `Request` type. If the program has none, a type with the part of a `Request` that is used. */
export type FetchRequest = typeof globalThis extends { Request: { prototype: infer Instance } }
  ? Instance
  : RequestLike

/** The part of Node's response that is used. */
interface ServerResponse {
  readonly headersSent: boolean
  writeHead?(status: number, headers: Record<string, string>): { end(text: string): unknown }
}

/** The `Response` of whichever types the program has: DOM, Node, Workers, Deno, Bun. */
export type FetchResponse = typeof globalThis extends { Response: { prototype: infer Instance } }
  ? Instance
  : object

/**
 * A webhook endpoint for fetch-standard frameworks: Next.js, Hono, Workers, Deno, Bun, SvelteKit, Nuxt, Astro and others.
 * The body is read here, with a limit; hand over the request unread.
 *
 * Answers as {@link createReceiver} does.
 *
 * @param options - `secret`, `on`, `store` and the rest of {@link ReceiverOptions}
 * @returns the handler; it never throws
 * @throws {@link WebhookError} `invalid_secret` and `invalid_options`, at once and not at the first request
 *
 * @example
 * ```ts
 * import { createWebhookHandler } from 'truedy-webhooks'
 *
 * export const POST = createWebhookHandler({
 *   secret: 'whsec_example',
 *   on: { 'call.ended': (event) => console.log(event.data) },
 * })
 * ```
 */
export function createWebhookHandler<Args extends readonly unknown[] = []>(
  options: ReceiverOptions<FetchRequest, Args>,
): (request: RequestLike, ...args: Args) => Promise<FetchResponse> {
  const receive = createBodyReceiver(options)
  return async (request, ...args) => {
    const { status, headers, body } = await receive({
      // The program's own type of a Request, which is a RequestLike.
      request: request as FetchRequest,
      args,
      method: request?.method,
      headers: request?.headers,
      requireRequest: () => requireRequest(request),
      readBody: (maxBodyBytes) =>
        readUnread(request, maxBodyBytes).catch((error) => {
          throw isWebhookError(error) ? error : connectionClosed(error)
        }),
    })
    if (!isRequest(request)) {
      // Node's servers ignore what a handler returns, and the client would wait. Express and Koa have `res` on the request, too.
      const candidates = [...args, (request as { res?: unknown } | undefined)?.res] as ServerResponse[]
      candidates
        .find((each) => each?.headersSent === false)
        ?.writeHead?.(status, headers)
        .end(body)
    }
    // The constructor rejects a 204 with a body, even an empty one.
    return new Response(body === '' ? null : body, { status, headers })
  }
}
