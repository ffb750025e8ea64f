/**
 * HMAC-SHA256 (RFC 2104, FIPS 180-4) on `node:crypto` or on WebCrypto. One answer, two ways: `node:crypto` hashes
 * in two updates without a copy of the body and is several times faster on small ones; WebCrypto is everywhere.
 */

import type { Bytes } from './bytes.js'
import type { SignedDelivery } from './delivery.js'

/** All that is needed of `node:crypto`. */
export type CreateHmac = typeof import('node:crypto').createHmac

// Asked for at run time instead of imported: one build then serves runtimes with and without it.
const createHmac: CreateHmac | undefined = globalThis.process?.getBuiltinModule?.('node:crypto')?.createHmac

/** The index of the secret that signed the delivery, or -1. A promise only where WebCrypto is all there is. */
export function findSigner(delivery: SignedDelivery): number | Promise<number> {
  return createHmac ? findSignerSync(createHmac, delivery) : findSignerWeb(delivery)
}

const encoder = /* @__PURE__ */ new TextEncoder()

/** {@link findSigner} on `node:crypto`. */
export function findSignerSync(createHmac: CreateHmac, delivery: SignedDelivery): number {
  const { prefix, body, signature, secrets } = delivery
  return secrets.findIndex((secret) => {
    const expected = createHmac('sha256', keyOf(secret).bytes).update(prefix).update(body).digest('hex')
    return isEqual(expected, signature)
  })
}

/** Compares in constant time: goes through all digits, wherever the first difference is, and branches once. */
function isEqual(expected: string, signature: string): boolean {
  let difference = expected.length ^ signature.length
  for (let i = 0; i < signature.length; i++) {
    // The bit that makes a letter lower case is set in digits already.
    difference |= expected.charCodeAt(i) ^ (signature.charCodeAt(i) | 0x20)
  }
  return difference === 0
}

/** {@link findSigner} on WebCrypto, whose `verify` compares in constant time itself. */
export async function findSignerWeb(delivery: SignedDelivery): Promise<number> {
  const signature = Uint8Array.from(delivery.signature.match(/../g) ?? [], (digits) => Number(`0x${digits}`))
  const message = concat(delivery.prefix, delivery.body)
  for (const [index, secret] of delivery.secrets.entries()) {
    if (await crypto.subtle.verify('HMAC', await importKey(secret), signature, message)) return index
  }
  return -1
}

/** The HMAC of a prefix and a body as 64 hexadecimal digits in lower case. */
export async function signHex(secret: string, prefix: string, body: Bytes): Promise<string> {
  const digest = await crypto.subtle.sign('HMAC', await importKey(secret), concat(prefix, body))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

interface Key {
  readonly bytes: Uint8Array<ArrayBuffer>
  imported?: Promise<CryptoKey>
}

const MAX_CACHED_KEYS = 100
const keys = /* @__PURE__ */ new Map<string, Key>()

/**
 * Keys are kept: encoding one takes a twentieth of a whole verification, importing one more than hashing a small body.
 * A program has few secrets; one that has many starts over from time to time.
 */
function keyOf(secret: string): Key {
  let key = keys.get(secret)
  if (!key) {
    if (keys.size >= MAX_CACHED_KEYS) keys.clear()
    key = { bytes: encoder.encode(secret) }
    keys.set(secret, key)
  }
  return key
}

function importKey(secret: string): Promise<CryptoKey> {
  const key = keyOf(secret)
  key.imported ??= crypto.subtle.importKey('raw', key.bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ])
  return key.imported
}

/** WebCrypto takes a message in one piece. */
function concat(prefix: string, body: Bytes): Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return encoder.encode(prefix + body)
  const message = new Uint8Array(prefix.length + body.length)
  encoder.encodeInto(prefix, message)
  message.set(body, prefix.length)
  return message
}
