/** Raw bodies: which values count as raw, how many bytes they have, and how they are decoded. */

import { getBuiltin } from './builtins.js'

/**
 * The body of a request exactly as it was received. A string stands for its UTF-8 bytes. A Node `Buffer` is a
 * `Uint8Array`.
 */
export type RawBody = string | Uint8Array | ArrayBuffer

/** A raw body that was checked: a string, or a view of the caller's bytes (a copy only if the memory is shared). */
export type Bytes = string | Uint8Array

/**
 * Returns a raw body: an ArrayBuffer becomes a view of it, and shared memory is copied. Returns `undefined` for anything else
 * (a parsed object, a stream, nothing). Doesn't use `instanceof`, because test runners and edge sandboxes pass values of another
 * realm.
 */
export function asBytes(body: unknown): Bytes | undefined {
  if (typeof body === 'string') return body
  // A view of larger elements, such as a Uint16Array, is not a body.
  if (ArrayBuffer.isView(body) && (body as Uint8Array).BYTES_PER_ELEMENT === 1) {
    return withoutSharing(body as Uint8Array)
  }
  const kind = kindOf(body)
  if (kind !== 'ArrayBuffer' && kind !== 'SharedArrayBuffer') return undefined
  return withoutSharing(new Uint8Array(body as ArrayBuffer))
}

/** Copies shared memory. Otherwise, another thread could change the bytes after their signature was checked. */
function withoutSharing(bytes: Uint8Array): Uint8Array {
  return bytes.buffer[Symbol.toStringTag] === 'SharedArrayBuffer' ? Uint8Array.from(bytes) : bytes
}

/** Tells whether a string has no lone surrogate. UTF-8 can't encode one, so different strings would have the same bytes. */
export function isWellFormed(text: string): boolean {
  // Older runtimes don't have this method, and neither do the types for them.
  const { isWellFormed: native } = text as { isWellFormed?: () => boolean }
  return native ? native.call(text) : !/\p{Surrogate}/u.test(text)
}

/** Returns the kind of a value: `Undefined`, `Object`, `Array`, `Promise`, `ReadableStream`, `ArrayBuffer` … */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}

/** Returns bytes as hexadecimal digits in lower case. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Returns the number of bytes of a body. */
export function byteLength(bytes: Bytes): number {
  return typeof bytes === 'string' ? encodeUtf8(bytes).length : bytes.length
}

let encoder: TextEncoder | undefined

/** Returns the encoder of this runtime. jsdom has none, so Node's is used there. */
export function textEncoder(): TextEncoder {
  encoder ??= new (globalThis.TextEncoder ?? getBuiltin('node:util').TextEncoder)()
  return encoder
}

/** Returns the UTF-8 bytes of a string. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return textEncoder().encode(text)
}

type BufferModule = typeof import('node:buffer')

/** Node's `buffer` module, requested at the first body and not at import. `null` in a runtime that doesn't have it. */
let buffers: BufferModule | null | undefined
let utf8: TextDecoder | undefined

/**
 * Decodes a body, without its byte order mark (RFC 8259 §8.1 lets a reader ignore one).
 *
 * @throws TypeError if the bytes are not UTF-8
 */
export function decodeUtf8(bytes: Bytes): string {
  if (typeof bytes === 'string') return bytes.replace(/^\uFEFF/, '')
  if (buffers === undefined) buffers = getBuiltin('node:buffer') ?? null
  // Most bodies are ASCII, and decoding ASCII as Latin-1 takes half as long as decoding it as UTF-8.
  if (!buffers?.isAscii?.(bytes)) {
    utf8 ??= new (globalThis.TextDecoder ?? getBuiltin('node:util').TextDecoder)('utf-8', { fatal: true })
    return utf8.decode(bytes)
  }
  const { Buffer } = buffers
  return (
    Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  ).toString('latin1')
}
