/** A receiver for fetch's `Request` and `Response`. */

import { isRequest, type RequestLike, readRequestBody, requireRequest, streamFailure } from '../read-body.js'
import type { ReceiverOptions } from './options.js'
import { createBodyReceiver } from './receiver.js'

/** The program's own `Request` type. If it has none, the part of a `Request` that is used. */
export type FetchRequest = typeof globalThis extends { Request: { prototype: infer Instance } }
  ? Instance
  : RequestLike

/** The part of Node's response that is used. */
interface ServerResponse {
  readonly headersSent: boolean
  writeHead?(status: number, headers: Record<string, string>): { end(text: string): unknown }
}

/** The program's own `Response` type (DOM, Node, Workers, Deno, Bun). */
export type FetchResponse = typeof globalThis extends { Response: { prototype: infer Instance } }
  ? Instance
  : object

/**
 * Creates a webhook endpoint for frameworks with fetch's `Request` and `Response`: Next.js, Hono, Workers, Deno, Bun, SvelteKit, Astro,
 * React Router and others. Pass the request unread: the handler reads the body, up to a limit.
 *
 * Responds with the same statuses as {@link createReceiver}.
 *
 * @param options - `secret`, `on`, `store` and the rest of {@link ReceiverOptions}
 * @returns the handler; it never throws
 * @throws {@link WebhookError} `invalid_secret`, `invalid_options`, when you create the handler
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
      // Every `Request` type fits RequestLike. TypeScript can't know that the value has the program's own type.
      request: request as FetchRequest,
      args,
      method: request?.method,
      headers: request?.headers,
      requireRequest: () => requireRequest(request),
      readBody: (maxBodyBytes) =>
        readRequestBody(request, maxBodyBytes).catch((error) => {
          throw streamFailure(error)
        }),
    })
    if (!isRequest(request)) {
      // The handler got something else, perhaps Node's `(req, res)`. Node's servers ignore the value that a handler returns, so
      // write the response, or the client would wait. Express and Koa have `res` on the request, too.
      const candidates = [...args, (request as { res?: unknown } | undefined)?.res] as ServerResponse[]
      candidates
        .find((each) => each?.headersSent === false)
        ?.writeHead?.(status, headers)
        .end(body)
    }
    // The constructor rejects a 204 with a body, even with an empty string.
    return new Response(body === '' ? null : body, { status, headers })
  }
}
