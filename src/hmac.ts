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

const DIGEST_BYTES = 32

const encoder = /* @__PURE__ */ new TextEncoder()

/** {@link findSigner} on `node:crypto`. */
export function findSignerSync(createHmac: CreateHmac, delivery: SignedDelivery): number {
  const { prefix, body, signature, secrets } = delivery
  return secrets.findIndex((secret) => {
    // As text of 32 characters with the codes 0 to 255: a Buffer of its own would cost a fifth of the whole.
    const expected = createHmac('sha256', keyBytes(secret)).update(prefix).update(body).digest('binary')
    return isEqual(expected, signature)
  })
}

/** Compares in constant time: goes through all bytes, wherever the first difference is, and branches once. */
function isEqual(expected: string, signature: string): boolean {
  let difference = expected.length ^ DIGEST_BYTES
  for (let i = 0; i < DIGEST_BYTES; i++) difference |= expected.charCodeAt(i) ^ byteAt(signature, i)
  return difference === 0
}

/** {@link findSigner} on WebCrypto, whose `verify` compares in constant time itself. */
export async function findSignerWeb(delivery: SignedDelivery): Promise<number> {
  const signature = Uint8Array.from({ length: DIGEST_BYTES }, (_, i) => byteAt(delivery.signature, i))
  const message = concat(delivery.prefix, delivery.body)
  for (const [index, secret] of delivery.secrets.entries()) {
    if (await crypto.subtle.verify('HMAC', await importKey(secret), signature, message)) return index
  }
  return -1
}

/** One byte of a text of hexadecimal digits, in either case. */
function byteAt(hex: string, index: number): number {
  return hexDigit(hex.charCodeAt(2 * index)) * 16 + hexDigit(hex.charCodeAt(2 * index + 1))
}

function hexDigit(code: number): number {
  return code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57
}

/** The HMAC of a prefix and a body as 64 hexadecimal digits in lower case. */
export async function signHex(secret: string, prefix: string, body: Bytes): Promise<string> {
  const digest = await crypto.subtle.sign('HMAC', await importKey(secret), concat(prefix, body))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Keeps what was made of each secret: encoding one takes a tenth of the time of a whole verification, importing one more
 * than the hashing of a small body. A program has few secrets; one that has many starts over from time to time.
 */
function perSecret<Key>(make: (secret: string) => Key): (secret: string) => Key {
  const keys = new Map<string, Key>()
  return (secret) => {
    let key = keys.get(secret)
    if (key === undefined) {
      if (keys.size >= MAX_CACHED_KEYS) keys.clear()
      key = make(secret)
      keys.set(secret, key)
    }
    return key
  }
}

const MAX_CACHED_KEYS = 100

const keyBytes = /* @__PURE__ */ perSecret((secret) => encoder.encode(secret))

const importKey = /* @__PURE__ */ perSecret((secret) =>
  crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ]),
)

/** WebCrypto takes a message in one piece. */
function concat(prefix: string, body: Bytes): Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return encoder.encode(prefix + body)
  const message = new Uint8Array(prefix.length + body.length)
  encoder.encodeInto(prefix, message)
  message.set(body, prefix.length)
  return message
}
