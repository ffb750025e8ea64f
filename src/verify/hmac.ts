/**
 * HMAC-SHA256 (RFC 2104, FIPS 180-4) on `node:crypto` or on WebCrypto. One answer, two ways: `node:crypto` hashes
 * in two updates without a copy of the body and is several times faster on small ones; WebCrypto is everywhere.
 */

import { type Bytes, toHex } from '../bytes.js'
import type { SignedDelivery } from './delivery.js'
import type { Key } from './keys.js'

/** All that is needed of `node:crypto`. */
export type CreateHmac = typeof import('node:crypto').createHmac

// Asked for at run time instead of imported: one build then serves runtimes with and without it.
const createHmac: CreateHmac | undefined = globalThis.process?.getBuiltinModule?.('node:crypto')?.createHmac

/** The index of the secret that signed the delivery, or -1. A promise only where WebCrypto is all there is. */
export function findSigner(delivery: SignedDelivery): number | Promise<number> {
  return createHmac ? findSignerSync(createHmac, delivery) : findSignerWeb(delivery)
}

/** {@link findSigner} on `node:crypto`. */
export function findSignerSync(createHmac: CreateHmac, delivery: SignedDelivery): number {
  const { prefix, body, signature, keys } = delivery
  // As a text of 32 characters with codes up to 255: half as many to compare as hexadecimal digits.
  return keys.findIndex(({ bytes }) =>
    isEqual(createHmac('sha256', bytes).update(prefix).update(body).digest('binary'), signature),
  )
}

/** Compares in constant time: goes through all bytes, wherever the first difference is, and branches once. */
function isEqual(expected: string, signature: string): boolean {
  let difference = 0
  for (let i = 0; i < 32; i++) difference |= expected.charCodeAt(i) ^ byteAt(signature, i)
  return difference === 0
}

/** {@link findSigner} on WebCrypto, whose `verify` compares in constant time itself. */
export async function findSignerWeb(delivery: SignedDelivery): Promise<number> {
  const { prefix, signature, keys } = delivery
  const signatureBytes = new Uint8Array(32).map((_, i) => byteAt(signature, i))
  const message = concat(prefix, delivery.body)
  // From here on the copy is the body: the caller's buffer may change while we wait.
  delivery.body = message.subarray(prefix.length)
  for (const [index, key] of keys.entries()) {
    const imported = await importKey(key)
    if (await crypto.subtle.verify('HMAC', imported, signatureBytes, message)) return index
  }
  return -1
}

/** One byte of a text of hexadecimal digits, in either case. */
function byteAt(hex: string, index: number): number {
  return digit(hex.charCodeAt(2 * index)) * 16 + digit(hex.charCodeAt(2 * index + 1))
}

/** The value of a hexadecimal digit by its character code: letters have a higher bit set, and count from ten. */
function digit(code: number): number {
  return (code & 15) + (code >> 6) * 9
}

/** The HMAC of a prefix and a body as 64 hexadecimal digits in lower case. */
export async function signHex(key: Key, prefix: string, body: Bytes): Promise<string> {
  const digest = await crypto.subtle.sign('HMAC', await importKey(key), concat(prefix, body))
  return toHex(new Uint8Array(digest))
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
  const encoder = new TextEncoder()
  const head = encoder.encode(prefix)
  const tail = typeof body === 'string' ? encoder.encode(body) : body
  const message = new Uint8Array(head.length + tail.length)
  message.set(head)
  message.set(tail, head.length)
  return message
}
