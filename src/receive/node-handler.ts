/** The receiver on Node's `(req, res)`. */

import { asBytes, type RawBody } from '../bytes.js'
import { bodyTooLarge, DEFAULT_MAX_BODY_BYTES, joinChunks, keepChunk } from '../read-body.js'
import type { ReceiverOptions } from './options.js'
import { createBodyReceiver } from './receiver.js'

/** What is needed of a request: `http.IncomingMessage`, and what frameworks add to it. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Whether the message has arrived to its end. */
  readonly complete: boolean
  /** Whether somebody has read from the stream. */
  readonly readableDidRead: boolean
  /** Whether the stream was read to its end. */
  readonly readableEnded: boolean
  /** Set where the stream gives text instead of bytes. */
  readonly readableEncoding?: string | null
  readonly destroyed: boolean
  /** The bytes, where a framework keeps them (NestJS, Google Cloud Functions). */
  readonly rawBody?: unknown
  /** The bytes, where a raw body parser put them; or what another parser made of them. */
  readonly body?: unknown
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  on(event: 'end' | 'close', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  resume(): unknown
}

/** What is needed of a response: `http.ServerResponse`. */
export interface NodeResponse {
  readonly headersSent: boolean
  readonly destroyed: boolean
  writeHead(status: number, headers: Record<string, string | number>): unknown
  write(text: string): unknown
  end(): unknown
}

/** How long the rest of a rejected upload is awaited, in milliseconds. */
const LINGER_MS = 1000

/**
 * A webhook endpoint for Node's `(req, res)`: node:http, Express, Koa (`ctx.req`), NestJS.
 *
 * The body is read from the stream, with a limit; or taken from `req.rawBody` or `req.body` where a framework left the
 * bytes there. Where a parser has eaten the stream, the answer is 500 and the log says what to change. Answers otherwise
 * as `createReceiver` does.
 *
 * @param options - `secret`, `on`, `store` and the rest of {@link ReceiverOptions}
 * @returns the handler; it never rejects, and resolves when the reply is written
 * @throws `WebhookError` `invalid_secret` and `invalid_options`, at once and not at the first request
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { createNodeHandler } from 'truedy-webhooks/node'
 *
 * const handler = createNodeHandler({
 *   secret: 'whsec_example',
 *   on: { 'call.ended': (event) => console.log(event.data) },
 * })
 * createServer(handler).listen(3000)
 * ```
 */
export function createNodeHandler<
  Args extends readonly unknown[] = [],
  Request extends NodeRequest = NodeRequest,
>(
  options: ReceiverOptions<Request, Args>,
): (request: Request, response: NodeResponse, ...args: Args) => Promise<void> {
  const receive = createBodyReceiver(options)
  const { maxBodyBytes = DEFAULT_MAX_BODY_BYTES } = options
  return async (request, response, ...args) => {
    const { status, headers, body } = await receive({
      request,
      args,
      method: request.method ?? '',
      headers: request.headers,
      readBody: () => readNodeBody(request, maxBodyBytes),
    })
    // Somebody else answered (a time-out's middleware), or nobody listens any more.
    if (response.headersSent || response.destroyed) return
    // Not only falsy: a request made up by a serverless adapter has no stream, and nothing to wait for.
    const isUnread = request.complete === false && !request.destroyed
    response.writeHead(status, {
      ...headers,
      ...(body !== '' && { 'content-length': body.length }),
      ...(isUnread && { connection: 'close' }),
    })
    if (body !== '' && request.method !== 'HEAD') response.write(body)
    // Closing on a client that still sends would reset the connection, and the reply be lost with it.
    if (isUnread) await restOf(request)
    response.end()
  }
}

async function readNodeBody(request: NodeRequest, maxBodyBytes: number): Promise<RawBody> {
  for (const kept of [request.rawBody, request.body]) {
    const bytes = asBytes(kept)
    if (bytes !== undefined) return bytes
  }
  // Not raw, which the verifying says, with what to do about it.
  if (request.readableDidRead || request.readableEncoding) return request.body as RawBody
  if (Number(request.headers['content-length']) > maxBodyBytes) throw bodyTooLarge(maxBodyBytes)
  if (request.destroyed) throw brokenOff()

  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let size = 0
    request.on('data', (chunk) => {
      size += chunk.length
      if (size <= maxBodyBytes) keepChunk(chunks, chunk)
      // Only the first chunk over the limit: the rest streams by while the reply is on its way.
      else if (size - chunk.length <= maxBodyBytes) reject(bodyTooLarge(maxBodyBytes))
    })
    request.on('end', () => resolve(joinChunks(chunks)))
    request.on('error', (cause) => reject(brokenOff(cause)))
    request.on('close', () => {
      if (!request.readableEnded) reject(brokenOff())
    })
  })
}

function brokenOff(cause?: Error): Error {
  return new Error('The client broke off before the body was complete.', { cause })
}

/** Resolves when a request has ended or broken off, or after a moment. */
function restOf(request: NodeRequest): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS)
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    request.on('end', done)
    request.on('close', done)
    request.resume()
  })
}
