/** The receiver on Node's `(req, res)`. */

import { asBytes, type RawBody } from '../bytes.js'
import type { WebhookError } from '../errors.js'
import { bodyTooLarge, connectionClosed, isRequest, joinChunks, keepChunk, notRaw } from '../read-body.js'
import type { ReceiverOptions } from './options.js'
import { createBodyReceiver } from './receiver.js'

/** The part of a request that is used: `http.IncomingMessage`, and fields that frameworks add. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** True if the whole message has arrived. */
  readonly complete: boolean
  /** True if somebody has read from the stream. */
  readonly readableDidRead: boolean
  /** True if the stream was read to its end. */
  readonly readableEnded: boolean
  /** Set where the stream gives text instead of bytes. */
  readonly readableEncoding?: string | null
  readonly destroyed: boolean
  /** The stream, on HTTP/2. After a reset, the request ends as if its body were complete. `closed` tells that it was reset. */
  readonly stream?: { readonly closed: boolean } | undefined
  /** 1 or 2. */
  readonly httpVersionMajor?: number
  /** The bytes, where a framework keeps them (NestJS, Google Cloud Functions). */
  readonly rawBody?: unknown
  /** The bytes, where a raw body parser put them; or what another parser made of them. */
  readonly body?: unknown
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  on(event: 'end' | 'close', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  resume(): unknown
}

/** The part of a response that is used: `http.ServerResponse` or `http2.Http2ServerResponse`. */
export interface NodeResponse {
  readonly headersSent: boolean
  readonly destroyed: boolean
  writeHead(status: number, headers: Record<string, string | number>): unknown
  write(text: string): unknown
  end(): unknown
  /** The stream, on HTTP/2. */
  readonly stream?:
    | {
        /** Ends the stream, also for a client that still sends. */
        close(): void
      }
    | undefined
}

/** The time that the rest of a rejected upload is waited for, in milliseconds. */
const LINGER_MS = 1000

/**
 * A webhook endpoint for Node's `(req, res)`: node:http, node:http2, Express, Koa (`ctx.req`), NestJS.
 *
 * The body is read from the stream, with a limit; or taken from `req.rawBody` or `req.body` where a framework left the
 * bytes there. Where a parser has eaten the stream, the answer is 500 and the log says what to change. In all other cases, it
 * answers as `createReceiver` does.
 *
 * @param options - `secret`, `on`, `store` and the rest of {@link ReceiverOptions}
 * @returns the handler. The promise resolves when the reply is written, and rejects only if the handler was not given a Node
 * response to write the reply to.
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
  return async (request, response, ...args) => {
    const mistake = findMistake(request, response)
    const { status, headers, body } = await receive({
      request,
      args,
      method: request?.method ?? '',
      headers: request?.headers,
      requireRequest() {
        if (mistake) throw mistake
      },
      readBody: (maxBodyBytes) => readNodeBody(request, maxBodyBytes),
    })
    // The host then responds with an error of its own.
    if (mistake && !isNodeResponse(response)) throw mistake
    // Somebody else answered (a timeout middleware), or nobody listens anymore.
    if (response.headersSent || response.destroyed) return
    // A request of a serverless adapter may have no `complete` and has no stream to wait for, so `undefined` counts as read.
    const isUnread = request?.complete === false && !request.destroyed
    const isHttp2 = request?.httpVersionMajor === 2
    response.writeHead(status, {
      ...headers,
      ...(body !== '' && { 'content-length': body.length }),
      ...(isUnread && !isHttp2 && { connection: 'close' }),
    })
    if (body !== '' && request?.method !== 'HEAD') response.write(body)
    // If the connection were closed while the client is still sending, it would be reset, and the reply would be lost.
    if (isUnread && !isHttp2) await restOf(request)
    response.end()
    // A stream is reset after its reply: the client stops sending, and its other streams live on (RFC 9113 §8.1).
    if (isUnread && isHttp2) response.stream?.close()
  }
}

/** Names the mistake if a handler was not given Node's `(req, res)`. */
function findMistake(request: NodeRequest, response: NodeResponse): WebhookError | undefined {
  if (isRequest(request)) return notRaw('This is a fetch Request, not (req, res): use createWebhookHandler.')
  if (Object(request) === request && isNodeResponse(response)) return undefined
  const { raw, res } = (request ?? {}) as { raw?: unknown; res?: unknown }
  if (isNodeResponse(res)) return notRaw('This is a context, not (req, res): pass ctx.req and ctx.res.')
  return notRaw(
    raw
      ? "These are Fastify's request and reply, not (req, res): use createReceiver. As body, pass request.rawBody " +
          "(NestJS with rawBody: true), or the Buffer that a parser with parseAs: 'buffer' left in request.body."
      : 'There is no (req, res) of Node. Where a context has a Request, pass that one to createWebhookHandler.',
  )
}

function isNodeResponse(value: unknown): boolean {
  return typeof (value as Partial<NodeResponse> | undefined)?.writeHead === 'function'
}

async function readNodeBody(request: NodeRequest, maxBodyBytes: number): Promise<RawBody> {
  const { readableDidRead, readableEnded } = request
  const [rawBody, body] = keptBodies(request)
  const isBeingRead = readableDidRead && !readableEnded
  const kept = [rawBody, body].map(asBytes).find((bytes) => bytes?.length)
  if (kept && !isBeingRead) return kept
  if (isBeingRead) {
    throw notRaw(
      'Something else is reading the body and has not reached its end. Let that code set req.rawBody once it has read the whole body, or stop it from reading the body.',
    )
  }
  // A parsed body is passed on, because verification rejects it with a message that says what to do. An empty Buffer is not
  // passed on: it would hide that the body was not empty.
  if (readableDidRead || request.readableEncoding) return (asBytes(body) ? undefined : body) as RawBody
  // There is no stream, or it was empty.
  if (readableEnded || typeof request.on !== 'function') return (asBytes(rawBody) ?? body ?? '') as RawBody
  if (request.destroyed) throw connectionClosed()

  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let size = 0
    request.on('data', (chunk) => {
      size += chunk.length
      if (size <= maxBodyBytes) keepChunk(chunks, chunk)
      // Only the first chunk over the limit: the rest streams by while the reply is on its way.
      else if (size - chunk.length <= maxBodyBytes) reject(bodyTooLarge(maxBodyBytes))
    })
    request.on('end', () =>
      request.stream?.closed ? reject(connectionClosed()) : resolve(joinChunks(chunks)),
    )
    request.on('error', (cause) => reject(connectionClosed(cause)))
    request.on('close', () => {
      if (!request.readableEnded) reject(connectionClosed())
    })
  })
}

/** `rawBody` and `body`. Vercel's `body` is a getter that parses, and throws if it can't. */
function keptBodies(request: NodeRequest): unknown[] {
  const { rawBody } = request
  try {
    return [rawBody, request.body]
  } catch {
    return [rawBody]
  }
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
