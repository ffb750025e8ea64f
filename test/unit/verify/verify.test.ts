import { runInNewContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import {
  isWebhookError,
  type VerificationFailure,
  type VerifyOptions,
  WebhookError,
} from '../../../src/index.js'
import { BODY, ENVELOPE, headersFor, NOW_SECONDS, now, SECRET, sign, wrong } from '../support/delivery.js'
import { importWithoutNodeCrypto, paths, web } from '../support/paths.js'

const bytes = new TextEncoder().encode(BODY)
const headers = headersFor(BODY)

it('verifySignature uses node:crypto if the runtime has it, and WebCrypto otherwise', async () => {
  const verify = vi.spyOn(crypto.subtle, 'verify')
  await paths[0]?.verifySignature(BODY, headers, SECRET, { now })
  expect(verify).not.toHaveBeenCalled()
  await web.verifySignature(BODY, headers, SECRET, { now })
  expect(verify).toHaveBeenCalledOnce()
  verify.mockRestore()
})

it('verifySignature imports a secret into WebCrypto once', async () => {
  const importKey = vi.spyOn(crypto.subtle, 'importKey')
  const check = (secret: string) =>
    web.verifySignature(BODY, headersFor(BODY, undefined, secret), secret, { now })
  for (let i = 0; i < 3; i++) await check('one secret')
  expect(importKey).toHaveBeenCalledTimes(1)
  // A key that is not extractable does not reveal the secret to other code in the process.
  const isExtractable = false
  expect(importKey.mock.calls[0]?.[3]).toBe(isExtractable)
  importKey.mockRestore()
})

it('verifySignature caches the keys of 1,000 secrets, but not of 3,000', async () => {
  const { verifySignature } = await importWithoutNodeCrypto()
  const importKey = vi.spyOn(crypto.subtle, 'importKey')
  const check = (index: number) => verifySignature(BODY, headers, `secret ${index}`, { now })
  // With 1,000 tenants in turn, each key is imported once.
  for (let round = 0; round < 3; round++) for (let index = 0; index < 1000; index++) await check(index)
  expect(importKey).toHaveBeenCalledTimes(1000)
  for (let index = 1000; index < 3000; index++) await check(index)
  await check(0)
  expect(importKey).toHaveBeenCalledTimes(3001)
  importKey.mockRestore()
})

it('verifySignature fails closed if the runtime has no cryptography', async () => {
  vi.stubGlobal('crypto', {})
  const verification = await web.verifySignature(BODY, headers, 'never seen before', { now })
  vi.unstubAllGlobals()
  expect(verification).toMatchObject({ ok: false, status: 500 })
})

it('verifyAndParse parses the bytes that it verified even if the buffer changes meanwhile', async () => {
  const buffer = Buffer.from(BODY)
  const verified = web.verifyAndParse(buffer, headers, SECRET, { now })
  buffer.write(BODY.replace('evt_abc123', 'evt_forged'))
  expect(await verified).toMatchObject({ id: 'evt_abc123' })
})

it('verifySignature imports a key again after WebCrypto failed', async () => {
  const importKey = vi.spyOn(crypto.subtle, 'importKey').mockRejectedValueOnce(new Error('for a moment'))
  const check = () =>
    web.verifySignature(BODY, headersFor(BODY, undefined, 'a new secret'), 'a new secret', { now })
  expect(await check()).toMatchObject({ ok: false, status: 500 })
  expect(await check()).toMatchObject({ ok: true })
  importKey.mockRestore()
})

it('verifyAndParse takes only one microtask if the runtime has node:crypto', async () => {
  const order: string[] = []
  const event = paths[0]?.verifyAndParse(BODY, headers, SECRET, { now }).then(() => order.push('event'))
  const turn = Promise.resolve().then(() => order.push('next turn'))
  await Promise.all([event, turn])
  expect(order).toEqual(['event', 'next turn'])
})

it('verifySignature fails closed if the caller forgets to await it', () => {
  const verification = paths[0]?.verifySignature(BODY, headers, SECRET, { now })
  expect(wrong(verification)).not.toHaveProperty('ok')
})

describe.each(paths)('on $name', ({ verifySignature, verifyAndParse }) => {
  async function codeOf(...args: Parameters<typeof verifySignature>): Promise<string> {
    const verification = await verifySignature(...args)
    return verification.ok ? 'ok' : verification.code
  }

  it('verifySignature returns when the delivery was sent and which secret signed it', async () => {
    expect(await verifySignature(BODY, headers, SECRET, { now })).toEqual({
      ok: true,
      sentAt: new Date('2026-03-18T14:32:00Z'),
      secretIndex: 0,
    })
  })

  it('verifyAndParse returns the event of a valid delivery', async () => {
    expect(await verifyAndParse(bytes, headers, SECRET, { now })).toEqual({
      ...ENVELOPE,
      rawEvent: 'call.ended',
    })
  })

  describe('a body', () => {
    const padded = new Uint8Array(bytes.length + 20).fill(0x7b)
    padded.set(bytes, 7)

    it.each<[string, unknown]>([
      ['a string', BODY],
      ['a Buffer', Buffer.from(BODY)],
      ['a Uint8Array', bytes],
      ['an ArrayBuffer', bytes.slice().buffer],
      ['a view into a larger buffer', padded.subarray(7, 7 + bytes.length)],
      ['a pooled Buffer', Buffer.from(BODY).subarray(0)],
      ['a Uint8Array of another realm', runInNewContext('new Uint8Array(source)', { source: [...bytes] })],
      [
        'an ArrayBuffer of another realm',
        runInNewContext('new Uint8Array(source).buffer', { source: [...bytes] }),
      ],
    ])('may be %s', async (_, body) => {
      expect(await codeOf(wrong(body), headers, SECRET, { now })).toBe('ok')
      expect(await verifyAndParse(wrong(body), headers, SECRET, { now })).toMatchObject({
        data: ENVELOPE.data,
      })
    })

    it.each<[string, unknown, string]>([
      ['undefined', undefined, 'Undefined'],
      ['null', null, 'Null'],
      ['a parsed object', ENVELOPE, 'Object'],
      ['an array of numbers', [...bytes], 'Array'],
      ['a number', 1, 'Number'],
      ['a DataView', new DataView(padded.buffer, 7, bytes.length), 'DataView'],
      ['16-bit numbers', new Uint16Array(bytes.slice(0, 2).buffer), 'Uint16Array'],
      ['a stream', new ReadableStream(), 'ReadableStream'],
      ['a form', new FormData(), 'FormData'],
      ['a promise', Promise.resolve(BODY), 'Promise'],
      ['an object with the tag of bytes', { [Symbol.toStringTag]: 'Uint8Array', length: 2 }, 'Uint8Array'],
      ['an object that inherits from bytes', Object.create(Uint8Array.prototype), 'Object'],
      ['a Blob', new Blob([BODY]), 'Blob'],
    ])('is rejected if it is %s, and the message says what to do', async (_, body, kind) => {
      const verification = await verifySignature(wrong(body), headers, SECRET, { now })
      expect(verification).toMatchObject({ ok: false, code: 'body_not_raw', status: 500 })
      const message = 'message' in verification ? verification.message : ''
      expect(message).toContain(kind)
      for (const framework of ['express.raw', 'Fastify', 'NestJS', 'Koa', 'Next.js', 'Fetch', 'Lambda']) {
        expect(message).toContain(framework)
      }
    })

    it('is verified byte by byte: a changed space, escape or key order does not match', async () => {
      for (const body of [
        `${BODY} `,
        ` ${BODY}`,
        BODY.replace('ü', '\\u00fc'),
        JSON.stringify(ENVELOPE, null, 1),
        '',
      ]) {
        expect(await codeOf(body, headers, SECRET, { now })).toBe('signature_mismatch')
      }
    })

    it('is verified before it is parsed', async () => {
      await expect(verifyAndParse('{', headers, SECRET, { now })).rejects.toMatchObject({
        code: 'signature_mismatch',
      })
      await expect(verifyAndParse('{', headersFor('{'), SECRET, { now })).rejects.toMatchObject({
        code: 'invalid_json',
      })
    })

    it('is rejected if it is a string that is not well formed, because bytes were lost', async () => {
      for (const body of ['"\ud800"', '\udc00', `${BODY}\ud83d`]) {
        const signed = headersFor(body)
        expect(await codeOf(body, signed, SECRET, { now })).toBe('body_not_raw')
      }
      const withEmoji = '{"event":"call.ended","timestamp":1,"data":{"x":"\ud83d\ude00"}}'
      expect(await codeOf(withEmoji, headersFor(withEmoji), SECRET, { now })).toBe('ok')
    })

    it('is read only once from shared memory, which another thread may change', async () => {
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
      shared.set(bytes)
      const verification = verifyAndParse(shared, headersFor(bytes), SECRET, { now })
      shared.fill(0x20)
      expect(await verification).toMatchObject({ id: 'evt_abc123' })
      const buffer = new SharedArrayBuffer(bytes.length)
      new Uint8Array(buffer).set(bytes)
      expect(await codeOf(wrong(buffer), headersFor(bytes), SECRET, { now })).toBe('ok')
    })

    it('has no bytes if its memory was transferred', async () => {
      const gone = new Uint8Array(bytes)
      structuredClone(gone, { transfer: [gone.buffer] })
      expect(await codeOf(gone, headersFor(bytes), SECRET, { now })).toBe('signature_mismatch')
      expect(await codeOf(gone, headersFor(''), SECRET, { now })).toBe('ok')
    })

    it.each([
      ['2026-03-18T14:32:00.123456+05:30', '2026-03-18T14:32:00', '123456+05:30.'],
      ['2026-03-18T14:32:00.1Z', '2026-03-18T14:32:00', '1Z.'],
    ])("can't include a part of its timestamp: %s moved to %s and %s", async (sent, shorter, rest) => {
      const clock = { now: () => Date.parse('2026-03-18T14:32:00Z'), toleranceSeconds: 24 * 3600 }
      const signature = sign(BODY, sent)
      const headersWith = (text: string) => ({ 'x-truedy-timestamp': text, 'x-truedy-signature': signature })
      expect(await codeOf(BODY, headersWith(sent), SECRET, clock)).toBe('ok')
      expect(await codeOf(rest + BODY, headersWith(shorter), SECRET, clock)).toBe('signature_mismatch')
      expect(await codeOf(Buffer.from(rest + BODY), headersWith(shorter), SECRET, clock)).toBe(
        'signature_mismatch',
      )
    })

    it('is verified as its UTF-8 bytes if it is a string', async () => {
      expect(await codeOf(BODY, headersFor(bytes), SECRET, { now })).toBe('ok')
    })
  })

  describe('the headers', () => {
    const { 'x-truedy-timestamp': timestamp, 'x-truedy-signature': signature } = headers

    it.each<[string, unknown]>([
      ['a record with lowercase names', headers],
      [
        'a record with the documented names',
        { 'X-Truedy-Timestamp': timestamp, 'X-Truedy-Signature': signature },
      ],
      [
        'a record with names in mixed case',
        { 'x-TRUEDY-timestamp': timestamp, 'X-TRUEDY-SIGNATURE': signature },
      ],
      [
        'a record with names in the older spelling',
        { 'X-Trudy-Timestamp': timestamp, 'X-Trudy-Signature': signature },
      ],
      [
        "a record of one-item lists, as in AWS's multiValueHeaders and Node's headersDistinct",
        { 'X-Truedy-Timestamp': [timestamp], 'x-truedy-signature': [signature] },
      ],
      ['a record without a prototype', Object.assign(Object.create(null), headers)],
      ['a Headers', new Headers(headers)],
      [
        'a Headers with names in the older spelling',
        new Headers({ 'X-Trudy-Timestamp': timestamp, 'X-Trudy-Signature': signature }),
      ],
      ['a Map', new Map(Object.entries(headers))],
      [
        'any object with a `get` method',
        { get: (name: string) => headers[name as keyof typeof headers] ?? null },
      ],
      [
        'a record with names in both spellings',
        { ...headers, 'X-Trudy-Timestamp': '1', 'X-Trudy-Signature': 'x' },
      ],
      [
        'a record with other headers',
        { host: 'a', 'content-type': 'b', 'x-request-timestamp': '1', ...headers, 'set-cookie': ['c'] },
      ],
    ])('may be %s', async (_, input) => {
      expect(await codeOf(BODY, wrong(input), SECRET, { now })).toBe('ok')
    })

    it.each<[string, unknown, string]>([
      ['no headers', {}, 'missing_timestamp'],
      ['an empty Headers', new Headers(), 'missing_timestamp'],
      ['no timestamp header', { 'x-truedy-signature': signature }, 'missing_timestamp'],
      ['no signature header', { 'x-truedy-timestamp': timestamp }, 'missing_signature'],
      ['an empty timestamp', { ...headers, 'x-truedy-timestamp': '' }, 'missing_timestamp'],
      ['an empty signature', { ...headers, 'x-truedy-signature': '' }, 'missing_signature'],
      [
        'undefined values',
        { 'x-truedy-timestamp': undefined, 'x-truedy-signature': undefined },
        'missing_timestamp',
      ],
      [
        'one header of each spelling',
        { 'x-truedy-timestamp': timestamp, 'x-trudy-signature': signature },
        'missing_signature',
      ],
      ['inherited headers', Object.create(headers), 'missing_timestamp'],
      [
        'the headers of Ultravox',
        { 'x-ultravox-webhook-timestamp': timestamp, 'x-ultravox-webhook-signature': signature },
        'missing_timestamp',
      ],
      ['an empty timestamp array', { ...headers, 'x-truedy-timestamp': [] }, 'malformed_timestamp'],
      [
        'a timestamp array with two items',
        { ...headers, 'x-truedy-timestamp': [timestamp, timestamp] },
        'malformed_timestamp',
      ],
      [
        'a nested signature array',
        { ...headers, 'x-truedy-signature': [[signature]] },
        'malformed_signature',
      ],
      [
        'a signature array with two items',
        { ...headers, 'x-truedy-signature': [signature, signature] },
        'malformed_signature',
      ],
      [
        'a doubled timestamp that was joined',
        { ...headers, 'x-truedy-timestamp': `${timestamp}, ${timestamp}` },
        'malformed_timestamp',
      ],
      [
        'a doubled signature that was joined',
        { ...headers, 'x-truedy-signature': `${signature}, ${signature}` },
        'malformed_signature',
      ],
      [
        'a timestamp under two cases of its name',
        { ...headers, 'X-Truedy-Timestamp': timestamp },
        'malformed_timestamp',
      ],
      [
        'a signature under two cases of its name',
        { ...headers, 'X-Truedy-Signature': signature },
        'malformed_signature',
      ],
      ['a numeric timestamp', { ...headers, 'x-truedy-timestamp': NOW_SECONDS }, 'malformed_timestamp'],
      [
        'an object for a signature',
        { ...headers, 'x-truedy-signature': { length: 64 } },
        'malformed_signature',
      ],
      [
        'an object that becomes a valid signature as a string',
        { ...headers, 'x-truedy-signature': { length: 64, toString: () => signature } },
        'malformed_signature',
      ],
    ])('are rejected for %s', async (_, input, code) => {
      expect(await codeOf(BODY, wrong(input), SECRET, { now })).toBe(code)
    })

    it('are rejected if a Headers has the signature twice', async () => {
      const doubled = new Headers(headers)
      doubled.append('x-truedy-signature', signature)
      expect(await codeOf(BODY, doubled, SECRET, { now })).toBe('malformed_signature')
    })

    it('may have other names, in any case', async () => {
      const headerNames = { timestamp: 'X-My-Time', signature: 'X-My-Sig' }
      expect(
        await codeOf(BODY, { 'x-my-time': timestamp, 'x-MY-sig': signature }, SECRET, { now, headerNames }),
      ).toBe('ok')
      expect(await codeOf(BODY, headers, SECRET, { now, headerNames })).toBe('missing_timestamp')
    })

    it.each([undefined, null])('are rejected if they are %s', async (input) => {
      expect(await codeOf(BODY, wrong(input), SECRET, { now })).toBe('invalid_options')
    })
  })

  describe('the timestamp', () => {
    it.each([
      String(NOW_SECONDS),
      '2026-03-18T14:32:00Z',
      '2026-03-18T14:32:00.123Z',
      '2026-03-18T14:32:00.123456',
      '2026-03-18T14:32:00.123456789Z',
      '2026-03-18T14:32:00',
      '2026-03-18T16:32:00+02:00',
      '2026-03-18T04:02:00-10:30',
    ])('%s is accepted and signed as it is', async (timestamp) => {
      const verification = await verifySignature(BODY, headersFor(BODY, timestamp), SECRET, {
        now,
        toleranceSeconds: 1,
      })
      expect(verification).toMatchObject({ ok: true })
    })

    it.each([
      ' 1773844320',
      '1773844320 ',
      '1773844320abc',
      '1773844320.0',
      '1.7e9',
      '0x69bab7e0',
      '+1773844320',
      '-1773844320',
      '177384432000',
      '1773844320000',
      '١٧٧٣٨٤٤٣٢٠',
      'now',
      'NaN',
      'Infinity',
      '2026-03-18',
      '2026-03-18T14:32Z',
      'x2026-03-18T14:32:00Z',
      '12026-03-18T14:32:00Z',
      '2026-03-18T14:32:00Zx',
      '2026-03-18 14:32:00Z',
      '2026-03-18T14:32:00 Z',
      '2026-03-18T14:32:00.Z',
      '2026-02-30T14:32:00Z',
      '2026-13-18T14:32:00Z',
      '2026-03-18T24:00:00Z',
      '2026-03-18T14:60:00Z',
      '2026-03-18T14:32:61Z',
      '2026-03-18T14:32:00+24:00',
      '2026-03-18T14:32:00+02:60',
      '2026-03-18T14:32:00UTC',
      '2026-03-18T16:32:00+0200',
      '2026-03-18T16:32:00+02',
      'Wed, 18 Mar 2026 14:32:00 GMT',
      '2026-03-18T14:32:00Z\n',
    ])('%j is malformed', async (timestamp) => {
      expect(await codeOf(BODY, headersFor(BODY, timestamp), SECRET, { now })).toBe('malformed_timestamp')
    })

    it.each([
      [300, 'ok'],
      [301, 'timestamp_too_old'],
      [-300, 'ok'],
      [-301, 'timestamp_too_new'],
      [3600 * 24 * 365, 'timestamp_too_old'],
      [-3600 * 24 * 365, 'timestamp_too_new'],
    ])('of %i s ago is %s by default', async (age, code) => {
      expect(await codeOf(BODY, headersFor(BODY, String(NOW_SECONDS - age)), SECRET, { now })).toBe(code)
    })

    it('is accepted exactly at the tolerance and rejected 1 ms beyond', async () => {
      const at = (milliseconds: number) => ({ now: () => now() + milliseconds, toleranceSeconds: 10 })
      expect(await codeOf(BODY, headers, SECRET, at(10_000))).toBe('ok')
      expect(await codeOf(BODY, headers, SECRET, at(10_001))).toBe('timestamp_too_old')
      expect(await codeOf(BODY, headers, SECRET, at(-10_000))).toBe('ok')
      expect(await codeOf(BODY, headers, SECRET, at(-10_001))).toBe('timestamp_too_new')
    })

    it('is compared with the clock of the machine by default', async () => {
      const timestamp = String(Math.floor(Date.now() / 1000))
      expect(await codeOf(BODY, headersFor(BODY, timestamp), SECRET)).toBe('ok')
      expect(await codeOf(BODY, headers, SECRET)).toBe(
        Date.now() > now() ? 'timestamp_too_old' : 'timestamp_too_new',
      )
    })

    it('is part of the signed message: the same time in another form does not match', async () => {
      const other = { ...headers, 'x-truedy-timestamp': '2026-03-18T14:32:00Z' }
      expect(await codeOf(BODY, other, SECRET, { now })).toBe('signature_mismatch')
    })

    it('has its age in the message if it is rejected', async () => {
      const verification = await verifySignature(BODY, headersFor(BODY, String(NOW_SECONDS - 3600)), SECRET, {
        now,
      })
      expect(verification).toHaveProperty('message', expect.stringMatching(/3600 s old.*300 s/))
    })
  })

  describe('the signature', () => {
    const signature = sign(BODY)
    const last = signature.endsWith('0') ? '1' : '0'

    it('may be in uppercase', async () => {
      expect(
        await codeOf(BODY, { ...headers, 'x-truedy-signature': signature.toUpperCase() }, SECRET, { now }),
      ).toBe('ok')
    })

    it.each([
      ['63 digits', signature.slice(1)],
      ['65 digits', `${signature}0`],
      ['one digit', 'a'],
      ['a letter that is not a hexadecimal digit', `g${signature.slice(1)}`],
      ['a character after the last digit', `${signature.slice(0, 63)}:`],
      ['a prefix', `sha256=${signature}`],
      ['the form that Svix uses', `v1,${signature}`],
      ['base64', Buffer.from(signature, 'hex').toString('base64')],
      ['base64 of 64 characters', `${'A'.repeat(62)}==`],
      ['white space', ` ${signature.slice(1)}`],
      ['a newline at the end', `${signature}\n`],
      ['digits of another script', '٠'.repeat(64)],
      ['fullwidth characters', 'Ａ'.repeat(64)],
    ])('with %s is malformed', async (_, value) => {
      expect(await codeOf(BODY, { ...headers, 'x-truedy-signature': value }, SECRET, { now })).toBe(
        'malformed_signature',
      )
    })

    it.each([
      ['another first digit', `${signature.startsWith('0') ? '1' : '0'}${signature.slice(1)}`],
      ['another last digit', signature.slice(0, 63) + last],
      ['zeros', '0'.repeat(64)],
      ['another secret', sign(BODY, undefined, 'other')],
      ['the body alone', sign(BODY, '')],
      ['another timestamp', sign(BODY, String(NOW_SECONDS - 1))],
    ])('with %s does not match', async (_, value) => {
      expect(await codeOf(BODY, { ...headers, 'x-truedy-signature': value }, SECRET, { now })).toBe(
        'signature_mismatch',
      )
    })
  })

  describe('the secret', () => {
    it('may be a list during a rotation, and the result says which one signed', async () => {
      const secrets = ['new secret', SECRET, 'third']
      expect(await verifySignature(BODY, headers, secrets, { now })).toMatchObject({
        ok: true,
        secretIndex: 1,
      })
      expect(await codeOf(BODY, headers, ['new secret', 'third'], { now })).toBe('signature_mismatch')
    })

    it('may be a list of ten, but not of eleven', async () => {
      const others = Array.from({ length: 9 }, (_, index) => `other ${index}`)
      expect(await verifySignature(BODY, headers, [...others, SECRET], { now })).toMatchObject({
        secretIndex: 9,
      })
      expect(await codeOf(BODY, headers, [...others, 'x', SECRET], { now })).toBe('invalid_secret')
    })

    it.each([
      '0123456789abcdef0123456789abcdef',
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'é世界👩‍🚀',
      'a b',
      'x',
      'y'.repeat(500),
    ])('%j is used as it is', async (secret) => {
      expect(await codeOf(BODY, headersFor(BODY, undefined, secret), secret, { now })).toBe('ok')
    })

    it.each<[string, unknown]>([
      ['undefined', undefined],
      ['null', null],
      ['empty', ''],
      ['an empty list', []],
      ['a list with an empty string', [SECRET, '']],
      ['a list with undefined', [SECRET, undefined]],
      // biome-ignore lint/suspicious/noSparseArray: that is what is tested
      ['a list with a hole', [, SECRET]],
      ['a number', 42],
      ['a Buffer', Buffer.from(SECRET)],
      ['an object', { 0: SECRET, length: 1 }],
    ])('is rejected if it is %s', async (_, secret) => {
      const verification = await verifySignature(BODY, headers, wrong(secret), { now })
      expect(verification).toMatchObject({ ok: false, code: 'invalid_secret', status: 500 })
      expect(verification).toHaveProperty('message', expect.stringMatching(/secret/))
    })

    it.each([`${SECRET}\n`, ` ${SECRET}`, `${SECRET}\r\n`, `\t${SECRET}`, ' ', `${SECRET}\u00a0`])(
      'is rejected with white space around it: %j',
      async (secret) => {
        const verification = await verifySignature(BODY, headers, ['right', secret], { now })
        expect(verification).toMatchObject({ ok: false, code: 'invalid_secret' })
        expect(verification).toHaveProperty('message', expect.stringContaining('newline'))
      },
    )
  })

  describe('the options', () => {
    it.each<[string, unknown]>([
      ['a tolerance of 0', { toleranceSeconds: 0 }],
      ['a negative tolerance', { toleranceSeconds: -1 }],
      ['a tolerance that is not a number', { toleranceSeconds: Number.NaN }],
      ['an infinite tolerance', { toleranceSeconds: Number.POSITIVE_INFINITY }],
      ['a tolerance that is a string', { toleranceSeconds: '300' }],
      ['a clock that is not a function', { now: 0 }],
      ['a clock that returns NaN', { now: () => Number.NaN }],
      ['a clock that returns a string', { now: () => '2026-03-18' }],
      ['a clock that returns nothing', { now: () => undefined }],
      ['a clock that returns Infinity', { now: () => Number.POSITIVE_INFINITY }],
      ['only one of the two header names', { headerNames: { timestamp: 'a' } }],
      ['an empty header name', { headerNames: { timestamp: '', signature: 'b' } }],
      ['header names that are null', { headerNames: null }],
      ['null', null],
    ])('are rejected for %s', async (_, options) => {
      const withClock = options && { now, ...(options as VerifyOptions) }
      expect(await codeOf(BODY, headers, SECRET, wrong(withClock))).toBe('invalid_options')
    })

    it('may each be undefined', async () => {
      const options = { now, toleranceSeconds: undefined, headerNames: undefined }
      expect(await codeOf(BODY, headers, SECRET, options)).toBe('ok')
      expect(
        await codeOf(BODY, headersFor(BODY, String(Math.floor(Date.now() / 1000))), SECRET, undefined),
      ).toBe('ok')
    })
  })

  describe('verifySignature with bad arguments', () => {
    const bomb = new Proxy(
      {},
      {
        get() {
          throw new Error(`boom ${SECRET}`)
        },
        ownKeys() {
          throw new Error('boom')
        },
      },
    )

    it.each<[string, unknown[]]>([
      ['nothing', []],
      ['headers that throw on access', [BODY, bomb, SECRET, { now }]],
      [
        'headers whose get throws',
        [
          BODY,
          {
            get: () => {
              throw new Error('boom')
            },
          },
          SECRET,
          { now },
        ],
      ],
      ['options that throw on access', [BODY, headers, SECRET, bomb]],
      [
        'a clock that throws',
        [
          BODY,
          headers,
          SECRET,
          {
            now: () => {
              throw new Error(SECRET)
            },
          },
        ],
      ],
      ['a secret that throws on access', [BODY, headers, bomb, { now }]],
      [
        'a list of secrets that throws on access',
        [
          BODY,
          headers,
          new Proxy([], {
            get() {
              throw new Error('boom')
            },
          }),
          { now },
        ],
      ],
      ['a body that throws on access', [bomb, headers, SECRET, { now }]],
      ['symbols', [Symbol('a'), Symbol('b'), Symbol('c'), Symbol('d')]],
    ])('returns a failure instead of throwing for %s', async (_, args) => {
      const verification = await verifySignature(...(args as Parameters<typeof verifySignature>))
      expect(verification).toMatchObject({ ok: false, status: 500 })
      expect(JSON.stringify(verification)).not.toContain(SECRET)
      const { code } = verification as VerificationFailure
      await expect(verifyAndParse(...(args as Parameters<typeof verifyAndParse>))).rejects.toMatchObject({
        code,
      })
    })

    it('never reveals the secret, the expected signature or the body', async () => {
      const other = 'whsec_another'
      const old = String(NOW_SECONDS - 10_000)
      const failures = [
        await verifySignature(BODY, headers, other, { now }),
        await verifySignature(BODY, headersFor(BODY, old), SECRET, { now }),
        await verifySignature(BODY, { ...headers, 'x-truedy-signature': SECRET }, SECRET, { now }),
        await verifySignature(BODY, { ...headers, 'x-truedy-timestamp': SECRET }, SECRET, { now }),
        await verifySignature(BODY, headers, `${SECRET} `, { now }),
        await verifySignature(wrong(ENVELOPE), headers, SECRET, { now }),
      ]
      for (const failure of failures) {
        expect(failure.ok).toBe(false)
        const text = JSON.stringify(failure)
        for (const forbidden of [
          SECRET,
          other,
          sign(BODY),
          sign(BODY, undefined, other),
          'evt_abc123',
          'Grüße',
        ]) {
          expect(text).not.toContain(forbidden)
        }
      }
    })
  })

  it('verifyAndParse throws a WebhookError with the code, status and message of the failure', async () => {
    const failure = await verifySignature(BODY, {}, SECRET, { now })
    const error = await verifyAndParse(BODY, {}, SECRET, { now }).catch((caught: unknown) => caught)
    expect(isWebhookError(error)).toBe(true)
    const { ok, ...rest } = failure
    expect(ok).toBe(false)
    expect(error).toMatchObject({ ...rest, name: 'WebhookError' })
  })

  it('verifyAndParse throws for a signed body that is not an event', async () => {
    for (const [body, code] of [
      ['{', 'invalid_json'],
      ['[]', 'invalid_event'],
      ['{}', 'invalid_event'],
    ] as const) {
      await expect(verifyAndParse(body, headersFor(body), SECRET, { now })).rejects.toMatchObject({
        code,
        status: 400,
      })
    }
    const notUtf8 = new Uint8Array([0x7b, 0xff, 0x7d])
    await expect(verifyAndParse(notUtf8, headersFor(notUtf8), SECRET, { now })).rejects.toMatchObject({
      code: 'invalid_json',
    })
    expect(await codeOf(notUtf8, headersFor(notUtf8), SECRET, { now })).toBe('ok')
  })
})

describe('WebhookError', () => {
  it.each([
    ['missing_timestamp', 401],
    ['missing_signature', 401],
    ['malformed_timestamp', 401],
    ['malformed_signature', 401],
    ['timestamp_too_old', 401],
    ['timestamp_too_new', 401],
    ['signature_mismatch', 401],
    ['invalid_json', 400],
    ['invalid_event', 400],
    ['method_not_allowed', 405],
    ['body_too_large', 413],
    ['body_not_raw', 500],
    ['invalid_secret', 500],
    ['invalid_options', 500],
  ] as const)('%s has the status %i', (code, status) => {
    expect(new WebhookError(code, 'message')).toMatchObject({ code, status, message: 'message' })
  })

  it('keeps its cause', () => {
    const cause = new Error('underneath')
    expect(new WebhookError('invalid_json', 'message', { cause }).cause).toBe(cause)
    expect('cause' in new WebhookError('invalid_json', 'message')).toBe(false)
  })

  it('is recognized across copies of the package by instanceof and by isWebhookError', () => {
    const others = new web.WebhookError('invalid_json', 'message')
    expect(web.WebhookError).not.toBe(WebhookError)
    expect(isWebhookError(others)).toBe(true)
    expect(others).toBeInstanceOf(WebhookError)
    expect(others).toBeInstanceOf(Error)
    // The brand is the same in every version of the package.
    const branded = { [Symbol.for('truedy-webhooks.WebhookError')]: true }
    expect(isWebhookError(branded)).toBe(true)
    expect(branded).toBeInstanceOf(WebhookError)
  })

  it('is not an instance of its subclass, but an instance of the subclass is one of WebhookError in every copy', () => {
    class Mine extends WebhookError {}
    const mine = new Mine('invalid_json', 'message')
    expect(mine).toBeInstanceOf(Mine)
    expect(mine).toBeInstanceOf(WebhookError)
    expect(mine).toBeInstanceOf(web.WebhookError)
    expect(new WebhookError('invalid_json', 'message')).not.toBeInstanceOf(Mine)
    expect(new web.WebhookError('invalid_json', 'message')).not.toBeInstanceOf(Mine)
  })

  it.each([undefined, null, 'text', 1, {}, new Error('other'), { code: 'invalid_json', status: 400 }])(
    'is not recognized in %s',
    (value) => {
      expect(isWebhookError(value)).toBe(false)
      expect(value instanceof WebhookError).toBe(false)
    },
  )
})
