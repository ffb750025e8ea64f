/**
 * FNV-1a with 128 bits (Fowler, Noll, Vo): small, synchronous, the same in every runtime. It tells events apart that were
 * verified before; it is no cryptography, and none is needed where only Truedy's secret lets data in.
 */

const OFFSET_BASIS = 0x6c62272e07bb014262b821756295c58dn
// 2 ** 88 + 0x13b, written out: bundlers keep what they would have to compute.
const PRIME = 0x1000000000000000000013bn

/** The hash of a text's UTF-8 bytes, as 32 hexadecimal digits. */
export function fnv128(text: string): string {
  let hash = OFFSET_BASIS
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(128, (hash ^ BigInt(byte)) * PRIME)
  return hash.toString(16).padStart(32, '0')
}
