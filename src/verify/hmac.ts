/**
 * HMAC-SHA256 (RFC 2104, FIPS 180-4) with `node:crypto`, which is several times faster for small bodies, or with WebCrypto in
 * runtimes that don't have `node:crypto`.
 */

import { getBuiltin } from '../builtins.js'
import { type Bytes, encodeUtf8, textEncoder, toHex } from '../bytes.js'
import type { SignedDelivery } from './delivery.js'
import type { Key } from './keys.js'

/** The parts of `node:crypto` that are used. */
export interface NodeCrypto {
  readonly createHmac: typeof import('node:crypto').createHmac
  /** One-shot hashing. Missing before Node 20.12. */
  readonly hash?: ((algorithm: string, data: Uint8Array, outputEncoding: 'binary') => string) | undefined
}

/** Computes the HMAC of a prefix and a body, as a string of 32 characters: one for each byte. */
export type Digest = (key: Key, prefix: string, body: Bytes) => string

/** The secret that signed a delivery, and the bytes that were hashed. Parse only these bytes. */
export interface SignatureMatch {
  /** The index of the secret, or -1 if none of them signed. */
  readonly secretIndex: number
  readonly body: Bytes
}

/** Created at the first delivery, not at import. `null` if the runtime has only WebCrypto. */
let nodeDigest: Digest | null | undefined

/** Finds the secret that signed a delivery. Returns a promise only if the runtime has only WebCrypto. */
export function findMatch(delivery: SignedDelivery): SignatureMatch | Promise<SignatureMatch> {
  const digest = findNodeDigest()
  return digest ? findMatchSync(digest, delivery) : findMatchWeb(delivery)
}

function findNodeDigest(): Digest | null {
  if (nodeDigest === undefined) nodeDigest = digestOf(getBuiltin('node:crypto'))
  return nodeDigest
}

/** Returns `null` in runtimes whose `node:crypto` has no `createHmac`. */
function digestOf({ createHmac, hash }: Partial<NodeCrypto> = {}): Digest | null {
  return createHmac ? createDigest({ createHmac, hash }) : null
}

/** {@link findMatch} with `node:crypto`. */
export function findMatchSync(
  digest: Digest,
  { prefix, body, signature, keys }: SignedDelivery,
): SignatureMatch {
  if (!isSplitAmbiguous(prefix, body)) {
    // `findIndex` would take 1% of the time of a small delivery.
    for (let secretIndex = 0; secretIndex < keys.length; secretIndex++) {
      if (isEqual(digest(keys[secretIndex] as Key, prefix, body), signature)) return { secretIndex, body }
    }
  }
  return { secretIndex: -1, body }
}

/**
 * Tells whether someone may have moved the end of the timestamp. The dot after it can't be told from a dot inside an ISO 8601
 * timestamp: `…:00.123Z` with a body gives the same signed message as `…:00` with `123Z.` in front of the body. So after
 * an ISO 8601 timestamp without a fraction, a body that starts with a digit is rejected. Truedy's bodies start with `{`.
 */
function isSplitAmbiguous(prefix: string, body: Bytes): boolean {
  const first = (typeof body === 'string' ? body.charCodeAt(0) : body[0]) ?? 0
  const isDigit = first >= 0x30 && first <= 0x39
  return isDigit && prefix.includes('T') && prefix.indexOf('.') === prefix.length - 1
}

/** Compares a digest with a signature in constant time: always goes through all bytes, and branches once. */
function isEqual(expected: string, signature: string): boolean {
  let difference = 0
  for (let i = 0; i < 32; i++) difference |= expected.charCodeAt(i) ^ byteAt(signature, i)
  return difference === 0
}

/** The block size of SHA-256. HMAC hashes two messages, each after one block that is made of the key. */
const BLOCK_BYTES = 64
/** Longer than every well-formed timestamp with its separator. Only a diagnosis tries other prefixes. */
const MAX_PREFIX_LENGTH = 64
/** Up to this size, copying a body and calling `hash` twice takes less time than `createHmac`. */
const ONE_SHOT_BYTES = 8192

/**
 * Creates the fastest digest for this runtime. For small messages, it calls the one-shot `hash` twice, with reused buffers and with
 * blocks that are computed once per key (RFC 2104 §4). Otherwise, it uses `createHmac`, which needs no copy.
 */
export function createDigest({ createHmac, hash }: NodeCrypto): Digest {
  const digestAnySize: Digest = (key, prefix, body) =>
    createHmac('sha256', key.bytes).update(prefix).update(body).digest('binary')
  if (!hash) return digestAnySize

  const inner = new Uint8Array(BLOCK_BYTES + MAX_PREFIX_LENGTH + ONE_SHOT_BYTES)
  const sha256 = (bytes: Uint8Array) => hash('sha256', bytes, 'binary')

  return (key, prefix, body) => {
    // A UTF-16 code unit takes up to three bytes in UTF-8.
    const maxBodyBytes = typeof body === 'string' ? 3 * body.length : body.length
    const isShort = maxBodyBytes <= ONE_SHOT_BYTES && prefix.length <= MAX_PREFIX_LENGTH
    // In a prefix that isn't ASCII, a character takes several bytes.
    if (!isShort || writeBinary(inner, prefix, BLOCK_BYTES) > 0x7f) return digestAnySize(key, prefix, body)
    key.pads ??= padsOf(key.bytes, sha256)
    const { innerPad, outer } = key.pads
    const start = BLOCK_BYTES + prefix.length
    inner.set(innerPad)
    let size = start
    if (typeof body === 'string') size += textEncoder().encodeInto(body, inner.subarray(start)).written
    // Copying from a view whose memory was transferred would throw. Such a view has no bytes.
    else if (body.length > 0) {
      inner.set(body, start)
      size += body.length
    }
    writeBinary(outer, sha256(inner.subarray(0, size)), BLOCK_BYTES)
    return sha256(outer)
  }
}

/** Computes the two blocks of an HMAC key. The outer one has room for the inner digest after it. */
function padsOf(bytes: Uint8Array, sha256: (bytes: Uint8Array) => string): NonNullable<Key['pads']> {
  const block = new Uint8Array(BLOCK_BYTES)
  if (bytes.length > BLOCK_BYTES) writeBinary(block, sha256(bytes), 0)
  else block.set(bytes)
  const outer = new Uint8Array(BLOCK_BYTES + 32)
  outer.set(block.map((byte) => byte ^ 0x5c))
  return { innerPad: block.map((byte) => byte ^ 0x36), outer }
}

/** Writes a string whose characters stand for one byte each. Returns a number of at least their greatest code. */
function writeBinary(target: Uint8Array, text: string, offset: number): number {
  let bits = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    target[offset + i] = code
    bits |= code
  }
  return bits
}

/** {@link findMatch} with WebCrypto, whose `verify` compares in constant time. */
export async function findMatchWeb({
  prefix,
  body,
  signature,
  keys,
}: SignedDelivery): Promise<SignatureMatch> {
  if (isSplitAmbiguous(prefix, body)) return { secretIndex: -1, body }
  const signatureBytes = new Uint8Array(32).map((_, i) => byteAt(signature, i))
  // A copy, because the caller's buffer may change during an `await`.
  const message = concat(prefix, body)
  for (const [secretIndex, key] of keys.entries()) {
    const imported = await importKey(key)
    if (await crypto.subtle.verify('HMAC', imported, signatureBytes, message)) {
      return { secretIndex, body: message.subarray(prefix.length) }
    }
  }
  return { secretIndex: -1, body }
}

/** Reads one byte of a string of hexadecimal digits, in upper or lower case. */
function byteAt(hex: string, index: number): number {
  return digitAt(hex, 2 * index) * 16 + digitAt(hex, 2 * index + 1)
}

/** Returns the value of a hexadecimal digit. In the code of a letter, bit 6 is set, and the low four bits count from 1. */
function digitAt(hex: string, index: number): number {
  const code = hex.charCodeAt(index)
  return (code & 15) + (code >> 6) * 9
}

/**
 * Computes a signature: 64 hexadecimal digits in lower case. Prefers WebCrypto, so that tests on Node sign with other code than the
 * code that verifies. jsdom has no WebCrypto.
 */
export async function signHex(key: Key, prefix: string, body: Bytes): Promise<string> {
  const digest = globalThis.crypto?.subtle ? null : findNodeDigest()
  if (digest) return toHex(Uint8Array.from(digest(key, prefix, body), (character) => character.charCodeAt(0)))
  const hmac = await crypto.subtle.sign('HMAC', await importKey(key), concat(prefix, body))
  return toHex(new Uint8Array(hmac))
}

async function importKey(key: Key): Promise<CryptoKey> {
  key.imported ??= await crypto.subtle.importKey('raw', key.bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ])
  return key.imported
}

/** Joins a prefix and a body, because WebCrypto takes a message in one piece. */
function concat(prefix: string, body: Bytes): Uint8Array<ArrayBuffer> {
  const head = encodeUtf8(prefix)
  const tail = typeof body === 'string' ? encodeUtf8(body) : body
  const message = new Uint8Array(head.length + tail.length)
  message.set(head)
  // Copying from a view whose memory was transferred would throw. Such a view has no bytes.
  if (tail.length > 0) message.set(tail, head.length)
  return message
}
