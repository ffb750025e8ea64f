/**
 * HMAC-SHA256 (RFC 2104, FIPS 180-4) on `node:crypto` or on WebCrypto. `node:crypto` is several times faster on small
 * bodies; WebCrypto is everywhere.
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

/** The HMAC of a prefix and a body, as a text of 32 characters with codes up to 255. */
export type Digest = (key: Key, prefix: string, body: Bytes) => string

/** Which of the secrets signed a delivery, and the bytes that were hashed: the only ones to parse. */
export interface SignatureMatch {
  /** The index of the secret, or -1 if none of them signed. */
  readonly secretIndex: number
  readonly body: Bytes
}

/** Requested at the first delivery, not at import. `null` if WebCrypto is all there is. */
let nodeDigest: Digest | null | undefined

/** Finds the secret that signed a delivery. Returns a promise only if WebCrypto is all there is. */
export function findMatch(delivery: SignedDelivery): SignatureMatch | Promise<SignatureMatch> {
  const digest = findNodeDigest()
  return digest ? findMatchSync(digest, delivery) : findMatchWeb(delivery)
}

function findNodeDigest(): Digest | null {
  if (nodeDigest === undefined) nodeDigest = digestOf(getBuiltin('node:crypto'))
  return nodeDigest
}

/** Some runtimes have a `node:crypto` without any of this. */
function digestOf({ createHmac, hash }: Partial<NodeCrypto> = {}): Digest | null {
  return createHmac ? createDigest({ createHmac, hash }) : null
}

/** {@link findMatch} on `node:crypto`. */
export function findMatchSync(
  digest: Digest,
  { prefix, body, signature, keys }: SignedDelivery,
): SignatureMatch {
  if (isSplitElsewhere(prefix, body)) return { secretIndex: -1, body }
  return { secretIndex: keys.findIndex((key) => isEqual(digest(key, prefix, body), signature)), body }
}

/**
 * Tells whether someone may have moved the dot between timestamp and body. An ISO 8601 timestamp may also contain a dot. The
 * timestamp `…:00.123Z` with a body gives the same signed message as the timestamp `…:00` with `123Z.` in front of the body,
 * although the two timestamps differ. Truedy's
 * bodies are JSON objects and never start with a digit.
 */
function isSplitElsewhere(prefix: string, body: Bytes): boolean {
  if (prefix.indexOf('.') !== prefix.length - 1 || !prefix.includes('T')) return false
  const first = typeof body === 'string' ? body.charCodeAt(0) : body[0]
  return first !== undefined && first >= 0x30 && first <= 0x39
}

/** Compares in constant time: goes through all bytes, wherever the first difference is, and branches once. */
function isEqual(expected: string, signature: string): boolean {
  let difference = 0
  for (let i = 0; i < 32; i++) difference |= expected.charCodeAt(i) ^ byteAt(signature, i)
  return difference === 0
}

/** SHA-256 works on blocks of 64 bytes. HMAC hashes one block of key in front of each of its two messages. */
const BLOCK_BYTES = 64
/** Longer than every well-formed timestamp with its separator. */
const MAX_PREFIX_LENGTH = 64
/** A prefix with one byte for each character. Only a diagnosis tries prefixes that don't match this. */
const SHORT_ASCII = /^[\0-\x7f]{0,64}$/
/** Up to this size, copying a body into one piece costs less than a second call into the crypto library. */
const ONE_SHOT_BYTES = 8192

/**
 * The faster way to compute an HMAC in this runtime: for small messages two one-shot hashes over buffers that are
 * reused, with the key's two blocks computed once per key (RFC 2104 §4); otherwise `createHmac`, which needs no copy.
 */
export function createDigest({ createHmac, hash }: NodeCrypto): Digest {
  const digestAnySize: Digest = (key, prefix, body) =>
    createHmac('sha256', key.bytes).update(prefix).update(body).digest('binary')
  if (!hash) return digestAnySize

  const inner = new Uint8Array(BLOCK_BYTES + MAX_PREFIX_LENGTH + ONE_SHOT_BYTES)
  const sha256 = (bytes: Uint8Array) => hash('sha256', bytes, 'binary')

  return (key, prefix, body) => {
    // A character takes up to three bytes.
    const maxBodyBytes = typeof body === 'string' ? 3 * body.length : body.length
    if (maxBodyBytes > ONE_SHOT_BYTES || !SHORT_ASCII.test(prefix)) {
      return digestAnySize(key, prefix, body)
    }
    key.pads ??= padsOf(key.bytes, sha256)
    const { innerPad, outer } = key.pads
    const start = BLOCK_BYTES + prefix.length
    inner.set(innerPad)
    writeBinary(inner, prefix, BLOCK_BYTES)
    let size = start
    if (typeof body === 'string') size += textEncoder().encodeInto(body, inner.subarray(start)).written
    // A view whose memory was transferred away has no bytes, and cannot be copied.
    else if (body.length > 0) {
      inner.set(body, start)
      size += body.length
    }
    writeBinary(outer, sha256(inner.subarray(0, size)), BLOCK_BYTES)
    return sha256(outer)
  }
}

/** The two blocks of an HMAC key; the outer one with room for the inner digest behind it. */
function padsOf(bytes: Uint8Array, sha256: (bytes: Uint8Array) => string): NonNullable<Key['pads']> {
  const block = new Uint8Array(BLOCK_BYTES)
  if (bytes.length > BLOCK_BYTES) writeBinary(block, sha256(bytes), 0)
  else block.set(bytes)
  const outer = new Uint8Array(BLOCK_BYTES + 32)
  outer.set(block.map((byte) => byte ^ 0x5c))
  return { innerPad: block.map((byte) => byte ^ 0x36), outer }
}

/** Writes a text of characters up to 255, one byte each. */
function writeBinary(target: Uint8Array, text: string, offset: number): void {
  for (let i = 0; i < text.length; i++) target[offset + i] = text.charCodeAt(i)
}

/** {@link findMatch} on WebCrypto, whose `verify` compares in constant time itself. */
export async function findMatchWeb({
  prefix,
  body,
  signature,
  keys,
}: SignedDelivery): Promise<SignatureMatch> {
  if (isSplitElsewhere(prefix, body)) return { secretIndex: -1, body }
  const signatureBytes = new Uint8Array(32).map((_, i) => byteAt(signature, i))
  // A copy: the caller's buffer may change while we wait.
  const message = concat(prefix, body)
  for (const [secretIndex, key] of keys.entries()) {
    const imported = await importKey(key)
    if (await crypto.subtle.verify('HMAC', imported, signatureBytes, message)) {
      return { secretIndex, body: message.subarray(prefix.length) }
    }
  }
  return { secretIndex: -1, body }
}

/** One byte of a text of hexadecimal digits, in either case. */
function byteAt(hex: string, index: number): number {
  return digitAt(hex, 2 * index) * 16 + digitAt(hex, 2 * index + 1)
}

/** The value of a hexadecimal digit by its character code: letters have a higher bit set, and count from ten. */
function digitAt(hex: string, index: number): number {
  const code = hex.charCodeAt(index)
  return (code & 15) + (code >> 6) * 9
}

/**
 * The HMAC of a prefix and a body as 64 hexadecimal digits in lower case. WebCrypto is preferred: if a receiver on
 * `node:crypto` is tested, the signature then isn't made by the code that verifies it. jsdom has no WebCrypto.
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

/** WebCrypto takes a message in one piece. */
function concat(prefix: string, body: Bytes): Uint8Array<ArrayBuffer> {
  const head = encodeUtf8(prefix)
  const tail = typeof body === 'string' ? encodeUtf8(body) : body
  const message = new Uint8Array(head.length + tail.length)
  message.set(head)
  // A view whose memory was transferred away has nothing to copy.
  if (tail.length > 0) message.set(tail, head.length)
  return message
}
