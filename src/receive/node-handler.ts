/** A receiver for Node's `(req, res)`. */

import { asBytes, type RawBody } from '../bytes.js'
import type { WebhookError } from '../errors.js'
import {
  bodyTooLarge,
  connectionClosed,
  isRequest,
  joinChunks,
  keepChunk,
  notRaw,
  streamFailure,
} from '../read-body.js'
import type { ReceiverOptions } from './options.js'
import { createBodyReceiver } from './receiver.js'

/** The part of a request that is used: fields of `http.IncomingMessage`, and fields that frameworks add. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** True if the whole request has arrived. */
  readonly complete: boolean
  /** True if something has read from the stream. */
  readonly readableDidRead: boolean
  /** True if the stream was read to its end. */
  readonly readableEnded: boolean
  /** Set if the stream provides strings instead of bytes. */
  readonly readableEncoding?: string | null
  readonly destroyed: boolean
  /** The HTTP/2 stream. If it was reset, the request ends as if its body were complete, and `closed` is true. */
  readonly stream?: { readonly closed: boolean } | undefined
  /** 1 or 2. */
  readonly httpVersionMajor?: number
  /** The bytes, if a framework keeps them (NestJS, Google Cloud Functions). */
  readonly rawBody?: unknown
  /** The bytes, if a raw body parser set them, or the value that another parser set. */
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
  /** The HTTP/2 stream. */
  readonly stream?:
    | {
        /** Ends the stream, even if the client is still sending. */
        close(): void
      }
    | undefined
}

/** How long the handler waits for the rest of a rejected upload, in milliseconds. */
const LINGER_MS = 1000

/**
 * Creates a webhook endpoint for Node's `(req, res)`: node:http, node:http2, Express, Koa (`ctx.req`, `ctx.res`), NestJS.
 *
 * The handler reads the body from the stream, up to a limit, or takes the bytes from `req.rawBody` or `req.body` if a framework put
 * them there. If a parser has consumed the stream, the response is a 500, and the log says what to change. Otherwise, it responds
 * with the same statuses as `createReceiver`.
 *
 * @param options - `secret`, `on`, `store` and the rest of {@link ReceiverOptions}
 * @returns the handler. Its promise resolves when the response was written. It rejects only if the handler didn't get a Node response
 * @throws `WebhookError` `invalid_secret`, `invalid_options`, when you create the handler
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
    // There is no response to write to, so let the host respond with an error.
    if (mistake && !isNodeResponse(response)) throw mistake
    // Something else has responded (a timeout middleware, for example), or the client is gone.
    if (response.headersSent || response.destroyed) return
    // The request of a serverless adapter may have no `complete`. It has no stream to wait for, so `undefined` counts as read.
    const isUnread = request?.complete === false && !request.destroyed
    const isHttp2 = request?.httpVersionMajor === 2
    response.writeHead(status, {
      ...headers,
      ...(body !== '' && { 'content-length': body.length }),
      ...(isUnread && !isHttp2 && { connection: 'close' }),
    })
    if (body !== '' && request?.method !== 'HEAD') response.write(body)
    // If the connection closed while the client is still sending, the client could lose the response.
    if (isUnread && !isHttp2) await drain(request)
    response.end()
    // The stream is reset after the response, so that the client stops sending. Its other streams go on (RFC 9113 §8.1).
    if (isUnread && isHttp2) response.stream?.close()
  }
}

/** Returns an error that names the mistake if a handler didn't get Node's `(req, res)`. */
function findMistake(request: NodeRequest, response: NodeResponse): WebhookError | undefined {
  if (isRequest(request)) return notRaw(`${MISTAKE} a fetch Request. Use createWebhookHandler.`)
  if (Object(request) === request && isNodeResponse(response)) return undefined
  const { raw, res } = (request ?? {}) as { raw?: unknown; res?: unknown }
  if (isNodeResponse(res)) return notRaw(`${MISTAKE} a context. Pass ctx.req and ctx.res.`)
  return notRaw(
    raw
      ? `${MISTAKE} Fastify's request and reply. Use createReceiver. As its body, pass request.rawBody ` +
          "(NestJS with rawBody: true), or the Buffer that a parser with parseAs: 'buffer' puts into request.body."
      : `${MISTAKE} something else. If that is a context with a Request in it, pass the Request to createWebhookHandler.`,
  )
}

const MISTAKE = "The handler needs Node's (req, res), and got"

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
      'Other code is still reading the body. Call the handler after that code has set req.rawBody to the whole body, or remove that code.',
    )
  }
  // The stream can't be used: it was read, or it provides strings. A parsed body is passed on, because verification rejects it
  // with a message that says what to do. A Buffer can only be empty here. It becomes `undefined`, which is reported as a body
  // that is not raw, because an empty body would be reported as a wrong signature.
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
      // Rejects at the first chunk over the limit. The rest is ignored.
      else if (size - chunk.length <= maxBodyBytes) reject(bodyTooLarge(maxBodyBytes))
    })
    request.on('end', () =>
      request.stream?.closed ? reject(connectionClosed()) : resolve(joinChunks(chunks)),
    )
    request.on('error', (cause) => reject(streamFailure(cause)))
    request.on('close', () => {
      if (!request.readableEnded) reject(connectionClosed())
    })
  })
}

/** Returns `rawBody` and `body`. On Vercel, `body` is a getter that parses the body, and throws if it can't. */
function keptBodies(request: NodeRequest): unknown[] {
  const { rawBody } = request
  try {
    return [rawBody, request.body]
  } catch {
    return [rawBody]
  }
}

/** Discards the rest of a request. Resolves when the request has ended or its connection has closed, or after a second. */
function drain(request: NodeRequest): Promise<void> {
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
