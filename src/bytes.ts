/** A body as bytes: which values count as raw, how long they are, and how they become text. */

import { getBuiltin } from './builtins.js'

/**
 * The body of a request exactly as it was received. A string stands for its UTF-8 bytes; a Node `Buffer` is a
 * `Uint8Array`.
 */
export type RawBody = string | Uint8Array | ArrayBuffer

/** A raw body after its checks: text, or a view of the caller's bytes (copied only if the memory is shared). */
export type Bytes = string | Uint8Array

/**
 * Returns a raw body: an ArrayBuffer becomes a view of it, and shared memory is copied. Returns `undefined` for anything else
 * (a parsed object, a stream, nothing). Values of
 * another realm count too, as test runners and edge sandboxes hand them over: hence no `instanceof`.
 */
export function asBytes(body: unknown): Bytes | undefined {
  if (typeof body === 'string') return body
  // A view on larger elements, such as a Uint16Array, is not a body.
  if (ArrayBuffer.isView(body) && (body as Uint8Array).BYTES_PER_ELEMENT === 1) {
    return withoutSharing(body as Uint8Array)
  }
  const kind = kindOf(body)
  if (kind !== 'ArrayBuffer' && kind !== 'SharedArrayBuffer') return undefined
  return withoutSharing(new Uint8Array(body as ArrayBuffer))
}

/** A view on memory that no other thread can change between the check of a signature and the reading of what it signed. */
function withoutSharing(bytes: Uint8Array): Uint8Array {
  return bytes.buffer[Symbol.toStringTag] === 'SharedArrayBuffer' ? Uint8Array.from(bytes) : bytes
}

/** Tells whether a text is free of lone surrogates. A text with a lone surrogate has no UTF-8 encoding of its own. */
export function isWellFormed(text: string): boolean {
  // Missing in older runtimes, and in the types for them.
  const { isWellFormed: native } = text as { isWellFormed?: () => boolean }
  return native ? native.call(text) : !/\p{Surrogate}/u.test(text)
}

/** The kind of a value: `Undefined`, `Object`, `Array`, `Promise`, `ReadableStream`, `ArrayBuffer` … */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}

/** Bytes as hexadecimal digits in lower case. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The number of bytes of a body. */
export function byteLength(bytes: Bytes): number {
  return typeof bytes === 'string' ? encodeUtf8(bytes).length : bytes.length
}

let encoder: TextEncoder | undefined

/** The encoder of this runtime; in jsdom, which has none, that of Node. */
export function textEncoder(): TextEncoder {
  encoder ??= new (globalThis.TextEncoder ?? getBuiltin('node:util').TextEncoder)()
  return encoder
}

/** The UTF-8 bytes of a text. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return textEncoder().encode(text)
}

type BufferModule = typeof import('node:buffer')

/** Node's `buffer` module, loaded at the first body and not at import. `null` in a runtime that doesn't have it. */
let buffers: BufferModule | null | undefined
let utf8: TextDecoder | undefined

/**
 * The text of a body, without a byte order mark (RFC 8259 §8.1 lets a reader ignore one).
 *
 * @throws TypeError when the bytes are not UTF-8
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
