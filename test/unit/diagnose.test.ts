import { createHmac } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type Diagnosis, type DiagnosisCause, diagnose } from '../../src/diagnose/index.js'
import { isWebhookError, verifySignature } from '../../src/index.js'

const SECRET = 'whsec_c2VjcmV0LW9mLXRoZS1lbmRwb2ludA'
const SENT_AT = 1_773_844_320
const NOW = { now: () => SENT_AT * 1000 + 2000 }
const BODY =
  '{"event":"call.ended","timestamp":"2026-03-18T14:32:00.000Z","id":"evt_1","data":{"call":{"callId":"c1","costUsd":0.12,"summary":"Grüße – “bis acht?” 👩‍🚀"}}}'

function hmac(key: string | Uint8Array, ...pieces: (string | Uint8Array)[]): string {
  const digest = createHmac('sha256', key)
  for (const piece of pieces) digest.update(piece)
  return digest.digest('hex')
}

/** Headers of a delivery that signs a body as Truedy does. */
function signed(body: string | Uint8Array, key: string | Uint8Array = SECRET, timestamp = String(SENT_AT)) {
  return { 'x-truedy-timestamp': timestamp, 'x-truedy-signature': hmac(key, timestamp, '.', body) }
}

const bytes = (text: string) => new TextEncoder().encode(text)

/** What happens to a secret: what is given, where SECRET (or another) has signed. */
const SECRETS: readonly (readonly [DiagnosisCause, what: string, given: string, key: string | Uint8Array])[] =
  [
    ['secret_whitespace', 'a newline at the end', `${SECRET}\n`, SECRET],
    ['secret_whitespace', 'spaces on both sides', `  ${SECRET} `, SECRET],
    ['secret_whitespace', 'a zero-width space', `${SECRET}\u200b`, SECRET],
    ['secret_quoted', 'double quotes', `"${SECRET}"`, SECRET],
    ['secret_quoted', 'single quotes and a newline', `'${SECRET}'\n`, SECRET],
    ['secret_quoted', 'a word processor’s quotes', `“${SECRET}”`, SECRET],
    ['secret_prefix_missing', 'no prefix', SECRET.slice(6), SECRET],
    ['secret_prefix_extra', 'a prefix', `whsec_${SECRET.slice(6)}`, SECRET.slice(6)],
    ['secret_base64_decoded', 'a sender that decodes', SECRET, Buffer.from(SECRET.slice(6), 'base64')],
    ['secret_base64_decoded', 'a secret that was decoded', 'secret-of-the-endpoint', SECRET],
    [
      'secret_hex_decoded',
      'a sender that decodes',
      '0123456789abcdef0123456789ABCDEF',
      Buffer.from('0123456789abcdef0123456789abcdef', 'hex'),
    ],
    [
      'secret_hex_decoded',
      'a secret that was decoded',
      'sixteen letters!',
      '7369787465656e206c65747465727321',
    ],
  ]

/** What happens to a body: what arrives, where BODY (or another) was signed. */
const BODIES: readonly (readonly [
  DiagnosisCause,
  what: string,
  arrives: string | Uint8Array,
  signed: string | Uint8Array,
])[] = [
  ['body_newline_added', 'a newline', `${BODY}\n`, BODY],
  ['body_newline_added', 'a Windows newline', `${BODY}\r\n`, BODY],
  ['body_newline_added', 'several', `${BODY}\n\n\n`, BODY],
  ['body_newline_removed', 'a newline', BODY, `${BODY}\n`],
  ['body_newline_removed', 'a Windows newline', BODY, `${BODY}\r\n`],
  ['body_bom', 'added', `\ufeff${BODY}`, BODY],
  ['body_bom', 'removed', BODY, `\ufeff${BODY}`],
  ['body_line_endings', 'CR LF for LF', BODY.replaceAll(',', ',\r\n'), BODY.replaceAll(',', ',\n')],
  ['body_line_endings', 'LF for CR LF', BODY.replaceAll(',', ',\n'), BODY.replaceAll(',', ',\r\n')],
  ['body_base64', 'base64', Buffer.from(BODY).toString('base64'), BODY],
  ['body_base64', 'base64url', Buffer.from(BODY).toString('base64url'), BODY],
  ['body_gzip', 'gzip', gzipSync(BODY), BODY],
  ['body_charset', 'UTF-8 read as Latin-1', Buffer.from(BODY).toString('latin1'), BODY],
  ['body_charset', 'UTF-8 read as windows-1252', new TextDecoder('windows-1252').decode(bytes(BODY)), BODY],
  ['body_charset', 'Latin-1', Buffer.from('{"a":"Grüße"}', 'latin1'), '{"a":"Grüße"}'],
  [
    'body_charset',
    'windows-1252',
    Buffer.from('{"a":"\x80 und \x84Gr\xfc\xdfe\x93"}', 'latin1'),
    '{"a":"€ und „Grüße“"}',
  ],
  ['body_charset', 'UTF-16', Buffer.from(`\ufeff${BODY}`, 'utf16le'), BODY],
  ['body_reserialised', 'from compact to indented', JSON.stringify(JSON.parse(BODY), null, 2), BODY],
  ['body_reserialised', 'from indented to compact', BODY, JSON.stringify(JSON.parse(BODY), null, 2)],
  ['body_reserialised', 'from 4 spaces to compact', BODY, JSON.stringify(JSON.parse(BODY), null, 4)],
  ['body_reserialised', 'from tabs to compact', BODY, JSON.stringify(JSON.parse(BODY), null, '\t')],
  [
    'body_reserialised',
    "from Python's plain json.dumps",
    '{"b":"ü","a":[1,{}]}',
    '{"b": "\\u00fc", "a": [1, {}]}',
  ],
  [
    'body_reserialised',
    "from Python's json.dumps, not escaped",
    '{"b":"ü","a":[1,{}]}',
    '{"b": "ü", "a": [1, {}]}',
  ],
  ['body_reserialised', 'from compact and escaped', '{"b": "ü", "a": [1, {}]}', '{"b":"\\u00fc","a":[1,{}]}'],
  ['body_reserialised', "with Python's numbers", '{"b":1e-7,"a":[1e+21]}', '{"b": 1e-07, "a": [1e+21]}'],
  ['body_reserialised', "with JavaScript's numbers", '{"b": 1e-07, "a": [1.0]}', '{"b":1e-7,"a":[1]}'],
  [
    'body_reserialised',
    'with numbers in their own spelling',
    '{"b": 1.50, "a": 12345678901234567890}',
    '{"b":1.50,"a":12345678901234567890}',
  ],
  [
    'sender_sorted_json',
    'sorted at the sender',
    '{"b":"ü","a":[1.0,{}]}',
    '{"a": [1.0, {}], "b": "\\u00fc"}',
  ],
]

async function causesOf(...args: Parameters<typeof diagnose>): Promise<readonly DiagnosisCause[]> {
  return (await diagnose(args[0], args[1], args[2], { ...NOW, ...args[3] })).causes
}

describe('diagnose', () => {
  describe('of a genuine delivery', () => {
    it('finds it valid', async () => {
      expect(await diagnose(BODY, signed(BODY), SECRET, NOW)).toMatchObject({
        ok: true,
        cause: 'valid',
        causes: ['valid'],
      })
    })

    it.each([
      ['valid_but_old', 301, '5 minutes old'],
      ['valid_but_old', 90_000, '25 hours old'],
      ['valid_but_old', 864_000, '10 days old'],
      ['valid_but_future', -301, '5 minutes ahead'],
    ] as const)('finds it %s after %i seconds, and says by how much', async (cause, seconds, words) => {
      const diagnosis = await diagnose(BODY, signed(BODY), SECRET, { now: () => (SENT_AT + seconds) * 1000 })
      expect(diagnosis).toMatchObject({ ok: true, cause })
      expect(diagnosis.explanation).toContain(words)
    })

    it('goes by the tolerance that it is given', async () => {
      const options = { now: () => (SENT_AT + 100) * 1000, toleranceSeconds: 60 }
      const diagnosis = await diagnose(BODY, signed(BODY), SECRET, options)
      expect(diagnosis.cause).toBe('valid_but_old')
      expect(diagnosis.explanation).toContain('100 seconds')
    })

    it('takes the second of two secrets', async () => {
      expect(await causesOf(BODY, signed(BODY), ['whsec_new', SECRET])).toEqual(['valid'])
    })
  })

  describe('of the secret', () => {
    it.each(SECRETS)('names %s: %s', async (cause, _, given, key) => {
      const headers = signed(BODY, key)
      const diagnosis = await diagnose(BODY, headers, given, NOW)
      expect(diagnosis).toMatchObject({ ok: false, cause, causes: [cause] })
    })

    it('names a white space that the sender has, too', async () => {
      const diagnosis = await diagnose(BODY, signed(BODY, `${SECRET}\n`), `${SECRET}\n`, NOW)
      expect(diagnosis.causes).toEqual(['secret_whitespace'])
      expect(diagnosis.explanation).toContain('although it was signed with them')
    })

    it('says which of the other secrets has signed', async () => {
      const otherSecrets = ['whsec_staging', ' whsec_billing\n']
      const diagnosis = await diagnose(BODY, signed(BODY, 'whsec_billing'), SECRET, { ...NOW, otherSecrets })
      expect(diagnosis.causes).toEqual(['other_secret'])
      expect(diagnosis.explanation).toContain('other secret 2 of 2')
    })

    it('does not speak of the only other secret as one of many', async () => {
      const options = { ...NOW, otherSecrets: ['whsec_staging'] }
      const diagnosis = await diagnose(BODY, signed(BODY, 'whsec_staging'), SECRET, options)
      expect(diagnosis.explanation).toContain('the other secret')
    })
  })

  describe('of the body', () => {
    it.each(BODIES)('names %s: %s', async (cause, _, arrives, signedBody) => {
      const diagnosis = await diagnose(arrives, signed(signedBody), SECRET, NOW)
      expect(diagnosis).toMatchObject({ ok: false, cause, causes: [cause] })
    })

    it.each([
      ['body_empty', 'an empty body', ''],
      ['body_gzip', 'gzip that is broken', gzipSync(BODY).subarray(0, 40)],
      ['body_charset', 'bytes that were lost', Buffer.from('{"a":"Gr\ufffd\ufffde"}')],
    ] as const)('names %s, which shows, though nothing matches: %s', async (cause, _, arrives) => {
      expect(await causesOf(arrives, signed(BODY), SECRET)).toEqual([cause])
    })

    it('says which form was signed', async () => {
      const { explanation } = await diagnose('{"a":1,"b":2}', signed('{"a": 1, "b": 2}'), SECRET, NOW)
      expect(explanation).toContain("Python's plain json.dumps")
    })

    it('does not inflate a bomb', async () => {
      const bomb = gzipSync(Buffer.alloc(64 * 1_048_576))
      expect(await causesOf(bomb, signed(BODY), SECRET)).toEqual(['body_gzip'])
    })

    it.each([
      ['deeper than it can be written again', '['.repeat(2000) + ']'.repeat(2000)],
      ['with a number longer than Python reads', `[${'1'.repeat(5000)}]`],
      ['no JSON at all', 'event=call.ended'],
    ])('finds a newline at the end of a body %s', async (_, body) => {
      expect(await causesOf(`${body}\n`, signed(body), SECRET)).toEqual(['body_newline_added'])
    })

    it.each(['string', 'Uint8Array', 'ArrayBuffer'])('takes a body as %s', async (kind) => {
      const array = bytes(`${BODY}\n`)
      const body = kind === 'string' ? `${BODY}\n` : kind === 'ArrayBuffer' ? array.buffer : array
      expect(await causesOf(body, signed(BODY), SECRET)).toEqual(['body_newline_added'])
    })
  })

  describe('of both', () => {
    const pairs = SECRETS.flatMap((secret) => BODIES.map((body) => ({ secret, body })))
    const name = (cause: DiagnosisCause, what: string) => `${cause} (${what})`

    it.each(
      pairs.map(
        ({ secret, body }) => [name(secret[0], secret[1]), name(body[0], body[1]), secret, body] as const,
      ),
    )('names %s with %s', async (_, __, [secretCause, , given, key], [bodyCause, , arrives, signedBody]) => {
      expect(await causesOf(arrives, signed(signedBody, key), given)).toEqual([secretCause, bodyCause])
    })
  })

  describe('of the headers', () => {
    const headers = signed(BODY)
    const timestamp = headers['x-truedy-timestamp']
    const signature = headers['x-truedy-signature']

    it.each([
      ['both', {}, 'Both headers'],
      ['the timestamp', { 'x-truedy-signature': signature }, 'X-Truedy-Timestamp'],
      ['the signature', { 'x-truedy-timestamp': timestamp }, 'X-Truedy-Signature'],
    ])('says that %s is missing', async (_, given, words) => {
      const diagnosis = await diagnose(BODY, given, SECRET, NOW)
      expect(diagnosis.causes).toEqual(['headers_missing'])
      expect(diagnosis.explanation).toContain(words)
    })

    it('says that headerNames looks in the wrong place', async () => {
      const headerNames = { timestamp: 'x-time', signature: 'x-sign' }
      const diagnosis = await diagnose(BODY, headers, SECRET, { ...NOW, headerNames })
      expect(diagnosis.causes).toEqual(['headers_missing'])
      expect(diagnosis.explanation).toContain("under Truedy's own they are there")
    })

    it.each<[string, Parameters<typeof diagnose>[1]]>([
      ['in a list', { 'x-truedy-timestamp': timestamp, 'x-truedy-signature': [signature, signature] }],
      ['under two spellings', { ...headers, 'X-Truedy-Signature': signature }],
      ['joined by a proxy', new Headers([...Object.entries(headers), ['x-truedy-signature', signature]])],
      ['as timestamps', new Headers([...Object.entries(headers), ['x-truedy-timestamp', timestamp]])],
    ])('says that a header came twice: %s', async (_, given) => {
      expect(await causesOf(BODY, given, SECRET)).toEqual(['header_doubled'])
    })

    it('knows the older spelling, and that it is accepted', async () => {
      const older = { 'x-trudy-timestamp': timestamp, 'x-trudy-signature': signature }
      const diagnosis = await diagnose(BODY, older, SECRET, NOW)
      expect(diagnosis).toMatchObject({ ok: true, cause: 'older_header_names' })
      expect(await verifySignature(BODY, older, SECRET, NOW)).toMatchObject({ ok: true })
    })

    it('knows one header in the older spelling and one in the newer, which is not accepted', async () => {
      const mixed = { 'x-trudy-timestamp': timestamp, 'x-truedy-signature': signature }
      expect(await diagnose(BODY, mixed, SECRET, NOW)).toMatchObject({
        ok: false,
        cause: 'older_header_names',
      })
    })

    it('puts the age of a delivery in the older spelling first', async () => {
      const older = { 'x-trudy-timestamp': timestamp, 'x-trudy-signature': signature }
      const { causes } = await diagnose(BODY, older, SECRET, { now: () => (SENT_AT + 1000) * 1000 })
      expect(causes).toEqual(['valid_but_old', 'older_header_names'])
    })

    it("knows Ultravox's own webhooks", async () => {
      const ultravox = {
        'x-ultravox-webhook-timestamp': '2026-03-18T14:32:00Z',
        'x-ultravox-webhook-signature': hmac(SECRET, BODY, '2026-03-18T14:32:00Z'),
      }
      expect(await causesOf(BODY, ultravox, SECRET)).toEqual(['ultravox_request'])
    })

    it.each([
      ['1773844320.0', '1773844320', 'Unix seconds'],
      ['1773844320000', '1773844320', 'Unix seconds'],
      ['1.77384432e9', '1773844320', 'Unix seconds'],
      ['Wed, 18 Mar 2026 14:32:00 GMT', '1773844320', 'Unix seconds'],
      ['2026-03-18T14:32:00.000Z', '1773844320', 'Unix seconds'],
      ['1773844320', '2026-03-18T14:32:00.000Z', 'ISO 8601 with milliseconds'],
      ['1773844320', '2026-03-18T14:32:00Z', 'ISO 8601 with whole seconds'],
      ['2026-03-18T14:32:00Z', '2026-03-18T14:32:00.000000', 'ISO 8601 with microseconds, without a zone'],
      ['2026-03-18 14:32:00Z', '2026-03-18T14:32:00+00:00', 'ISO 8601 with +00:00'],
    ])('knows that %s was %s', async (arrives, was, form) => {
      const diagnosis = await diagnose(
        BODY,
        { ...signed(BODY, SECRET, was), 'x-truedy-timestamp': arrives },
        SECRET,
        NOW,
      )
      expect(diagnosis.causes).toEqual(['timestamp_rewritten'])
      expect(diagnosis.explanation).toContain(form)
    })

    it('says that a timestamp is none, though the signature matches it', async () => {
      const diagnosis = await diagnose(BODY, signed(BODY, SECRET, '1773844320000'), SECRET, NOW)
      expect(diagnosis).toMatchObject({ ok: false, causes: ['timestamp_malformed'] })
      expect(diagnosis.explanation).toContain('The signature matches it')
    })

    it.each(['yesterday', '-1', '9e300', '0x69BA'])(
      'says that the timestamp %s is none, and that nothing matches',
      async (text) => {
        const given = { ...signed(BODY, 'whsec_other'), 'x-truedy-timestamp': text }
        expect(await causesOf(BODY, given, SECRET)).toEqual(['timestamp_malformed'])
      },
    )

    it.each([
      ['cut off', signature.slice(0, 60)],
      ['no digits', 'x'.repeat(64)],
      ['another vendor’s, of another body', `sha256=${hmac(SECRET, 'other')}`],
      ['base64 of 31 bytes', Buffer.alloc(31, 7).toString('base64')],
      ['a prefix alone', 'sha256='],
    ])('says that a signature is none: %s', async (_, text) => {
      expect(await causesOf(BODY, { ...headers, 'x-truedy-signature': text }, SECRET)).toEqual([
        'signature_malformed',
      ])
    })
  })

  describe('of the digest', () => {
    const hex = signed(BODY)['x-truedy-signature']
    const base64 = Buffer.from(hex, 'hex').toString('base64')

    it.each<[string, string, DiagnosisCause[]]>([
      ['base64', base64, ['digest_base64']],
      ['base64 without padding', base64.replace('=', ''), ['digest_base64']],
      ['base64url', Buffer.from(hex, 'hex').toString('base64url'), ['digest_base64']],
      ['sha256=', `sha256=${hex}`, ['digest_prefix']],
      ['v1=', `v1=${hex}`, ['digest_prefix']],
      ['v1, with hexadecimal digits', `v1,${hex}`, ['digest_prefix']],
      ['v1, with base64', `v1,${base64}`, ['digest_prefix', 'digest_base64']],
    ])('names %s', async (_, text, causes) => {
      const given = { ...signed(BODY), 'x-truedy-signature': text }
      expect(await causesOf(BODY, given, SECRET)).toEqual(causes)
    })

    it('names it beside what is wrong with the body', async () => {
      const given = { ...signed(BODY), 'x-truedy-signature': `sha256=${hex}` }
      expect(await causesOf(`${BODY}\n`, given, SECRET)).toEqual(['body_newline_added', 'digest_prefix'])
    })
  })

  describe('of the message', () => {
    const timestamp = String(SENT_AT)

    it.each<[DiagnosisCause, string, string[]]>([
      ['body_only', 'the body alone', [BODY]],
      ['timestamp_last', 'body.timestamp', [BODY, '.', timestamp]],
      ['timestamp_last', 'body and timestamp, as Ultravox signs', [BODY, timestamp]],
      ['separator', 'nothing between', [timestamp, BODY]],
      ['separator', 'a colon', [timestamp, ':', BODY]],
      ['separator', 'a newline', [timestamp, '\n', BODY]],
    ])('names %s: %s', async (cause, _, message) => {
      const given = { 'x-truedy-timestamp': timestamp, 'x-truedy-signature': hmac(SECRET, ...message) }
      expect(await causesOf(BODY, given, SECRET)).toEqual([cause])
    })
  })

  it('says that it does not know, and what was tried', async () => {
    const diagnosis = await diagnose(BODY, signed(BODY, 'whsec_other'), SECRET, NOW)
    expect(diagnosis).toMatchObject({ ok: false, causes: ['unknown'] })
    expect(diagnosis.explanation).toContain('Tried were')
    expect(diagnosis.fix).toContain('another endpoint')
  })

  it('never shows a secret, a key or a signature that would be right', async () => {
    const cases = [...SECRETS.map(([, , given, key]) => [given, BODY, signed(BODY, key)] as const)]
    for (const [given, body, headers] of cases) {
      const diagnosis: Diagnosis = await diagnose(body, headers, given, {
        ...NOW,
        otherSecrets: ['whsec_private'],
      })
      const text = JSON.stringify(diagnosis)
      for (const secret of [
        given.trim(),
        SECRET,
        SECRET.slice(6),
        'whsec_private',
        headers['x-truedy-signature'],
        'Grüße',
      ]) {
        expect(text).not.toContain(secret)
      }
    }
  })

  it.each<[string, () => Promise<unknown>, string]>([
    ['a body that was parsed', () => diagnose(JSON.parse(BODY), signed(BODY), SECRET), 'body_not_raw'],
    ['no secret', () => diagnose(BODY, signed(BODY), ''), 'invalid_secret'],
    ['no secrets', () => diagnose(BODY, signed(BODY), []), 'invalid_secret'],
    [
      'a secret that is no text',
      () => diagnose(BODY, signed(BODY), [undefined as unknown as string]),
      'invalid_secret',
    ],
    [
      'no secret at all',
      () => diagnose(BODY, signed(BODY), undefined as unknown as string),
      'invalid_secret',
    ],
    [
      'other secrets that are none',
      () => diagnose(BODY, signed(BODY), SECRET, { otherSecrets: [''] }),
      'invalid_secret',
    ],
    [
      'headers that are none',
      () => diagnose(BODY, undefined as unknown as Headers, SECRET),
      'invalid_options',
    ],
  ])('refuses %s', async (_, run, code) => {
    const error = await run().then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(isWebhookError(error) && error.code).toBe(code)
  })
})
