/**
 * SHA-256 (FIPS 180-4) for the digests inside keys. It is synchronous in every runtime, as `dedupeKey` must be; WebCrypto is
 * asynchronous.
 */

import { getBuiltin } from './builtins.js'
import { encodeUtf8 } from './bytes.js'

const ROUNDS = 64

/** The round constants, followed by the initial state. Computed at the first digest. */
let constants: Int32Array | undefined

/**
 * Returns the first 32 bits of the fractional parts of the cube roots, then of the square roots, of the first primes (FIPS 180-4
 * §4.2.2, §5.3.3).
 */
function rootsOfPrimes(): Int32Array {
  const roots = new Int32Array(ROUNDS + 8)
  let found = 0
  for (let candidate = 2; found < ROUNDS; candidate++) {
    let divisor = 2
    while (candidate % divisor !== 0) divisor++
    if (divisor < candidate) continue
    if (found < 8) roots[ROUNDS + found] = (candidate ** (1 / 2) % 1) * 2 ** 32
    roots[found++] = (candidate ** (1 / 3) % 1) * 2 ** 32
  }
  return roots
}

/** Returns the SHA-256 digest of bytes, or of a string's UTF-8 bytes, as 64 hexadecimal digits. */
export function sha256Hex(message: string | Uint8Array): string {
  const bytes = typeof message === 'string' ? encodeUtf8(message) : message
  // For 1 MB, `node:crypto` needs a tenth of the time that the code below needs.
  const crypto: Partial<typeof import('node:crypto')> | undefined = getBuiltin('node:crypto')
  return crypto?.createHash?.('sha256').update(bytes).digest('hex') ?? computeSha256Hex(bytes)
}

/** Returns the same digest as {@link sha256Hex}, without `node:crypto`. */
export function computeSha256Hex(bytes: Uint8Array): string {
  constants ??= rootsOfPrimes()
  // The message, a one bit, zeros, and its length in bits (FIPS 180-4 §5.1.1).
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, bytes.length / 2 ** 29)
  view.setUint32(padded.length - 4, bytes.length * 8)

  const state = constants.slice(ROUNDS)
  const w = new Int32Array(ROUNDS)
  for (let block = 0; block < padded.length; block += 64) compress(state, view, block, constants, w)
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

/** Processes one block of 64 bytes (FIPS 180-4 §6.2.2). It is a separate function so that engines optimize it early. */
function compress(state: Int32Array, view: DataView, block: number, k: Int32Array, w: Int32Array): void {
  for (let t = 0; t < 16; t++) w[t] = view.getInt32(block + 4 * t)
  for (let t = 16; t < ROUNDS; t++) {
    const w15 = at(w, t - 15)
    const w2 = at(w, t - 2)
    const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3)
    const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10)
    w[t] = at(w, t - 16) + s0 + at(w, t - 7) + s1
  }
  // Read one by one, because destructuring an array takes longer than the rounds.
  let a = at(state, 0)
  let b = at(state, 1)
  let c = at(state, 2)
  let d = at(state, 3)
  let e = at(state, 4)
  let f = at(state, 5)
  let g = at(state, 6)
  let h = at(state, 7)
  for (let t = 0; t < ROUNDS; t++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + at(k, t) + at(w, t)) | 0
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    // By now, `b`, `c` and `d` hold the old `a`, `b` and `c`.
    a = (t1 + s0 + ((b & c) ^ (b & d) ^ (c & d))) | 0
  }
  for (const [index, sum] of [a, b, c, d, e, f, g, h].entries()) state[index] = at(state, index) + sum
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}

/** Reads an element. Every index is in range here, which TypeScript can't know. */
function at(array: Int32Array, index: number): number {
  return array[index] as number
}
