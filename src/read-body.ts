/** Reads the whole body of a fetch `Request`, up to a limit. */

import { requirePositive } from './checks.js'
import { WebhookError } from './errors.js'

/** The part of a fetch `Request` that is used. The `Request` type of any library fits. */
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

/** The option that limits the size of a body. */
export interface BodyLimit {
  /** The largest body that is accepted, in bytes. Default 1 MiB. */
  readonly maxBodyBytes?: number | undefined
}

/** The default of `maxBodyBytes`. Truedy's payloads have a few kilobytes. */
export const DEFAULT_MAX_BODY_BYTES = 1_048_576

/** Creates the error for a body over the limit. */
export function bodyTooLarge(maxBodyBytes: number): WebhookError {
  return new WebhookError(
    'body_too_large',
    `The body is larger than maxBodyBytes (${maxBodyBytes}). Raise the limit if Truedy sent the request.`,
  )
}

/**
 * Reads the body of a request. Counts the bytes as they arrive, because the declared length can be wrong, and a chunked body
 * declares none.
 *
 * @throws WebhookError `body_too_large`; `body_not_raw` if the value isn't a Request or its body can't be read; `invalid_options` if
 * `maxBodyBytes` isn't a positive number. Passes on errors of the stream
 */
export async function readBody(request: RequestLike, limit: BodyLimit = {}): Promise<Uint8Array> {
  const { maxBodyBytes = DEFAULT_MAX_BODY_BYTES } = limit
  requirePositive({ maxBodyBytes })
  requireRequest(request)
  // An object that isn't a real Request may have no headers.
  if (Number(request.headers?.get('content-length')) > maxBodyBytes) throw bodyTooLarge(maxBodyBytes)
  return readRequestBody(request, maxBodyBytes)
}

/**
 * Reads the body of a value that has passed {@link requireRequest}.
 *
 * @throws WebhookError `body_too_large`; `body_not_raw` if the body was read before, is locked or isn't a web stream. Passes on
 * errors of the stream
 */
export async function readRequestBody(
  { bodyUsed, body }: RequestLike,
  maxBodyBytes: number,
): Promise<Uint8Array> {
  if (bodyUsed || body?.locked)
    throw notRaw(
      'The body of this Request was read before, or is locked. Pass it unread; other code can read a clone.',
    )
  if (!body) return new Uint8Array()
  // In node-fetch and cross-fetch, the body of a Request is a Node stream.
  if (!body.getReader) {
    throw notRaw(
      'The body of this Request has no getReader() (as in node-fetch). Pass await request.arrayBuffer() to createReceiver.',
    )
  }
  return readStream(body, maxBodyBytes)
}

/**
 * Throws unless a value is a fetch Request.
 *
 * @throws WebhookError `body_not_raw`
 */
export function requireRequest(request: RequestLike): void {
  if (isRequest(request)) return
  throw notRaw(
    "This is not a fetch Request. Pass the Request in a context (event.request, c.req.raw). For Node's (req, res), use createNodeHandler; for Fastify, createReceiver.",
  )
}

/**
 * Tells whether a value is a fetch Request. A context that holds a Request has no `bodyUsed`, and neither do the requests of Node
 * and Fastify. Only checks that the field exists, without reading it. In some servers, reading it creates the body's stream, and
 * if the upload is then rejected, the server closes the connection.
 */
export function isRequest(value: unknown): boolean {
  return 'bodyUsed' in Object(value)
}

/** Creates the error for a request whose raw body isn't available. */
export function notRaw(message: string): WebhookError {
  return new WebhookError('body_not_raw', message)
}

const CONNECTION_CLOSED = 'ConnectionClosed'

/** Creates the error for a client that closed the connection before the body was complete. */
export function connectionClosed(cause?: unknown): Error {
  const error = new Error('The client closed the connection before the body was complete.', { cause })
  error.name = CONNECTION_CLOSED
  return error
}

/**
 * Returns the error for a body whose stream failed: the cause if it has a status, as our own errors have and that of a framework
 * whose limit ends the stream, such as SvelteKit's. Any other cause means that the client closed the connection.
 */
export function streamFailure(cause: unknown): unknown {
  const { status, statusCode = status } = Object(cause) as { status?: unknown; statusCode?: unknown }
  return typeof statusCode === 'number' ? cause : connectionClosed(cause)
}

/** Tells whether an error was created by {@link connectionClosed}. */
export function isConnectionClosed(error: unknown): boolean {
  return (error as Error | undefined)?.name === CONNECTION_CLOSED
}

/**
 * Reads a stream, up to a limit.
 *
 * @throws WebhookError `body_too_large`. Passes on errors of the stream
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

/** Adds a chunk. Joins 1,000 chunks into one, because a chunk of one byte takes about a hundred times that much memory. */
export function keepChunk(chunks: Uint8Array[], chunk: Uint8Array): void {
  if (chunks.push(chunk) >= 1000) chunks.push(joinChunks(chunks.splice(0)))
}

/** Joins chunks. Returns a single chunk, the usual case, without copying it. */
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
