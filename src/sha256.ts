/**
 * SHA-256 (FIPS 180-4), synchronous, because `dedupeKey` is and WebCrypto is not. It only shortens keys: signatures
 * are left to the cryptography of the runtime.
 */

/** The SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits in lower case. */
export function sha256Hex(text: string): string {
  const blocks = pad(new TextEncoder().encode(text))
  const constants = fractionsOfRoots(64, 3)
  const hash = fractionsOfRoots(8, 2)
  const schedule = new Uint32Array(64)
  for (let offset = 0; offset < blocks.byteLength; offset += 64) {
    for (let t = 0; t < 16; t++) schedule[t] = blocks.getUint32(offset + 4 * t)
    compress(hash, schedule, constants)
  }
  return Array.from(hash, (word) => word.toString(16).padStart(8, '0')).join('')
}

/** §5.1.1: the bit 1, zeros, and the length in bits as 64-bit number, up to a multiple of 64 bytes. */
function pad(message: Uint8Array): DataView {
  const bytes = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64)
  bytes.set(message)
  bytes[message.length] = 0x80
  const view = new DataView(bytes.buffer)
  view.setUint32(bytes.length - 8, message.length / 2 ** 29)
  view.setUint32(bytes.length - 4, message.length << 3)
  return view
}

/** §4.2.2 and §5.3.3: the constants are the first 32 fractional bits of the roots of the first primes. */
function fractionsOfRoots(count: number, degree: 2 | 3): Uint32Array {
  const fractions = new Uint32Array(count)
  for (let candidate = 2, found = 0; found < count; candidate++) {
    let isPrime = true
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) isPrime &&= candidate % divisor !== 0
    if (isPrime) fractions[found++] = (candidate ** (1 / degree) % 1) * 2 ** 32
  }
  return fractions
}

/** §6.2.2: one block, whose first 16 words stand in the schedule. Names as in the standard. */
function compress(hash: Uint32Array, schedule: Uint32Array, constants: Uint32Array): void {
  const word = (array: Uint32Array, index: number): number => array[index] as number // indices are in range below
  const rotate = (x: number, n: number): number => (x >>> n) | (x << (32 - n))

  for (let t = 16; t < 64; t++) {
    const w15 = word(schedule, t - 15)
    const w2 = word(schedule, t - 2)
    const sigma0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3)
    const sigma1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10)
    schedule[t] = sigma1 + word(schedule, t - 7) + sigma0 + word(schedule, t - 16)
  }

  // A Uint32Array of eight words always destructures into eight numbers.
  let [a, b, c, d, e, f, g, h] = hash as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  for (let t = 0; t < 64; t++) {
    const Sigma1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const choose = (e & f) ^ (~e & g)
    const T1 = (h + Sigma1 + choose + word(constants, t) + word(schedule, t)) | 0
    const Sigma0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const T2 = (Sigma0 + majority) | 0
    h = g
    g = f
    f = e
    e = (d + T1) | 0
    d = c
    c = b
    b = a
    a = (T1 + T2) | 0
  }
  for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) hash[index] = word(hash, index) + value
}
