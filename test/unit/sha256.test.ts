/** SHA-256, with `node:crypto` and without it, against published vectors and for random input. */

import crypto, { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { computeSha256Hex, sha256Hex } from '../../src/sha256.js'
import { runs } from './support/runs.js'

describe.each([
  ['with node:crypto', sha256Hex],
  [
    'without node:crypto',
    (message: string | Uint8Array) =>
      computeSha256Hex(typeof message === 'string' ? Buffer.from(message) : message),
  ],
])('SHA-256 %s', (_, sha256) => {
  // NIST, "Examples with Intermediate Values", and the CAVP byte-oriented test SHA256ShortMsg.
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    [
      'abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu',
      'cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1',
    ],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ])('returns the published digest of %.20s', (text, expected) => {
    expect(sha256(text)).toBe(expected)
  })

  it.each([
    ['d3', '28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1'],
    ['5738c929c4f4ccb6', '963bb88f27f512777aab6c8b1a02c70ec0ad651d428f870036e1917120fb48bf'],
    ['0a27847cdc98bd6f62220b046edd762b', '80c25ec1600587e7f28b18b1b18e3cdc89928e39cab3bc25e4d4a4c139bcedc4'],
  ])('returns the published digest of the bytes %s', (hex, expected) => {
    expect(sha256(Buffer.from(hex, 'hex'))).toBe(expected)
  })

  it.each(Array.from({ length: 200 }, (_, length) => length))(
    'returns the digest that node:crypto returns for %i random bytes',
    (length) => {
      const bytes = randomBytes(length)
      expect(sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'))
    },
  )

  it('returns the digest that node:crypto returns for a part of a buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.nat(100), (bytes, start) => {
        const part = bytes.subarray(start)
        expect(sha256(part)).toBe(createHash('sha256').update(part).digest('hex'))
      }),
    )
  })

  it('returns the digest of the UTF-8 bytes of any string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        expect(sha256(text)).toBe(createHash('sha256').update(Buffer.from(text)).digest('hex'))
      }),
      runs(30),
    )
  })
})

describe('sha256Hex in a runtime', () => {
  const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it.each<[string, object | undefined]>([
    ['without built-in modules', undefined],
    ['with a node:crypto that lacks createHash', {}],
  ])('%s', (_, found) => {
    const getBuiltin = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(found as never)
    expect([sha256Hex(''), sha256Hex('abc'), sha256Hex(Buffer.from('abc'))]).toEqual([EMPTY, ABC, ABC])
    expect(getBuiltin).toHaveBeenCalledWith('node:crypto')
  })

  it('with node:crypto uses that', () => {
    const hash = vi.spyOn(crypto, 'createHash')
    expect(sha256Hex('abc')).toBe(ABC)
    expect(hash).toHaveBeenCalledTimes(1)
  })
})
