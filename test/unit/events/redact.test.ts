import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redactText } from '../../../src/events/redact.js'
import { eventNames, parseEvent, redact, type TruedyEvent } from '../../../src/index.js'

const MASK = '[redacted]'
const PHONE = '+15550100123'

function event(data: object, rest: object = {}): TruedyEvent {
  return parseEvent({ event: 'call.ended', timestamp: '2026-03-18T14:32:00.000Z', data, ...rest })
}

/** In this nested call, every value that does not belong in a log contains `private` or a phone number. */
const NESTED = {
  call: {
    callId: '3006da94-1d6e-4f5b-9a52-0a6f0f0c1b2d',
    agent: { agentId: 'a1', name: 'Front desk', systemPrompt: 'private prompt' },
    created: '2026-03-18T14:30:00.000Z',
    duration: 123,
    costUsd: 0.12,
    billedSideInputTokens: 1200,
    summary: 'Asked to be called at +1 (555) 010-0123 or 555-010-0199.',
    endReason: 'hangup',
    joinUrl: 'wss://voice.example.com/private',
    systemPrompt: 'private prompt',
    callbacks: {
      joined: {
        url: 'https://user:private@example.com/hook?token=private',
        secrets: ['private 1', 'private 2'],
      },
      ended: { secrets: ['private'] },
    },
    medium: {
      sip: {
        outgoing: { to: 'sip:private@example.com', from: PHONE, username: 'private', password: 'private' },
      },
    },
    firstSpeakerSettings: { agent: { prompt: 'private prompt' } },
    metadata: { campaign_id: 'c7', customerPhone: 15550100123, email: 'private@example.com' },
    webhookSecret: 'private',
  },
}

const FLAT = {
  call_id: 'c1',
  status: 'ended',
  direction: 'outbound',
  to: PHONE,
  from: '555 0100',
  phone_number: '5550100123',
  system_prompt: 'private prompt',
  webhook_secret: 'private',
  recording_url: 'https://example.com/1.wav?signature=private',
  error_message: `No answer from ${PHONE}.`,
  duration_seconds: 42,
}

describe('redact', () => {
  it.each([
    ['a nested payload', event(NESTED)],
    ['a flat payload', event(FLAT)],
    ['an event of unknown type', event({ ...FLAT, ...NESTED }, { event: `call.from.${PHONE}`, note: PHONE })],
    ['arrays', event({ contacts: [{ list: [FLAT, [NESTED]] }] })],
    ['the envelope', event({}, { secret: 'private', to: PHONE })],
    ['field names', event({ contacts: { [PHONE]: 'x', 'sip:private@example.com': 1 } })],
  ])('removes everything private from %s', (_, given) => {
    const text = JSON.stringify(redact(given))
    expect(text).toContain(MASK)
    expect(text).not.toMatch(/private|5550100|555[ -]0100|010-01/)
  })

  it('keeps what a log needs', () => {
    const { data, ...envelope } = redact(event(NESTED, { id: 'evt_1' }))
    expect(envelope).toEqual({
      event: 'call.ended',
      rawEvent: 'call.ended',
      timestamp: '2026-03-18T14:32:00.000Z',
      id: 'evt_1',
    })
    const { callId, agent, created, duration, costUsd, billedSideInputTokens, endReason, metadata } = (
      data as typeof NESTED
    ).call
    expect({ callId, created, duration, costUsd, billedSideInputTokens, endReason }).toEqual({
      callId: NESTED.call.callId,
      created: NESTED.call.created,
      duration: 123,
      costUsd: 0.12,
      billedSideInputTokens: 1200,
      endReason: 'hangup',
    })
    expect(agent).toEqual({ agentId: 'a1', name: 'Front desk', systemPrompt: MASK })
    expect(metadata).toEqual({ campaign_id: 'c7', customerPhone: MASK, email: MASK })
  })

  it.each([
    ['secrets', ['a', { b: 'c' }, 1, null, true], [MASK, { b: MASK }, MASK, null, true]],
    ['Webhook-Secret', 'a', MASK],
    ['password', '', ''],
    ['api_key', 'a', MASK],
    ['Join-Url', 'a', MASK],
    ['username', 'a', MASK],
    ['sip_user', 'a', MASK],
    ['usernames', 2, 2],
    ['to', { number: 15550100123, ext: '7' }, { number: MASK, ext: MASK }],
    ['accessToken', 'a', MASK],
    ['billedSideOutputTokens', 7, 7],
    ['total', 7, 7],
    ['from_state', 'draft', 'draft'],
    ['recipient', 'Ms. Doe', MASK],
    ['sessionTokensUsed', 7, 7],
    ['rejoinUrl', '/help', '/help'],
    ['joinUrlSeconds', 60, 60],
    ['cutfrom', 'b', 'b'],
    ['contactNumber', '7', MASK],
    ['contactNumberOfCalls', 7, 7],
    ['lastSipUri', 'a', 'a'],
    ['sipUris', 2, 2],
  ])('masks by field name: %s with %j', (key, value, expected) => {
    expect(redact(event({ [key]: value })).data).toEqual({ [key]: expected })
  })

  it('keeps a field that is undefined, which an event of a test can have', () => {
    const { data } = redact({ ...event({}), data: { call_id: 'c1', note: undefined } } as TruedyEvent)
    expect(data).toStrictEqual({ call_id: 'c1', note: undefined })
  })

  it.each([
    `call ${PHONE} now`,
    'call +49 (0)30 1234-567',
    'call (555) 010-0123',
    'sip:alice@example.com;transport=tcp',
    'TEL:5550100123',
    'whsec_c2VjcmV0+/=',
    'Authorization: Bearer abc.def-ghi',
    'postgres://user:password@host/db',
    'https://example.com/a?X-Signature=abc',
  ])('masks a part of the string %j', (text) => {
    const safe = redactText(text)
    expect(safe).toContain(MASK)
    expect(safe).not.toMatch(/555|1234|alice|c2Vj|abc|password/)
    expect(redactText(safe)).toBe(safe)
  })

  it.each([
    ['555-010-0123 called', `${MASK} called`],
    ['a secret whsec_abcdef, and more', `a secret ${MASK}, and more`],
    ['Bearer abcdefghijkl, and more', `Bearer ${MASK}, and more`],
    ['https://example.com/a?b=c d', `https://example.com/a?${MASK}`],
    ['see https://user:name@example.com', 'see https://user:name@example.com'],
  ])('masks the whole sensitive part of %j, and nothing else', (text, expected) => {
    expect(redactText(text)).toBe(expected)
  })

  it.each([
    'the basic plan',
    '2026-03-18T14:32:00.000Z',
    '2026-01-31T14:05:41.123456',
    '2026-03-18T16:32:00+02:00',
    '2026-03-18T16:32:00+0200',
    '1773844320123',
    '3006da94-1d6e-4f5b-9a52-0a6f0f0c1b2d',
    '12345678-1234-1234-1234-123456789012',
    'https://example.com/recordings/1.wav',
    'evt_5550100123',
    'BILLING_STATUS_BILLED',
    '',
  ])('keeps the string %j', (text) => {
    expect(redactText(text)).toBe(text)
  })

  it('keeps the type, name as sent and timestamp of every event', () => {
    for (const name of [...eventNames, 'call.completed', 'campaign.created']) {
      const given = event(NESTED, { event: name })
      const safe = redact(given)
      expect([safe.event, safe.rawEvent, safe.timestamp]).toEqual([
        given.event,
        given.rawEvent,
        given.timestamp,
      ])
    }
  })

  it('never changes the event, never throws, and returns plain JSON for any event', () => {
    const data = fc.dictionary(
      fc.oneof(
        fc.string(),
        fc.constantFrom('to', 'secret', '__proto__', 'constructor', 'toString', 'length'),
      ),
      fc.jsonValue(),
      { noNullPrototype: true },
    )
    fc.assert(
      fc.property(data, (each) => {
        const given = event(each)
        const before = JSON.stringify(given)
        const safe = redact(given)
        expect(JSON.stringify(given)).toBe(before)
        expect(JSON.parse(JSON.stringify(safe))).toEqual(safe)
        expect(Object.keys(safe)).toEqual(Object.keys(given))
        expect(redact(safe)).toEqual(safe)
      }),
    )
  })

  it('masks a phone number or a secret at any depth', () => {
    const place = fc.array(fc.oneof(fc.string({ maxLength: 5 }), fc.constant(0)), { maxLength: 6 })
    fc.assert(
      fc.property(
        place,
        fc.constantFrom({ to: 'private' }, { x: PHONE }, ['whsec_private']),
        (path, leaf) => {
          const nested = path.reduceRight<unknown>(
            (inner, key) => (key === 0 ? [inner] : { [key]: inner }),
            leaf,
          )
          expect(JSON.stringify(redact(event({ nested })))).not.toMatch(/private|555/)
        },
      ),
    )
  })

  it('accepts events that nest deeper than the stack or contain themselves', () => {
    const depth = 100_000
    const deep = parseEvent(
      `{"event":"call.ended","timestamp":1,"data":{"deep":${'[{"to":'.repeat(depth)}"private"${'}]'.repeat(depth)}}}`,
    )
    let inner: unknown = redact(deep).data['deep']
    for (let level = 0; level < depth; level++) inner = (inner as [{ to: unknown }])[0].to
    expect(inner).toBe(MASK)

    const given = event({ to: PHONE })
    given.data['self'] = given
    const safe = redact(given) as unknown as { data: { to: string; self: unknown } }
    expect(safe.data.self).toBe(safe)
    expect(safe.data.to).toBe(MASK)
  })

  it('masks values that are not JSON, and does not call getters', () => {
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    const given = event({})
    const hostile = {
      date: new Date(0),
      bytes: new Uint8Array(3),
      big: 1n,
      call: () => 'private',
      revoked: revoked.proxy,
      getter: {
        get to(): string {
          throw new Error('private')
        },
      },
    }
    Object.assign(given.data, hostile)
    expect(redact(given).data).toEqual({
      date: MASK,
      bytes: MASK,
      big: MASK,
      call: MASK,
      revoked: MASK,
      getter: {},
    })
  })

  it('never pollutes a prototype', () => {
    const given = event({})
    given.data['inner'] = JSON.parse('{"__proto__":{"polluted":1},"kept":1}')
    const safe = redact(given).data['inner'] as Record<string, unknown>
    expect(safe).toEqual({ kept: 1 })
    expect(safe['polluted']).toBeUndefined()
  })

  it.each([
    '+1',
    '+1 ',
    '555-',
    '(555) ',
    'sip:',
    'whsec_',
    'bearer ',
    'a://',
    'a://a?',
    '?',
    '@',
    'x',
    '\n',
  ])('takes linear time for a string of many %j', (part) => {
    // Quadratic time for a million characters would be hours, so that the test would time out.
    expect(() => redactText(part.repeat(1_000_000 / part.length))).not.toThrow()
  })
})
