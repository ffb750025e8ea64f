/** Both ways to compute an HMAC with `node:crypto` give the same result for every length of key, prefix and body. */

import crypto, { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Bytes } from '../../../src/bytes.js'
import { createDigest, signHex } from '../../../src/verify/hmac.js'
import { runs } from '../support/runs.js'

const byHash = createDigest(crypto)
const byCreateHmac = createDigest({ createHmac })

function expected(key: Uint8Array, prefix: string, body: Bytes): string {
  return createHmac('sha256', key).update(prefix).update(body).digest('hex')
}

function hex(binary: string): string {
  return Buffer.from(binary, 'binary').toString('hex')
}

/** Lengths around SHA-256's blocks, the block of a key, and the largest body that is copied. */
const LENGTHS = [0, 1, 52, 53, 54, 55, 56, 63, 64, 65, 127, 128, 560, 8191, 8192, 8193, 100_000]

describe.each([
  ['one-shot hashes', byHash],
  ['createHmac', byCreateHmac],
])('an HMAC by %s', (_, digest) => {
  it.each(LENGTHS)('is correct for %i bytes', (length) => {
    const bytes = crypto.randomBytes(32)
    const body = crypto.randomBytes(length)
    expect(hex(digest({ bytes }, '1773844320.', body))).toBe(expected(bytes, '1773844320.', body))
  })

  it.each(['a', 'é', '€', '👩'])(
    'is correct for strings of %s, whatever their length in bytes',
    (character) => {
      const bytes = crypto.randomBytes(32)
      for (const length of [1, 2729, 2730, 2731, 4095, 4096, 4097, 8191, 8192, 8193]) {
        const body = character.repeat(length)
        expect(hex(digest({ bytes }, '1773844320.', body))).toBe(expected(bytes, '1773844320.', body))
      }
    },
  )

  it('is correct for any keys, prefixes and bodies, in any order', () => {
    const keys = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => ({ bytes }))
    const bodies = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 3000 }))
    const prefixes = fc.string({ unit: 'binary', maxLength: 80 })
    const deliveries = fc.array(fc.tuple(fc.nat(1), prefixes, bodies), { maxLength: 4 })
    fc.assert(
      fc.property(fc.tuple(keys, keys), deliveries, (pair, all) => {
        for (const [which, prefix, body] of all) {
          const key = pair[which as 0 | 1]
          expect(hex(digest(key, prefix, body))).toBe(expected(key.bytes, prefix, body))
        }
      }),
      runs(30),
    )
  })

  it.each([63, 64, 65, 127, 128, 1000])(
    'is correct for the largest small body after %i characters',
    (length) => {
      const bytes = crypto.randomBytes(32)
      const body = crypto.randomBytes(8192)
      for (const character of ['1', '\u007f', '\u0080', '\u0100']) {
        const prefix = character.repeat(length)
        expect(hex(digest({ bytes }, prefix, body))).toBe(expected(bytes, prefix, body))
      }
    },
  )

  it('is correct for every kind of view of single bytes', () => {
    const bytes = crypto.randomBytes(20)
    const body = crypto.randomBytes(100)
    const { buffer } = new Uint8Array(body)
    for (const view of [
      new Uint8Array(buffer, 7, 50),
      new Uint8ClampedArray(buffer),
      new Int8Array(buffer),
    ]) {
      // `Bytes` is declared as Uint8Array, but the other views hold single bytes, too.
      const given = view as Uint8Array
      expect(hex(digest({ bytes }, '1.', given))).toBe(expected(bytes, '1.', given))
    }
  })
})

it('an HMAC treats a view whose memory was transferred as an empty body', () => {
  const key = { bytes: crypto.randomBytes(32) }
  const gone = new Uint8Array(100)
  structuredClone(gone, { transfer: [gone.buffer] })
  expect(hex(byHash(key, '1.', gone))).toBe(expected(key.bytes, '1.', ''))
})

it('an HMAC uses two one-shot hashes for small bodies, and does not copy large ones', () => {
  const hash = vi.fn((name: string, data: Uint8Array, encoding: 'binary') =>
    crypto.hash(name, data, encoding),
  )
  const createHmacSpy = vi.fn(createHmac)
  const digest = createDigest({ createHmac: createHmacSpy, hash })
  const key = { bytes: crypto.randomBytes(32) }
  digest(key, '1773844320.', Buffer.alloc(8192))
  expect([hash.mock.calls.length, createHmacSpy.mock.calls.length]).toEqual([2, 0])
  digest(key, '1773844320.', Buffer.alloc(8193))
  expect([hash.mock.calls.length, createHmacSpy.mock.calls.length]).toEqual([2, 1])
})

it.each([
  ['no global crypto', undefined],
  ['a global crypto without subtle', {}],
])('a signature is right in a runtime with %s', async (_, replacement) => {
  const bytes = Uint8Array.from(crypto.randomBytes(32))
  vi.stubGlobal('crypto', replacement)
  try {
    expect(await signHex({ bytes }, '1773844320.', '{}')).toBe(expected(bytes, '1773844320.', '{}'))
  } finally {
    vi.unstubAllGlobals()
  }
})
