/** Memory that all guesses share, so that thirty forms of a large body never exist at the same time. */

import { textEncoder } from '../bytes.js'

/** A buffer that is written piece by piece. */
export interface Scratch {
  /** Starts over, with room for `maxBytes`. Overwrites everything that `written` returned before. */
  begin(maxBytes: number): void
  /** Appends text as UTF-8. */
  writeText(text: string): void
  /** Appends bytes. */
  writeBytes(bytes: Uint8Array): void
  /** Appends one byte. */
  writeByte(byte: number): void
  /** Returns a view of what was written. */
  written(): Uint8Array
  /** Returns a hash of what was written. It is not safe against collisions that someone makes on purpose. */
  fingerprint(): string
}

const GROWTH = 8

/** Creates an empty scratch. */
export function createScratch(): Scratch {
  const encoder = textEncoder()
  let bytes = new Uint8Array(0)
  let size = 0
  return {
    begin(maxBytes) {
      // Rounded up to whole words, for the fingerprint. Larger than needed, so that it rarely has to grow. That costs
      // nothing, because memory pages that are never written to are not allocated.
      if (bytes.length < maxBytes + 4) bytes = new Uint8Array(GROWTH * ((maxBytes + 7) & ~3))
      size = 0
    },
    writeText(text) {
      size += encoder.encodeInto(text, bytes.subarray(size)).written
    },
    writeBytes(piece) {
      bytes.set(piece, size)
      size += piece.length
    },
    writeByte(byte) {
      bytes[size++] = byte
    },
    written: () => bytes.subarray(0, size),
    fingerprint() {
      const wordCount = (size + 3) >> 2
      bytes.fill(0, size, 4 * wordCount)
      let [a, b] = [0x9e3779b9, 0x85ebca6b]
      for (const word of new Uint32Array(bytes.buffer, 0, wordCount)) {
        a = Math.imul(a ^ word, 0x01000193)
        b = Math.imul(b + word, 0x5bd1e995) ^ (b >>> 15)
      }
      return `${size} ${a} ${b}`
    },
  }
}
