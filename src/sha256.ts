/**
 * SHA-256 (FIPS 180-4), synchronous and the same in every runtime: WebCrypto's is asynchronous, and keys of events are not.
 * For digests inside keys. Signatures are computed by the runtime's own cryptography.
 */

/** The first 32 bits of the fractional parts of the square or cube roots of the first primes (FIPS 180-4 §4.2.2, §5.3.3). */
function rootsOfPrimes(count: number, exponent: number): Int32Array {
  const roots = new Int32Array(count)
  let found = 0
  for (let candidate = 2; found < count; candidate++) {
    let isPrime = true
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) isPrime &&= candidate % divisor !== 0
    if (isPrime) roots[found++] = ((candidate ** exponent % 1) * 2 ** 32) | 0
  }
  return roots
}

let constants: Int32Array | undefined
let initialState: Int32Array | undefined
const words = /* @__PURE__ */ new Int32Array(64)

/** The SHA-256 digest of bytes, or of a text's UTF-8 bytes, as 64 hexadecimal digits. */
export function sha256Hex(message: string | Uint8Array): string {
  const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : message
  constants ??= rootsOfPrimes(64, 1 / 3)
  initialState ??= rootsOfPrimes(8, 1 / 2)
  const state = initialState.slice()

  const whole = bytes.length & ~63
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let offset = 0; offset < whole; offset += 64) addBlock(state, view, offset, constants)

  // The rest, a one bit, zeros, and the length in bits (FIPS 180-4 §5.1.1).
  const rest = bytes.subarray(whole)
  const padded = new Uint8Array(rest.length < 56 ? 64 : 128)
  padded.set(rest)
  padded[rest.length] = 0x80
  const paddedView = new DataView(padded.buffer)
  paddedView.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29))
  paddedView.setUint32(padded.length - 4, bytes.length * 8)
  for (let offset = 0; offset < padded.length; offset += 64) addBlock(state, paddedView, offset, constants)

  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

/** Hashes one block of 64 bytes into the state (FIPS 180-4 §6.2.2). */
function addBlock(state: Int32Array, view: DataView, offset: number, k: Int32Array): void {
  const w = words
  for (let t = 0; t < 16; t++) w[t] = view.getInt32(offset + 4 * t)
  for (let t = 16; t < 64; t++) {
    const w15 = at(w, t - 15)
    const w2 = at(w, t - 2)
    const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3)
    const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10)
    w[t] = (at(w, t - 16) + s0 + at(w, t - 7) + s1) | 0
  }
  let a = at(state, 0)
  let b = at(state, 1)
  let c = at(state, 2)
  let d = at(state, 3)
  let e = at(state, 4)
  let f = at(state, 5)
  let g = at(state, 6)
  let h = at(state, 7)
  for (let t = 0; t < 64; t++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + at(k, t) + at(w, t)) | 0
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) state[index] = at(state, index) + word
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}

/** Every index here is in range; the compiler cannot know. */
function at(array: Int32Array, index: number): number {
  return array[index] as number
}
