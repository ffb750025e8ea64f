import { createHmac } from 'node:crypto'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type Diagnosis, type DiagnosisCause, diagnose } from '../../../src/diagnose/index.js'
import { isWebhookError, verifySignature } from '../../../src/index.js'

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

/** The headers of a delivery that signs the body as Truedy does. */
function signed(body: string | Uint8Array, key: string | Uint8Array = SECRET, timestamp = String(SENT_AT)) {
  return { 'x-truedy-timestamp': timestamp, 'x-truedy-signature': hmac(key, timestamp, '.', body) }
}

const bytes = (text: string) => new TextEncoder().encode(text)

/** What happened to the secret: the secret that is given, and the one that signed. */
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

/** What happened to the body: the body that arrives, and the one that was signed. */
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
  ['body_bom', 'added, and a newline', `\ufeff${BODY}\r\n`, BODY],
  [
    'body_bom',
    'added, and CR LF for LF',
    `\ufeff${BODY.replaceAll(',', ',\r\n')}`,
    BODY.replaceAll(',', ',\n'),
  ],
  [
    'body_bom',
    'added, and CR LF for LF, and a newline',
    `\ufeff${BODY.replaceAll(',', ',\r\n')}\r\n`,
    BODY.replaceAll(',', ',\n'),
  ],
  ['body_line_endings', 'CR LF for LF', BODY.replaceAll(',', ',\r\n'), BODY.replaceAll(',', ',\n')],
  ['body_line_endings', 'LF for CR LF', BODY.replaceAll(',', ',\n'), BODY.replaceAll(',', ',\r\n')],
  ['body_base64', 'base64', Buffer.from(BODY).toString('base64'), BODY],
  ['body_base64', 'base64url', Buffer.from(BODY).toString('base64url'), BODY],
  ['body_compressed', 'gzip', gzipSync(BODY), BODY],
  ['body_compressed', 'deflate', deflateSync(BODY), BODY],
  ['body_compressed', 'raw deflate', deflateRawSync(BODY), BODY],
  ['body_compressed', 'brotli', brotliCompressSync(BODY), BODY],
  ['body_buffer_json', 'a Buffer through JSON.stringify', JSON.stringify(Buffer.from(BODY)), BODY],
  ['body_buffer_json', 'a Uint8Array through JSON.stringify', JSON.stringify(bytes(BODY)), BODY],
  ['body_buffer_json', 'a Uint8Array through String', String(bytes(BODY)), BODY],
  ['body_buffer_json', 'an indented Buffer', JSON.stringify(Buffer.from(BODY), null, 2), BODY],
  ['body_json_string', 'a string', JSON.stringify(BODY), BODY],
  ['body_json_string', 'a string and a newline', `${JSON.stringify(BODY)}\n`, BODY],
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
  ['body_charset', 'UTF-16 without a mark', Buffer.from(BODY, 'utf16le'), BODY],
  ['body_charset', 'UTF-16, big-endian', Buffer.from(`\ufeff${BODY}`, 'utf16le').swap16(), BODY],
  ['body_charset', 'UTF-16 big-endian without a mark', Buffer.from(BODY, 'utf16le').swap16(), BODY],
  ['body_charset', "PowerShell's >", Buffer.from(`\ufeff${BODY}\r\n`, 'utf16le'), BODY],
  [
    'body_charset',
    "PowerShell's > of lines",
    Buffer.from(`\ufeff${BODY.replaceAll(',', ',\r\n')}\r\n`, 'utf16le'),
    BODY.replaceAll(',', ',\n'),
  ],
  [
    'body_charset',
    "PowerShell's > of lines that end in one",
    Buffer.from(`\ufeff${BODY.replaceAll(',', ',\r\n')}\r\n`, 'utf16le'),
    `${BODY.replaceAll(',', ',\n')}\n`,
  ],
  ['body_reserialized', 'from compact to indented', JSON.stringify(JSON.parse(BODY), null, 2), BODY],
  ['body_reserialized', 'from indented to compact', BODY, JSON.stringify(JSON.parse(BODY), null, 2)],
  ['body_reserialized', 'from 4 spaces to compact', BODY, JSON.stringify(JSON.parse(BODY), null, 4)],
  ['body_reserialized', 'from tabs to compact', BODY, JSON.stringify(JSON.parse(BODY), null, '\t')],
  [
    'body_reserialized',
    "from Python's plain json.dumps",
    '{"b":"ü","a":[1,{}]}',
    '{"b": "\\u00fc", "a": [1, {}]}',
  ],
  [
    'body_reserialized',
    "from Python's json.dumps, not escaped",
    '{"b":"ü","a":[1,{}]}',
    '{"b": "ü", "a": [1, {}]}',
  ],
  ['body_reserialized', 'from compact and escaped', '{"b": "ü", "a": [1, {}]}', '{"b":"\\u00fc","a":[1,{}]}'],
  ['body_reserialized', "with Python's numbers", '{"b":1e-7,"a":[1e+21]}', '{"b": 1e-07, "a": [1e+21]}'],
  ['body_reserialized', "with JavaScript's numbers", '{"b": 1e-07, "a": [1.0]}', '{"b":1e-7,"a":[1]}'],
  [
    'body_reserialized',
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

/** A delivery with the first of the SECRETS that has this cause, and no other fault. */
function withSecret(cause: DiagnosisCause): Parameters<typeof diagnose> {
  const [, , given, key] = SECRETS.find(([each]) => each === cause) ?? expect.fail(`No secret for ${cause}.`)
  return [BODY, signed(BODY, key), given]
}

/** A delivery with the first of the BODIES that has this cause, and no other fault. */
function withBody(cause: DiagnosisCause): Parameters<typeof diagnose> {
  const [, , arrives, was] = BODIES.find(([each]) => each === cause) ?? expect.fail(`No body for ${cause}.`)
  return [arrives, signed(was), SECRET]
}

/** A delivery with changed headers. */
function withHeaders(changes: Record<string, string | string[]>): Parameters<typeof diagnose> {
  return [BODY, { ...signed(BODY), ...changes }, SECRET]
}

/** A delivery that signs a different message than Truedy does. */
function withMessage(...message: string[]): Parameters<typeof diagnose> {
  return withHeaders({ 'x-truedy-signature': hmac(SECRET, ...message) })
}

const after = (seconds: number) => ({ now: () => (SENT_AT + seconds) * 1000 })
const { 'x-truedy-timestamp': TIMESTAMP, 'x-truedy-signature': SIGNATURE } = signed(BODY)

/** A delivery for every cause. A missing cause is a type error. */
const DELIVERIES: Readonly<Record<DiagnosisCause, Parameters<typeof diagnose>>> = {
  valid: [BODY, signed(BODY), SECRET],
  valid_but_old: [BODY, signed(BODY), SECRET, after(301)],
  valid_but_future: [BODY, signed(BODY), SECRET, after(-301)],
  headers_missing: [BODY, {}, SECRET],
  header_doubled: withHeaders({ 'x-truedy-signature': [SIGNATURE, SIGNATURE] }),
  older_header_names: [BODY, { 'x-trudy-timestamp': TIMESTAMP, 'x-trudy-signature': SIGNATURE }, SECRET],
  ultravox_request: [BODY, { 'x-ultravox-webhook-signature': SIGNATURE }, SECRET],
  timestamp_rewritten: withHeaders({ 'x-truedy-timestamp': `${TIMESTAMP}.0` }),
  timestamp_malformed: withHeaders({ 'x-truedy-timestamp': 'yesterday' }),
  signature_malformed: withHeaders({ 'x-truedy-signature': SIGNATURE.slice(0, 60) }),
  secret_whitespace: withSecret('secret_whitespace'),
  secret_quoted: withSecret('secret_quoted'),
  secret_prefix_missing: withSecret('secret_prefix_missing'),
  secret_prefix_extra: withSecret('secret_prefix_extra'),
  secret_base64_decoded: withSecret('secret_base64_decoded'),
  secret_hex_decoded: withSecret('secret_hex_decoded'),
  other_secret: [BODY, signed(BODY, 'whsec_staging'), SECRET, { otherSecrets: ['whsec_staging'] }],
  body_reserialized: withBody('body_reserialized'),
  body_base64: withBody('body_base64'),
  body_bom: withBody('body_bom'),
  body_newline_added: withBody('body_newline_added'),
  body_newline_removed: withBody('body_newline_removed'),
  body_line_endings: withBody('body_line_endings'),
  body_charset: withBody('body_charset'),
  body_empty: ['', signed(BODY), SECRET],
  body_buffer_json: withBody('body_buffer_json'),
  body_compressed: withBody('body_compressed'),
  body_json_string: withBody('body_json_string'),
  body_only: withMessage(BODY),
  timestamp_last: withMessage(BODY, '.', TIMESTAMP),
  separator: withMessage(TIMESTAMP, ':', BODY),
  digest_base64: withHeaders({ 'x-truedy-signature': Buffer.from(SIGNATURE, 'hex').toString('base64') }),
  digest_prefix: withHeaders({ 'x-truedy-signature': `sha256=${SIGNATURE}` }),
  sender_sorted_json: withBody('sender_sorted_json'),
  unknown: [BODY, signed(BODY, 'whsec_other'), SECRET],
}

async function causesOf(...args: Parameters<typeof diagnose>): Promise<readonly DiagnosisCause[]> {
  return (await diagnose(args[0], args[1], args[2], { ...NOW, ...args[3] })).causes
}

describe('diagnose', () => {
  it.each(Object.entries(DELIVERIES))('names only the cause %s', async (cause, delivery) => {
    expect(await causesOf(...delivery)).toEqual([cause])
  })

  describe('for a valid delivery', () => {
    it('returns valid', async () => {
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
      ['valid_but_old', 7199, '120 minutes old'],
      ['valid_but_old', 7200, '2 hours old'],
      ['valid_but_old', 172_799, '48 hours old'],
      ['valid_but_old', 172_800, '2 days old'],
    ] as const)('returns %s after %i seconds, and says by how much', async (cause, seconds, words) => {
      const diagnosis = await diagnose(BODY, signed(BODY), SECRET, { now: () => (SENT_AT + seconds) * 1000 })
      expect(diagnosis).toMatchObject({ ok: true, cause })
      expect(diagnosis.explanation).toContain(words)
    })

    it.each([-300, 300])('returns valid exactly at the tolerance, after %i seconds', async (seconds) => {
      const { cause } = await diagnose(BODY, signed(BODY), SECRET, { now: () => (SENT_AT + seconds) * 1000 })
      expect(cause).toBe('valid')
    })

    it.each([
      [119, '119 seconds'],
      [120, '2 minutes'],
    ])('writes %i seconds as %s', async (seconds, words) => {
      const options = { now: () => (SENT_AT + seconds) * 1000, toleranceSeconds: 60 }
      expect((await diagnose(BODY, signed(BODY), SECRET, options)).explanation).toContain(`${words} old`)
    })

    it('uses the tolerance that it is given', async () => {
      const options = { now: () => (SENT_AT + 100) * 1000, toleranceSeconds: 60 }
      const diagnosis = await diagnose(BODY, signed(BODY), SECRET, options)
      expect(diagnosis.cause).toBe('valid_but_old')
      expect(diagnosis.explanation).toContain('100 seconds')
    })

    it('tries each of several secrets', async () => {
      expect(await causesOf(BODY, signed(BODY), ['whsec_new', SECRET])).toEqual(['valid'])
    })
  })

  describe('for a wrong secret', () => {
    it.each(SECRETS)('names %s: %s', async (cause, _, given, key) => {
      const headers = signed(BODY, key)
      const diagnosis = await diagnose(BODY, headers, given, NOW)
      expect(diagnosis).toMatchObject({ ok: false, cause, causes: [cause] })
    })

    it('names white space that the sender signed with, too', async () => {
      const diagnosis = await diagnose(BODY, signed(BODY, `${SECRET}\n`), `${SECRET}\n`, NOW)
      expect(diagnosis.causes).toEqual(['secret_whitespace'])
      expect(diagnosis.explanation).toContain('the sender signed with them')
      expect(diagnosis.fix).toContain('both sides')
    })

    it.each([
      ['secret_whitespace', `${SECRET}\n`, String(SENT_AT)],
      ['timestamp_malformed', SECRET, String(SENT_AT * 1000)],
    ])('claims no common proof for a %s that the sender signed', async (cause, given, timestamp) => {
      const headers = signed(BODY, given, timestamp)
      const { causes, explanation } = await diagnose(`${BODY}\n`, headers, given, NOW)
      expect(causes).toEqual(expect.arrayContaining([cause, 'body_newline_added']))
      expect(explanation).not.toContain('of these faults')
    })

    it('says which of the other secrets signed', async () => {
      const otherSecrets = ['whsec_staging', ' whsec_billing\n']
      const diagnosis = await diagnose(BODY, signed(BODY, 'whsec_billing'), SECRET, { ...NOW, otherSecrets })
      expect(diagnosis.causes).toEqual(['other_secret'])
      expect(diagnosis.explanation).toContain('other secret 2 of 2')
    })

    it('does not number the other secret if there is only one', async () => {
      const options = { ...NOW, otherSecrets: ['whsec_staging'] }
      const diagnosis = await diagnose(BODY, signed(BODY, 'whsec_staging'), SECRET, options)
      expect(diagnosis.explanation).toContain('the other secret')
    })
  })

  describe('for a changed body', () => {
    it.each(BODIES)('names %s: %s', async (cause, _, arrives, signedBody) => {
      const diagnosis = await diagnose(arrives, signed(signedBody), SECRET, NOW)
      expect(diagnosis).toMatchObject({ ok: false, cause, causes: [cause] })
    })

    it.each([
      ['body_empty', 'an empty body', ''],
      ['body_compressed', 'truncated gzip', gzipSync(BODY).subarray(0, 40)],
      ['body_charset', 'replacement characters', Buffer.from('{"a":"Gr\ufffd\ufffde"}')],
    ] as const)('names %s from the body alone, although nothing matches: %s', async (cause, _, arrives) => {
      expect(await causesOf(arrives, signed(BODY), SECRET)).toEqual([cause])
    })

    it('says which form was signed', async () => {
      const { explanation } = await diagnose('{"a":1,"b":2}', signed('{"a": 1, "b": 2}'), SECRET, NOW)
      expect(explanation).toContain("Python's plain json.dumps")
    })

    it('returns unknown for a body that is not UTF-8 if nothing matches', async () => {
      expect(await causesOf(Buffer.from('{"a":"Grüße"}', 'latin1'), signed(BODY), SECRET)).toEqual([
        'unknown',
      ])
    })

    it('does not inflate a gzip bomb', async () => {
      const inflated = Buffer.alloc(17 * 1_048_576)
      const bomb = await diagnose(gzipSync(inflated), signed(inflated), SECRET, NOW)
      expect(bomb.causes).toEqual(['body_compressed'])
      // If the diagnosis inflated it, the signature would match.
      const broken = await diagnose(gzipSync(BODY).subarray(0, 40), signed(BODY), SECRET, NOW)
      expect(bomb.explanation).toBe(broken.explanation)
    })

    it.each([
      ['too deep to be serialized', '['.repeat(2000) + ']'.repeat(2000)],
      ['a number longer than Python reads', `[${'1'.repeat(5000)}]`],
      ['not JSON', 'event=call.ended'],
    ])('finds an added newline after a body that is %s', async (_, body) => {
      expect(await causesOf(`${body}\n`, signed(body), SECRET)).toEqual(['body_newline_added'])
    })

    it.each(['string', 'Uint8Array', 'ArrayBuffer'])('accepts a body of type %s', async (kind) => {
      const array = bytes(`${BODY}\n`)
      const body = kind === 'string' ? `${BODY}\n` : kind === 'ArrayBuffer' ? array.buffer : array
      expect(await causesOf(body, signed(BODY), SECRET)).toEqual(['body_newline_added'])
    })
  })

  describe('for a wrong secret and a changed body', () => {
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

  describe('for the headers', () => {
    const headers = signed(BODY)
    const timestamp = headers['x-truedy-timestamp']
    const signature = headers['x-truedy-signature']

    it.each([
      ['both headers', {}, 'X-Truedy-Timestamp and X-Truedy-Signature'],
      ['the timestamp', { 'x-truedy-signature': signature }, 'X-Truedy-Timestamp'],
      ['the signature', { 'x-truedy-timestamp': timestamp }, 'X-Truedy-Signature'],
    ])('says what is missing: %s', async (_, given, words) => {
      const diagnosis = await diagnose(BODY, given, SECRET, NOW)
      expect(diagnosis.causes).toEqual(['headers_missing'])
      expect(diagnosis.explanation).toContain(words)
    })

    it("says that Truedy's headers are present if headerNames names others", async () => {
      const headerNames = { timestamp: 'x-time', signature: 'x-sign' }
      const diagnosis = await diagnose(BODY, headers, SECRET, { ...NOW, headerNames })
      expect(diagnosis.causes).toEqual(['headers_missing'])
      expect(diagnosis.explanation).toBe(
        "The headers x-time and x-sign (from headerNames) are missing, but Truedy's own are there.",
      )
      expect(diagnosis.fix).toContain('Remove headerNames')
    })

    it("does not say so if only one of Truedy's headers is present", async () => {
      const headerNames = { timestamp: 'x-time', signature: 'x-sign' }
      const given = { 'x-truedy-signature': signature, 'x-sign': signature }
      const { explanation } = await diagnose(BODY, given, SECRET, { ...NOW, headerNames })
      expect(explanation).toBe('The header x-time (from headerNames) is missing.')
    })

    it.each<[string, Parameters<typeof diagnose>[1]]>([
      ['in a list', { 'x-truedy-timestamp': timestamp, 'x-truedy-signature': [signature, signature] }],
      ['under two spellings', { ...headers, 'X-Truedy-Signature': signature }],
      ['joined by a proxy', new Headers([...Object.entries(headers), ['x-truedy-signature', signature]])],
      ['as timestamps', new Headers([...Object.entries(headers), ['x-truedy-timestamp', timestamp]])],
    ])('says that a header came twice: %s', async (_, given) => {
      expect(await causesOf(BODY, given, SECRET)).toEqual(['header_doubled'])
    })

    it('reads headers of up to 1,000 characters', async () => {
      const list = (text: string, length: number) => text.padEnd(length - text.length, ' ') + text
      const doubled = async (length: number) =>
        causesOf(BODY, { ...headers, 'x-truedy-signature': list(signature, length) }, SECRET)
      expect(await doubled(1000)).toEqual(['header_doubled'])
      expect(await doubled(1001)).toEqual(['signature_malformed'])
      const times = (length: number) =>
        causesOf(
          BODY,
          { ...headers, 'x-truedy-timestamp': `${timestamp},`.padEnd(length - 10) + timestamp },
          SECRET,
        )
      expect(await times(1000)).toEqual(['header_doubled'])
      expect(await times(1001)).not.toContain('header_doubled')
      const prefixed = (length: number) =>
        causesOf(BODY, { ...headers, 'x-truedy-signature': `sha256=${signature}`.padEnd(length) }, SECRET)
      expect(await prefixed(1000)).toEqual(['digest_prefix'])
      expect(await prefixed(1001)).toEqual(['signature_malformed'])
    })

    it('recognizes the older header names, which are accepted', async () => {
      const older = { 'x-trudy-timestamp': timestamp, 'x-trudy-signature': signature }
      const diagnosis = await diagnose(BODY, older, SECRET, NOW)
      expect(diagnosis).toMatchObject({ ok: true, cause: 'older_header_names' })
      expect(await verifySignature(BODY, older, SECRET, NOW)).toMatchObject({ ok: true })
    })

    it('recognizes one older and one newer header name, which is not accepted', async () => {
      const mixed = { 'x-trudy-timestamp': timestamp, 'x-truedy-signature': signature }
      const diagnosis = await diagnose(BODY, mixed, SECRET, NOW)
      expect(diagnosis).toMatchObject({ ok: false, causes: ['older_header_names'] })
      expect(diagnosis.explanation).toContain('One of the two headers')
      expect(diagnosis.fix).not.toContain('accepts both')
    })

    it('names the age of a delivery before its older header names', async () => {
      const older = { 'x-trudy-timestamp': timestamp, 'x-trudy-signature': signature }
      const diagnosis = await diagnose(BODY, older, SECRET, { now: () => (SENT_AT + 1000) * 1000 })
      expect(diagnosis.causes).toEqual(['valid_but_old', 'older_header_names'])
      expect(diagnosis.explanation).not.toContain('faults')
    })

    it.each(['x-ultravox-webhook-timestamp', 'x-ultravox-webhook-signature'])(
      'recognizes a webhook of Ultravox by %s alone, unless a header of Truedy is present',
      async (name) => {
        expect(await causesOf(BODY, { [name]: 'x' }, SECRET)).toEqual(['ultravox_request'])
        expect(await causesOf(BODY, { ...headers, [name]: 'x' }, SECRET)).toEqual(['valid'])
        const half = { 'x-truedy-timestamp': timestamp, [name]: 'x' }
        expect(await causesOf(BODY, half, SECRET)).toEqual(['headers_missing'])
        expect(await causesOf(BODY, { 'x-truedy-signature': signature, [name]: 'x' }, SECRET)).toEqual([
          'headers_missing',
        ])
      },
    )

    it('does not name the older header names if the signature does not match', async () => {
      const older = { 'x-trudy-timestamp': timestamp, 'x-trudy-signature': signature }
      expect(await causesOf(BODY, older, 'whsec_other')).toEqual(['unknown'])
    })

    it('recognizes a webhook of Ultravox', async () => {
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
    ])('recognizes that the timestamp %s was %s when it was signed', async (arrives, was, form) => {
      const diagnosis = await diagnose(
        BODY,
        { ...signed(BODY, SECRET, was), 'x-truedy-timestamp': arrives },
        SECRET,
        NOW,
      )
      expect(diagnosis.causes).toEqual(['timestamp_rewritten'])
      expect(diagnosis.explanation).toContain(form)
    })

    it('says that a timestamp is malformed even if the signature matches it', async () => {
      const diagnosis = await diagnose(BODY, signed(BODY, SECRET, '1773844320000'), SECRET, NOW)
      expect(diagnosis).toMatchObject({ ok: false, causes: ['timestamp_malformed'] })
      expect(diagnosis.explanation).toContain('The sender signed it in this form')
    })

    it.each(['yesterday', '-1', '9e300', '0x69BA'])(
      'says that the timestamp %s is malformed if nothing matches',
      async (text) => {
        const given = { ...signed(BODY, 'whsec_other'), 'x-truedy-timestamp': text }
        expect(await causesOf(BODY, given, SECRET)).toEqual(['timestamp_malformed'])
      },
    )

    it.each([
      ['truncated', signature.slice(0, 60)],
      ['not hexadecimal', 'x'.repeat(64)],
      ['another vendor’s, of another body', `sha256=${hmac(SECRET, 'other')}`],
      ['base64 of 31 bytes', Buffer.alloc(31, 7).toString('base64')],
      ['only a prefix', 'sha256='],
    ])('says that a signature is malformed: %s', async (_, text) => {
      expect(await causesOf(BODY, { ...headers, 'x-truedy-signature': text }, SECRET)).toEqual([
        'signature_malformed',
      ])
    })
  })

  describe('for another form of digest', () => {
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

    it('recognizes a base64 digest that looks like a prefix', async () => {
      // Some digest in base64 consists of only letters, digits and `=`.
      for (let count = 0; ; count++) {
        const body = JSON.stringify({ count })
        const digest = Buffer.from(signed(body)['x-truedy-signature'], 'hex').toString('base64')
        if (!/^\w+=$/.test(digest)) continue
        const given = { ...signed(body), 'x-truedy-signature': digest }
        expect(await causesOf(body, given, SECRET)).toEqual(['digest_base64'])
        break
      }
    })

    it.each([` ${hex}`, `${hex}\n`, `\t${hex} `])('names white space around the digest: %j', async (text) => {
      const given = { ...signed(BODY), 'x-truedy-signature': text }
      const diagnosis = await diagnose(BODY, given, SECRET, NOW)
      expect(diagnosis).toMatchObject({ ok: false, causes: ['signature_malformed'] })
      expect(diagnosis.explanation).toContain(
        'white space around its 64 digits. Without it, the signature matches',
      )
      const other = await diagnose(BODY, given, 'whsec_other', NOW)
      expect(other.causes).toEqual(['signature_malformed'])
      expect(other.explanation).toContain("doesn't match")
    })

    it("names the digest's cause together with the body's", async () => {
      const given = { ...signed(BODY), 'x-truedy-signature': `sha256=${hex}` }
      const both = await diagnose(`${BODY}\n`, given, SECRET, NOW)
      expect(both.causes).toEqual(['body_newline_added', 'digest_prefix'])
      expect(both.explanation).toContain('Without both of these faults, the signature matches.')
      const three = await diagnose(`${BODY}\n`, given, `"${SECRET}"`, NOW)
      expect(three.causes).toEqual(['secret_quoted', 'body_newline_added', 'digest_prefix'])
      expect(three.explanation).toContain('Without all of these faults, the signature matches.')
    })
  })

  describe('for another message', () => {
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

  it('tries other messages only with the secret as it was given', async () => {
    const given = { 'x-truedy-timestamp': String(SENT_AT), 'x-truedy-signature': hmac(SECRET, BODY) }
    expect(await causesOf(BODY, given, `"${SECRET}"`)).toEqual(['unknown'])
  })

  it('explains every cause and says what to do', async () => {
    const texts: string[] = []
    const note = async (what: string, ...args: Parameters<typeof diagnose>) => {
      const { explanation, fix } = await diagnose(args[0], args[1], args[2], { ...NOW, ...args[3] })
      texts.push(`${what}\n  ${explanation}\n  ${fix}\n`)
    }
    const { 'x-truedy-timestamp': timestamp, 'x-truedy-signature': signature } = signed(BODY)
    const of = (time: unknown, digest: unknown) =>
      ({ 'x-truedy-timestamp': time, 'x-truedy-signature': digest }) as Record<string, string>
    await note('valid', BODY, signed(BODY), SECRET)
    for (const [cause, what, given, key] of SECRETS)
      await note(`${cause}: ${what}`, BODY, signed(BODY, key), given)
    await note('secret_whitespace: signed, too', BODY, signed(BODY, `${SECRET}\n`), `${SECRET}\n`)
    await note('other_secret', BODY, signed(BODY), 'whsec_x', { otherSecrets: [SECRET] })
    for (const [cause, what, arrives, was] of BODIES)
      await note(`${cause}: ${what}`, arrives, signed(was), SECRET)
    for (const [form, indent] of [
      ['2 spaces', 2],
      ['4 spaces', 4],
    ] as const) {
      const escaped = JSON.stringify({ a: ['ü'] }, null, indent).replace('ü', '\\u00fc')
      await note(`body_reserialized: ${form}, escaped`, '{"a":["ü"]}', signed(escaped), SECRET)
    }
    await note('body_empty', '', signed(BODY), SECRET)
    await note('body_charset: lost', '\ufffd', signed(BODY), SECRET)
    await note('both', `${BODY}\n`, signed(BODY), `${SECRET}\n`)
    await note('headers_missing: both', BODY, {}, SECRET)
    await note('headers_missing: timestamp', BODY, { 'x-truedy-signature': signature }, SECRET)
    await note('headers_missing: signature', BODY, { 'x-truedy-timestamp': timestamp }, SECRET)
    await note('headers_missing: both of headerNames', BODY, {}, SECRET, {
      headerNames: { timestamp: 'x-time', signature: 'x-sign' },
    })
    await note('headers_missing: elsewhere', BODY, signed(BODY), SECRET, {
      headerNames: { timestamp: 'x-time', signature: 'x-sign' },
    })
    await note('header_doubled: timestamp', BODY, of([timestamp, timestamp], signature), SECRET)
    await note('header_doubled: signature', BODY, of(timestamp, [signature, signature]), SECRET)
    await note(
      'header_doubled: both',
      BODY,
      of(`${timestamp}, ${timestamp}`, `${signature}, ${signature}`),
      SECRET,
    )
    await note(
      'older_header_names',
      BODY,
      { 'x-trudy-timestamp': timestamp, 'x-trudy-signature': signature },
      SECRET,
    )
    await note(
      'older_header_names: one of them',
      BODY,
      { 'x-trudy-timestamp': timestamp, 'x-truedy-signature': signature },
      SECRET,
    )
    await note('ultravox_request', BODY, { 'x-ultravox-webhook-signature': signature }, SECRET)
    await note('timestamp_rewritten', BODY, of(`${timestamp}.0`, signature), SECRET)
    await note('timestamp_malformed', BODY, of('now', signature), SECRET)
    await note('timestamp_malformed: signed', BODY, signed(BODY, SECRET, '1773844320000'), SECRET)
    await note('signature_malformed', BODY, of(timestamp, 'abc'), SECRET)
    await note('signature_malformed: white space', BODY, of(timestamp, ` ${signature}`), SECRET)
    await note('digest_prefix', BODY, of(timestamp, `sha256=${signature}`), SECRET)
    await note('digest_base64', BODY, of(timestamp, Buffer.from(signature, 'hex').toString('base64')), SECRET)
    await note('body_only', BODY, of(timestamp, hmac(SECRET, BODY)), SECRET)
    await note('timestamp_last', BODY, of(timestamp, hmac(SECRET, BODY, '.', timestamp)), SECRET)
    for (const separator of ['', ':', '\n', ',', ' ', '|', '-', '_', ';']) {
      const digest = hmac(SECRET, timestamp, separator, BODY)
      await note(`separator: ${JSON.stringify(separator)}`, BODY, of(timestamp, digest), SECRET)
    }
    await note('unknown', BODY, signed(BODY), 'whsec_other')
    await expect(texts.join('\n')).toMatchFileSnapshot('snapshots/diagnosis.txt')
  })

  it.each([
    ['one', SECRET, 'Without them, the signature matches.'],
    ['two', `${SECRET}\n`, 'Without both of these faults, the signature matches.'],
  ])('says once that the signature matches apart from what it found: %s', async (count, given, proof) => {
    const body = count === 'one' ? BODY : `${BODY}\n`
    const diagnosis = await diagnose(body, signed(BODY), count === 'one' ? `"${given}"` : given, NOW)
    expect(diagnosis.explanation.endsWith(proof)).toBe(true)
    expect(diagnosis.explanation.match(/signature matches/g)).toHaveLength(1)
  })

  it('rejects a secret that receivers reject, even if it signed', async () => {
    await expect(diagnose(BODY, signed(BODY, 'null'), 'null', NOW)).rejects.toMatchObject({
      code: 'invalid_secret',
      message: expect.stringContaining('is the string "null"'),
    })
  })

  it.each([
    ['secret', '', undefined],
    ['otherSecrets', SECRET, ['']],
  ])('names %s if it is invalid', async (name, secret, otherSecrets) => {
    await expect(diagnose(BODY, signed(BODY), secret, { otherSecrets })).rejects.toMatchObject({
      code: 'invalid_secret',
      message: expect.stringContaining(name),
    })
  })

  it('returns unknown and lists what was tried', async () => {
    const diagnosis = await diagnose(BODY, signed(BODY, 'whsec_other'), SECRET, NOW)
    expect(diagnosis).toMatchObject({ ok: false, causes: ['unknown'] })
    expect(diagnosis.explanation).toMatch(/secret.*body.*signed text/)
    expect(diagnosis.fix).toContain('another endpoint')
  })

  it('never reveals a secret, a key or a valid signature', async () => {
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
    ['a parsed body', () => diagnose(JSON.parse(BODY), signed(BODY), SECRET), 'body_not_raw'],
    ['an empty secret', () => diagnose(BODY, signed(BODY), ''), 'invalid_secret'],
    ['an empty list of secrets', () => diagnose(BODY, signed(BODY), []), 'invalid_secret'],
    [
      'a list with an undefined secret',
      () => diagnose(BODY, signed(BODY), [undefined as unknown as string]),
      'invalid_secret',
    ],
    [
      'an undefined secret beside a valid one',
      () => diagnose(BODY, signed(BODY), [SECRET, undefined as unknown as string]),
      'invalid_secret',
    ],
    [
      'an undefined secret',
      () => diagnose(BODY, signed(BODY), undefined as unknown as string),
      'invalid_secret',
    ],
    [
      'an empty other secret',
      () => diagnose(BODY, signed(BODY), SECRET, { otherSecrets: [''] }),
      'invalid_secret',
    ],
    ['undefined headers', () => diagnose(BODY, undefined as unknown as Headers, SECRET), 'invalid_options'],
  ])('rejects %s', async (_, run, code) => {
    const error = await run().then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(isWebhookError(error) && error.code).toBe(code)
  })
})
