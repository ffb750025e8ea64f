/** Reads the whole body of a fetch `Request`, up to a limit. */

import { requirePositive } from './checks.js'
import { WebhookError } from './errors.js'

/** The part of a fetch `Request` that is used, so that any library's type fits. */
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

/** The limit of a body. */
export interface BodyLimit {
  /** The largest body that is accepted, in bytes. Default 1 MiB. */
  readonly maxBodyBytes?: number | undefined
}

/** Truedy's payloads are a few kilobytes. */
export const DEFAULT_MAX_BODY_BYTES = 1_048_576

/** The error for a body over the limit. */
export function bodyTooLarge(maxBodyBytes: number): WebhookError {
  return new WebhookError(
    'body_too_large',
    `The body is larger than maxBodyBytes (${maxBodyBytes}). Raise the limit if Truedy sent it.`,
  )
}

/**
 * Returns the bytes of a request. Counts them as they arrive, because a declared length can be wrong and a chunked body
 * declares none.
 *
 * @throws WebhookError `body_too_large`; `body_not_raw` if the body was read before; `invalid_options`
 */
export async function readBody(request: RequestLike, limit: BodyLimit = {}): Promise<Uint8Array> {
  const { maxBodyBytes = DEFAULT_MAX_BODY_BYTES } = limit
  requirePositive({ maxBodyBytes })
  requireRequest(request)
  // An object that only looks like a Request may have no headers.
  if (Number(request.headers?.get('content-length')) > maxBodyBytes) throw bodyTooLarge(maxBodyBytes)
  return readUnread(request, maxBodyBytes)
}

/**
 * The bytes of a request that is known to be one.
 *
 * @throws WebhookError `body_too_large`, `body_not_raw`; what the stream throws
 */
export async function readUnread({ bodyUsed, body }: RequestLike, maxBodyBytes: number): Promise<Uint8Array> {
  if (bodyUsed || body?.locked)
    throw notRaw(
      'The body of this Request was read before. Call this first, or pass the raw bytes to createReceiver.',
    )
  if (!body) return new Uint8Array()
  // The Requests of node-fetch and cross-fetch have a stream of Node.
  if (!body.getReader) {
    throw notRaw(
      'The body of this Request is not a ReadableStream, as with node-fetch. Pass await request.arrayBuffer() to createReceiver.',
    )
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
    "This is not a Fetch Request. Pass the context's request (event.request, c.req.raw); with Node's (req, res) use createNodeHandler, on Fastify createReceiver.",
  )
}

/**
 * Tells whether a value is a Request. A context that has one in it, and the requests of Node and Fastify, have no `bodyUsed`.
 * Only checks that the field exists: in some servers, reading its value creates the body's stream, and the connection of a
 * rejected upload is then closed.
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
  const error = new Error('The client closed the connection before the body was complete.', { cause })
  error.name = CONNECTION_CLOSED
  return error
}

/** Tells whether an error is one of {@link connectionClosed}. */
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
      // The request is rejected either way, so ignore a failed cancel.
      reader.cancel().catch(() => {})
      throw bodyTooLarge(maxBodyBytes)
    }
    keepChunk(chunks, value)
  }
}

/** Adds a chunk. Joins many small ones, because a chunk of one byte takes about a hundred times the memory of that byte. */
export function keepChunk(chunks: Uint8Array[], chunk: Uint8Array): void {
  if (chunks.push(chunk) >= 1000) chunks.push(joinChunks(chunks.splice(0)))
}

/** Joins chunks. A single chunk, the usual case, is not copied. */
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
