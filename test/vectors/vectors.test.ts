import crypto, { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { signDelivery } from '../../src/testing/index.js'
import { createDigest, signHex } from '../../src/verify/hmac.js'
import { paths } from '../unit/support/paths.js'

interface Vector {
  name: string
  secret: string
  timestamp: string
  body: { base64: string } | { repeat: string; times: number }
  signature: string
}

interface Rfc4231Case {
  case: number
  keyHex: string
  dataHex: string
  hmacSha256Hex: string
  truncatedTo?: number
}

function read<Content>(file: string): Content {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as Content
}

function bodyOf({ body }: Vector): Buffer {
  return 'base64' in body ? Buffer.from(body.base64, 'base64') : Buffer.from(body.repeat.repeat(body.times))
}

/** The clock at the time of sending. The timestamp is parsed here independently of the library. */
function clockOf({ timestamp }: Vector): number {
  const isUnix = /^\d+$/.test(timestamp)
  const hasZone = /(Z|[+-]\d\d:\d\d)$/.test(timestamp)
  return isUnix ? Number(timestamp) * 1000 : Date.parse(hasZone ? timestamp : `${timestamp}Z`)
}

describe.each(['openssl.json', 'python.json'])('the vectors of %s', (file) => {
  const vectors = read<Vector[]>(file)

  it('exist', () => {
    expect(vectors.length).toBeGreaterThan(40)
  })

  describe.each(paths)('on $name', ({ verifySignature }) => {
    it.each(vectors)('are accepted: $name', async (vector) => {
      const headers = { 'X-Truedy-Timestamp': vector.timestamp, 'X-Truedy-Signature': vector.signature }
      const now = () => clockOf(vector)
      const verification = await verifySignature(bodyOf(vector), headers, vector.secret, { now })
      expect(verification).toMatchObject({ ok: true, secretIndex: 0 })
    })

    it.each(vectors)('are rejected with one more byte: $name', async (vector) => {
      const body = Buffer.concat([bodyOf(vector), Buffer.from(' ')])
      const headers = { 'X-Truedy-Timestamp': vector.timestamp, 'X-Truedy-Signature': vector.signature }
      const now = () => clockOf(vector)
      const verification = await verifySignature(body, headers, vector.secret, { now })
      expect(verification).toMatchObject({ ok: false, code: 'signature_mismatch' })
    })
  })

  it.each(vectors)('are signed identically: $name', async (vector) => {
    const { headers } = await signDelivery(bodyOf(vector), vector.secret, { timestamp: vector.timestamp })
    expect(headers['x-truedy-signature']).toBe(vector.signature)
  })
})

describe('the vectors of RFC 4231', () => {
  const cases = read<Rfc4231Case[]>('rfc4231.json')

  const keyOf = ({ keyHex }: Rfc4231Case) => ({ bytes: new Uint8Array(Buffer.from(keyHex, 'hex')) })
  const dataOf = ({ dataHex }: Rfc4231Case) => new Uint8Array(Buffer.from(dataHex, 'hex'))

  it.each(cases)('match on WebCrypto: case $case', async (vector) => {
    const hmac = await signHex(keyOf(vector), '', dataOf(vector))
    expect(hmac.slice(0, vector.hmacSha256Hex.length)).toBe(vector.hmacSha256Hex)
  })

  describe.each([
    ['one-shot hashes', createDigest(crypto)],
    ['createHmac', createDigest({ createHmac })],
  ])('on node:crypto, by %s', (_, digest) => {
    it.each(cases)('match: case $case', (vector) => {
      const hmac = Buffer.from(digest(keyOf(vector), '', dataOf(vector)), 'binary').toString('hex')
      expect(hmac.slice(0, vector.hmacSha256Hex.length)).toBe(vector.hmacSha256Hex)
    })
  })
})
