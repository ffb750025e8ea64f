/**
 * HMAC-SHA256 (RFC 2104, FIPS 180-4) on `node:crypto` or on WebCrypto. One answer, two ways: `node:crypto` hashes
 * in two updates without a copy of the body and is several times faster on small ones; WebCrypto is everywhere.
 */

import type { Bytes } from './bytes.js'
import type { SignedDelivery } from './delivery.js'

/** The part of `node:crypto` that is used here. */
export type NodeCrypto = Pick<typeof import('node:crypto'), 'createHmac' | 'timingSafeEqual'>

// Asked for at run time instead of imported: one build then serves runtimes with and without it.
const nodeCrypto: NodeCrypto | undefined = globalThis.process?.getBuiltinModule?.('node:crypto')

/** The index of the secret that signed the delivery, or -1. A promise only where WebCrypto is all there is. */
export function findSigner(delivery: SignedDelivery): number | Promise<number> {
  return nodeCrypto ? findSignerSync(nodeCrypto, delivery) : findSignerWeb(delivery)
}

const encoder = /* @__PURE__ */ new TextEncoder()
// Two signatures in hex, side by side for the comparison; nothing is awaited between writing and reading them.
const expectedHex = /* @__PURE__ */ new Uint8Array(64)
const receivedHex = /* @__PURE__ */ new Uint8Array(64)

/** {@link findSigner} on `node:crypto`. */
export function findSignerSync(crypto: NodeCrypto, delivery: SignedDelivery): number {
  const { prefix, body, signature, secrets } = delivery
  encoder.encodeInto(signature, receivedHex)
  return secrets.findIndex((secret) => {
    encoder.encodeInto(
      crypto.createHmac('sha256', secret).update(prefix).update(body).digest('hex'),
      expectedHex,
    )
    return crypto.timingSafeEqual(expectedHex, receivedHex)
  })
}

/** {@link findSigner} on WebCrypto, whose `verify` compares in constant time itself. */
export async function findSignerWeb(delivery: SignedDelivery): Promise<number> {
  const message = concat(delivery.prefix, delivery.body)
  const signature = hexToBytes(delivery.signature)
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

const MAX_CACHED_KEYS = 100
const keys = /* @__PURE__ */ new Map<string, Promise<CryptoKey>>()

/** Importing costs as much as hashing a small body, and a program has few secrets: keys are kept. */
function importKey(secret: string): Promise<CryptoKey> {
  const cached = keys.get(secret)
  if (cached) return cached
  if (keys.size >= MAX_CACHED_KEYS) keys.clear()
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign', 'verify'])
  keys.set(secret, key)
  return key
}

/** WebCrypto takes a message in one piece. */
function concat(prefix: string, body: Bytes): Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return encoder.encode(prefix + body)
  const message = new Uint8Array(prefix.length + body.length)
  encoder.encodeInto(prefix, message)
  message.set(body, prefix.length)
  return message
}

function hexToBytes(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)
  return bytes
}
