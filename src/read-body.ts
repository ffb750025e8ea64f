/** Reading the body of a fetch `Request`, whole but not without end. */

import { requirePositive } from './checks.js'
import { WebhookError } from './errors.js'

/** What is needed of a fetch `Request`, whichever library's types it has. */
export interface RequestLike {
  readonly method: string
  readonly headers: { get(name: string): string | null }
  readonly body: BodyStream | null
  readonly bodyUsed: boolean
}

interface BodyStream {
  readonly locked: boolean
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>
    cancel(reason?: unknown): Promise<void>
  }
}

/** How much of a body is read. */
export interface BodyLimit {
  /** The largest body that is accepted, in bytes. Default 1 MiB. */
  readonly maxBodyBytes?: number | undefined
}

/** Truedy's payloads are a few kilobytes. */
export const DEFAULT_MAX_BODY_BYTES = 1_048_576

/** The error for a body over the limit. */
export function bodyTooLarge(maxBodyBytes: number): WebhookError {
  return new WebhookError('body_too_large', `The body is over maxBodyBytes (${maxBodyBytes}).`)
}

/**
 * The bytes of a request, counted while they arrive: a declared length can lie, and a chunked body declares none.
 *
 * @throws WebhookError `body_too_large`; `body_not_raw` where the body was read before; `invalid_options`
 */
export async function readBody(request: RequestLike, limit: BodyLimit = {}): Promise<Uint8Array> {
  const { maxBodyBytes = DEFAULT_MAX_BODY_BYTES } = limit
  requirePositive({ maxBodyBytes })
  requireRequest(request)
  // What only looks like a Request may have no headers.
  if (Number(request.headers?.get('content-length')) > maxBodyBytes) throw bodyTooLarge(maxBodyBytes)
  return readUnread(request, maxBodyBytes)
}

/**
 * The bytes of a request that is known to be one.
 *
 * @throws WebhookError `body_too_large`, `body_not_raw`; what the stream throws
 */
export async function readUnread({ bodyUsed, body }: RequestLike, maxBodyBytes: number): Promise<Uint8Array> {
  if (bodyUsed || body?.locked) throw notRaw('No unread Request: verify first.')
  if (!body) return new Uint8Array()
  // The Requests of node-fetch and cross-fetch have a stream of Node.
  if (!body.getReader) {
    throw notRaw('The body is no ReadableStream (node-fetch?): use createReceiver and request.arrayBuffer().')
  }
  return readStream(body, maxBodyBytes)
}

/**
 * Checks that a value is a Request.
 *
 * @throws WebhookError `body_not_raw`
 */
export function requireRequest(request: RequestLike): void {
  if (isRequest(request)) return
  throw notRaw(
    'No Request: pass event.request. Node, Express, Koa: createNodeHandler. Fastify: createReceiver.',
  )
}

/**
 * Whether a value is a Request. A context that has one in it, and the requests of Node and Fastify, have no `bodyUsed`. Its
 * value stays unread: that creates the body's stream in some servers, which then close the connection of a rejected upload.
 */
export function isRequest(value: unknown): boolean {
  return 'bodyUsed' in Object(value)
}

/** The error for a request whose bytes can't be had. */
export function notRaw(message: string): WebhookError {
  return new WebhookError('body_not_raw', message)
}

const CONNECTION_CLOSED = 'ConnectionClosed'

/** The error for a client that closed the connection before the body was complete. */
export function connectionClosed(cause?: unknown): Error {
  const error = new Error('The client broke off before the body was complete.', { cause })
  error.name = CONNECTION_CLOSED
  return error
}

/** Whether an error is one of {@link connectionClosed}. */
export function isConnectionClosed(error: unknown): boolean {
  return (error as Error | undefined)?.name === CONNECTION_CLOSED
}

/**
 * The bytes of a stream, up to a limit.
 *
 * @throws WebhookError `body_too_large`; what the stream throws
 */
export async function readStream(stream: BodyStream, maxBodyBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = stream.getReader()
  for (;;) {
    const { value } = await reader.read()
    if (!value) return joinChunks(chunks)
    size += value.length
    if (size > maxBodyBytes) {
      // Nobody waits for the rest; that telling the sender so can fail too is of no interest here.
      reader.cancel().catch(() => {})
      throw bodyTooLarge(maxBodyBytes)
    }
    keepChunk(chunks, value)
  }
}

/** Adds a chunk. Many small ones are put together: as an object each takes a hundred times its byte. */
export function keepChunk(chunks: Uint8Array[], chunk: Uint8Array): void {
  if (chunks.push(chunk) >= 1000) chunks.push(joinChunks(chunks.splice(0)))
}

/** Several chunks in one piece; a single one, which is the rule, is not copied. */
export function joinChunks(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks
  if (only && chunks.length === 1) return only
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}
