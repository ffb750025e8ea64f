/** A body as bytes: which values count as raw, how long they are, and how they become text. */

/**
 * The body of a request exactly as it was received. A string stands for its UTF-8 bytes; a Node `Buffer` is a
 * `Uint8Array`.
 */
export type RawBody = string | Uint8Array | ArrayBuffer

/** What the checks of a raw body hand on: text, or a view on the caller's bytes (never a copy). */
export type Bytes = string | Uint8Array

/**
 * A view on a raw body, or `undefined` for anything that is not one (a parsed object, a stream, nothing).
 * Values of another realm count too, as test runners and edge sandboxes hand them over: hence no `instanceof`.
 */
export function asBytes(body: unknown): Bytes | undefined {
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
  // The tag is that of an ArrayBuffer, whatever realm it is from.
  if (Object.prototype.toString.call(body) === '[object ArrayBuffer]')
    return new Uint8Array(body as ArrayBuffer)
  return undefined
}

/** How many bytes a body has. */
export function byteLength(bytes: Bytes): number {
  return typeof bytes === 'string' ? new TextEncoder().encode(bytes).length : bytes.length
}

const buffers = globalThis.process?.getBuiltinModule?.('node:buffer')
const utf8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true })

/**
 * The text of a body, without a byte order mark (RFC 8259 §8.1 lets a reader ignore one).
 *
 * @throws TypeError when the bytes are not UTF-8
 */
export function decodeUtf8(bytes: Bytes): string {
  if (typeof bytes === 'string') return bytes.startsWith('\uFEFF') ? bytes.slice(1) : bytes
  // ASCII is most of what arrives, and reads as Latin-1 several times faster than as UTF-8.
  if (buffers?.isAscii?.(bytes)) {
    const { Buffer } = buffers
    const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    return buffer.toString('latin1')
  }
  return utf8.decode(bytes)
}
