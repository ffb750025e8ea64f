/**
 * SHA-256 (FIPS 180-4), synchronous and the same in every runtime: WebCrypto's is asynchronous, and keys of events are not.
 * For digests inside keys. Signatures are computed by the runtime's own cryptography.
 */

import { encodeUtf8 } from './bytes.js'

const ROUNDS = 64

/** The round constants, and the initial state after them. Computed at the first digest. */
let constants: Int32Array | undefined

/** The first 32 bits of the fractional parts of the cube and square roots of the first primes (FIPS 180-4 §4.2.2, §5.3.3). */
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

/** The SHA-256 digest of a text's UTF-8 bytes, or of bytes, as 64 hexadecimal digits. */
export function sha256Hex(message: string | Uint8Array): string {
  const bytes = typeof message === 'string' ? encodeUtf8(message) : message
  constants ??= rootsOfPrimes()
  const k = constants
  // The message, a one bit, zeros, and its length in bits (FIPS 180-4 §5.1.1).
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, bytes.length / 2 ** 29)
  view.setUint32(padded.length - 4, bytes.length * 8)

  const state = k.slice(ROUNDS)
  const w = new Int32Array(ROUNDS)
  // The working variables a to h are eight neighbors in here. Each round moves them down by one: only two of them change.
  const v = new Int32Array(ROUNDS + 8)
  for (let block = 0; block < padded.length; block += 64) {
    v.set(state, ROUNDS)
    for (let t = 0; t < ROUNDS; t++) {
      if (t < 16) {
        w[t] = view.getInt32(block + 4 * t)
      } else {
        const w15 = at(w, t - 15)
        const w2 = at(w, t - 2)
        w[t] =
          at(w, t - 16) +
          (rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3)) +
          at(w, t - 7) +
          (rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10))
      }
      const a = ROUNDS - t
      const [va, vb, vc] = [at(v, a), at(v, a + 1), at(v, a + 2)]
      const e = at(v, a + 4)
      const t1 =
        at(v, a + 7) +
        (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
        ((e & at(v, a + 5)) ^ (~e & at(v, a + 6))) +
        at(k, t) +
        at(w, t)
      v[a + 3] = at(v, a + 3) + t1
      v[a - 1] = t1 + (rotate(va, 2) ^ rotate(va, 13) ^ rotate(va, 22)) + ((va & vb) ^ (va & vc) ^ (vb & vc))
    }
    for (let i = 0; i < 8; i++) state[i] = at(state, i) + at(v, i)
  }
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}

/** Every index here is in range; the compiler cannot know. */
function at(array: Int32Array, index: number): number {
  return array[index] as number
}
