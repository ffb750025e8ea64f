/** The key of an event (src/CONTRACT.md §5): which deliveries are the same event, and which are different ones. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scopedKey } from '../../../src/dedupe/key.js'
import { dedupeKey, parseEvent, type TruedyEvent } from '../../../src/index.js'
import { runs } from '../support/runs.js'

const TIME = '2026-03-18T14:32:00Z'

/** The envelope as JSON text, because some tests need numbers that JavaScript can't represent. */
function textOf(event: string, data: object | string, rest: object = {}): string {
  const fields = JSON.stringify({ event, timestamp: TIME, ...rest }).slice(0, -1)
  return `${fields},"data":${typeof data === 'string' ? data : JSON.stringify(data)}}`
}

function key(event: string, data: object | string, rest: object = {}): string {
  return dedupeKey(parseEvent(textOf(event, data, rest)))
}

const DIGEST = '[\\da-f]{64}'
const ESCAPED_TIME = '2026-03-18T14%003a32%003a00Z'
const ONCE = ['call.started', 'call.joined', 'call.ended', 'call.failed', 'call.analyzed']

/** The fields that distinguish a bill from its correction, with two values each. */
const BILLING: readonly (readonly [name: string, one: unknown, other: unknown])[] = [
  ['billingStatus', 'BILLING_STATUS_BILLED', 'BILLING_STATUS_REFUNDED'],
  ['billing_status', 'BILLING_STATUS_BILLED', 'BILLING_STATUS_REFUNDED'],
  ['costUsd', 0.12, 0.1],
  ['cost_usd', 0.12, 0.1],
  ['cost_credits', 12, 10],
  ['billedDuration', '60s', '61s'],
  ['billed_duration', 60, 61],
]

describe('the key of an event', () => {
  it.each([
    ...ONCE.map((name) => [name, { call: { callId: 'c1' } }, {}, `${name}:call:c1`] as const),
    ['call.completed', { call_id: 'c1' }, {}, 'call.ended:call:c1'],
    ['call.billed', { call_id: 'c1' }, {}, `call.billed:call:c1:${DIGEST}`],
    ['batch.completed', { batch_id: 'b1' }, {}, 'batch.completed:batch:b1'],
    ['batch.status.changed', { batch_id: 'b1' }, { id: 'e1' }, 'batch.status.changed:batch:b1:event:e1'],
    [
      'batch.status.changed',
      { batch_id: 'b1' },
      {},
      `batch.status.changed:batch:b1:${ESCAPED_TIME}:${DIGEST}`,
    ],
    ['voice.training.completed', { voice_id: 'v1' }, {}, `voice.training.completed:voice:v1:${DIGEST}`],
    ['voice.training.failed', { voice: { voiceId: 'v1' } }, {}, `voice.training.failed:voice:v1:${DIGEST}`],
    ['call.ended', {}, { id: 'e1' }, 'call.ended:event:e1'],
    ['call.ended', {}, {}, `call.ended:content:${ESCAPED_TIME}:${DIGEST}`],
    ['call.created', { call_id: 'c1' }, { event_id: 'e1' }, 'call.created:event:e1'],
    ['call.created', { eventId: 'e1' }, {}, 'call.created:event:e1'],
    ['call.created', { event_id: 'e1' }, {}, 'call.created:event:e1'],
    ['call.created', { id: 'row' }, {}, `call.created:content:${ESCAPED_TIME}:${DIGEST}`],
  ] as const)('has the documented form for %s with %j %j', (event, data, rest, expected) => {
    expect(key(event, data, rest)).toMatch(new RegExp(`^${expected.replaceAll('.', '\\.')}$`))
  })

  it.each([
    ['call.ended', { batch_id: 'b1', voice_id: 'v1' }],
    ['call.created', { call_id: 'c1' }],
    ['voice.training.completed', { call_id: 'c1', batch_id: 'b1' }],
    ['voice.created', {}],
    ['batch.completed', { call_id: 'c1', voice_id: 'v1' }],
    ['batch.status.changed', { status: 'RUNNING', call_id: 'c1', voice_id: 'v1' }],
    ['batch.created', { batch_id: 'b1' }],
    ['crm.synced', { call_id: 'c1', batch_id: 'b1', voice_id: 'v1' }],
  ])(
    'is made of time and content for %s with %j, because these ids do not identify the event',
    (event, data) => {
      expect(key(event, data)).toMatch(new RegExp(`^[\\w.]+:content:${ESCAPED_TIME}:${DIGEST}$`))
    },
  )

  it('ends with the SHA-256 digest of the content', () => {
    // printf '{"timestamp":1,"data":{}}' | sha256sum
    expect(key('call.ended', {}, { timestamp: 1 })).toBe(
      'call.ended:content:1:9274738bd92f6dea9801c5af8b67f598926f13701823867f774553044ce69b3a',
    )
  })
})

describe('the keys of two events differ', () => {
  const campaign = (data: object, rest: object = {}) =>
    textOf('batch.status.changed', { batch_id: 'b1', ...data }, rest)
  const billed = (call: object | string) =>
    textOf(
      'call.billed',
      typeof call === 'string' ? `{"call":{"callId":"c1",${call}}}` : { call: { callId: 'c1', ...call } },
    )
  const failed = (data: object) => textOf('voice.training.failed', { voice_id: 'v1', ...data })
  const BIG = ['9007199254740993', '9007199254740992']

  it.each<[string, string, string]>([
    [
      'two types of one call',
      textOf('call.started', { call_id: 'c1' }),
      textOf('call.ended', { call_id: 'c1' }),
    ],
    [
      'one type of two calls',
      textOf('call.ended', { call_id: 'c1' }),
      textOf('call.ended', { call_id: 'c2' }),
    ],
    ['two statuses', campaign({ status: 'PAUSED' }), campaign({ status: 'RUNNING' })],
    [
      'the same status at two different times',
      campaign({ status: 'RUNNING' }),
      campaign({ status: 'RUNNING' }, { timestamp: 2 }),
    ],
    [
      'two steps of progress within one second',
      campaign({ completedCount: 10 }),
      campaign({ completedCount: 11 }),
    ],
    [
      'two statuses with the same row id',
      campaign({ id: 'r1', status: 'a' }),
      campaign({ id: 'r1', status: 'b' }),
    ],
    [
      'two statuses with the id of the batch as the event id',
      campaign({ status: 'a' }, { id: 'b1' }),
      campaign({ status: 'b' }, { id: 'b1' }),
    ],
    [
      'two statuses with a copied row id as the event id',
      campaign({ id: 7, status: 'a' }, { id: 7 }),
      campaign({ id: 7, status: 'b' }, { id: 7 }),
    ],
    [
      'two statuses with the id of a nested contact as the event id',
      campaign({ contacts: [{ id: 'k1' }], status: 'a' }, { id: 'k1' }),
      campaign({ contacts: [{ id: 'k1' }], status: 'b' }, { id: 'k1' }),
    ],
    [
      'two changes of one row in an unknown type',
      textOf('agent.updated', { id: 'a1', name: 'x' }),
      textOf('agent.updated', { id: 'a1', name: 'y' }),
    ],
    [
      'two unknown types',
      textOf('call.created', {}, { id: 'e1' }),
      textOf('voice.created', {}, { id: 'e1' }),
    ],
    [
      'two steps of one call in an unknown type',
      textOf('call.progress', { call_id: 'c1', percent: 1 }),
      textOf('call.progress', { call_id: 'c1', percent: 2 }),
    ],
    [
      'different fields outside `data`',
      textOf('call.ended', {}, { call_id: 'c1' }),
      textOf('call.ended', {}, { call_id: 'c2' }),
    ],
    [
      'a bill and its refund',
      billed({ billingStatus: 'BILLING_STATUS_BILLED' }),
      billed({ billingStatus: 'BILLING_STATUS_REFUNDED' }),
    ],
    ['a bill and its correction', billed({ costUsd: 0.12 }), billed({ costUsd: 0.1 })],
    ['two billed durations', billed({ billedDuration: '60s' }), billed({ billedDuration: '61s' })],
    [
      'a cost and its correction with many digits',
      billed('"costUsd":0.12000000000000000001'),
      billed('"costUsd":0.12000000000000000002'),
    ],
    [
      'two bills in the flat form',
      textOf('call.billed', { call_id: 'c1', cost_usd: 1 }),
      textOf('call.billed', { call_id: 'c1', cost_usd: 0 }),
    ],
    [
      'two bills without a known field',
      textOf('call.billed', { call_id: 'c1', amount: 1 }),
      textOf('call.billed', { call_id: 'c1', amount: 0 }),
    ],
    ['two failures of one voice', failed({ error_message: 'noise' }), failed({ error_message: 'silence' })],
    ['two failures of one voice at different times', failed({ timestamp: 1 }), failed({ timestamp: 2 })],
    ...[
      ['agent.updated', '{"n":#}'],
      ['call.ended', '{"call_id":#}'],
      ['batch.status.changed', '{"batch_id":"b","x":[{"y":#}]}'],
      ['voice.training.failed', '{"voice_id":"v","x":#}'],
    ].map(([event = '', data = '']): [string, string, string] => [
      `integers beyond 2^53 in ${event} ${data}`,
      textOf(event, data.replace('#', BIG[0] ?? '')),
      textOf(event, data.replace('#', BIG[1] ?? '')),
    ]),
    ...[
      ['1e400', '1e401'],
      ['-0', '0'],
      ['-0.0', '0.0'],
      ['0.1', '0.1000000000000000055'],
      ['1e-400', '0'],
      ['1e309', 'null'],
    ].map(([one = '', other = '']): [string, string, string] => [
      `${one} and ${other}`,
      textOf('agent.updated', `{"n":${one}}`),
      textOf('agent.updated', `{"n":${other}}`),
    ]),
  ])('for %s', (_, one, other) => {
    expect(dedupeKey(parseEvent(one))).not.toBe(dedupeKey(parseEvent(other)))
  })

  it('for ids of different kinds', () => {
    expect(key('call.ended', {}, { id: 'x' })).not.toBe(key('call.ended', { call_id: 'x' }))
  })

  it('for ids that contain separators', () => {
    expect(key('call.ended', {}, { id: 'a:b' })).not.toBe(key('call.ended', {}, { id: 'a%003ab' }))
    expect(key('a:event', {}, { id: 'b' })).not.toBe(key('a', {}, { id: 'event:b' }))
  })
})

describe('the key of an event stays the same', () => {
  it.each(ONCE)('for %s if each attempt has its own id and time', (name) => {
    const attempt = (id: string, timestamp: number) =>
      key(name, { call: { callId: 'c1' }, id }, { id, timestamp })
    expect(attempt('evt_1', 1)).toBe(attempt('evt_2', 2))
  })

  it('for call.billed if each attempt has its own id and time', () => {
    const attempt = (id: string, timestamp: number) =>
      key('call.billed', { call: { callId: 'c1', costUsd: 0.12 } }, { id, timestamp })
    expect(attempt('evt_1', 1)).toBe(attempt('evt_2', 2))
  })

  it.each(BILLING)('for call.billed if its content differs but %s does not', (name, one, other) => {
    const flat = (value: unknown, summary: string) =>
      key('call.billed', { call_id: 'c1', [name]: value, summary })
    const nested = (value: unknown, summary: string) =>
      key('call.billed', { call: { callId: 'c1', [name]: value, summary } })
    for (const keyOf of [flat, nested]) {
      expect(keyOf(one, 'a')).toBe(keyOf(one, 'b'))
      expect(keyOf(one, 'a')).not.toBe(keyOf(other, 'a'))
      // Without any of these fields, the whole content decides.
      expect(keyOf(null, 'a')).not.toBe(keyOf(null, 'b'))
    }
  })

  it('for voice.training.completed if each attempt has its own id and time', () => {
    const attempt = (id: string, timestamp: number) =>
      key('voice.training.completed', { voiceId: 'v1', timestamp: 5 }, { id, timestamp })
    expect(attempt('evt_1', 1)).toBe(attempt('evt_2', 2))
  })

  it('for batch.status.changed with an event id if each attempt has its own time', () => {
    const attempt = (timestamp: number) =>
      key('batch.status.changed', { batchId: 'b1', status: 'x' }, { id: 'evt_1', timestamp })
    expect(attempt(1)).toBe(attempt(2))
  })

  it('for an alias and the name that it stands for', () => {
    expect(key('call.completed', { call_id: 'c1' })).toBe(key('call.ended', { call_id: 'c1' }))
    expect(key('call.ended', { event: 'call.completed', call_id: 'c1' })).toBe(
      key('call.ended', { call_id: 'c1' }),
    )
  })

  it('for any value of the status', () => {
    const odd = { toString: 1, valueOf: 2 }
    const change = (status: unknown) => key('batch.status.changed', { batch_id: 'b1', status })
    expect(change(odd)).toBe(change(odd))
    expect(change(odd)).not.toBe(change(null))
  })
})

/** Types for every row of the table, and payloads that reach each row. */
const anyEvent = fc.record({
  event: fc.constantFrom(
    ...ONCE,
    'call.billed',
    'batch.completed',
    'batch.status.changed',
    'voice.training.failed',
    'agent.updated',
    'call.completed',
  ),
  timestamp: fc.oneof(fc.string({ unit: 'binary' }), fc.double({ noNaN: true, noDefaultInfinity: true })),
  ids: fc.record(
    { call_id: fc.string(), batchId: fc.string(), voice_id: fc.string(), id: fc.nat(), eventId: fc.string() },
    { requiredKeys: [] },
  ),
  id: fc.option(fc.string(), { nil: undefined }),
  content: fc.jsonValue({ maxDepth: 4 }),
})
const textOfAny = (each: { event: string; timestamp: unknown; ids: object; id: unknown; content: unknown }) =>
  textOf(
    each.event,
    { ...each.ids, content: each.content },
    { timestamp: each.timestamp, ...(each.id !== undefined && { id: each.id }) },
  )

describe('the key of any event', () => {
  it('is the same for the same bytes, a copy, a clone, and a copy that was stored as JSON', () => {
    fc.assert(
      fc.property(anyEvent, (each) => {
        // JSON.stringify writes only numbers that survive parsing, except -0.
        const event = parseEvent(textOfAny(each))
        const copies: TruedyEvent[] = [
          parseEvent(textOfAny(each)),
          { ...event } as TruedyEvent,
          structuredClone(event),
          parseEvent(JSON.stringify(event)),
          parseEvent(structuredClone(event)),
        ]
        expect(new Set(copies.map(dedupeKey))).toEqual(new Set([dedupeKey(event)]))
      }),
    )
  })

  it('is printable ASCII of at most 255 characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), anyEvent, (id, each) => {
        const found = dedupeKey(parseEvent(textOfAny({ ...each, ids: { call_id: id, batchId: id } })))
        expect(found).toMatch(/^[\w.:%~-]{1,255}$/)
      }),
    )
  })

  it('changes with each digit, name or string in the content that determines it', () => {
    const content = fc.oneof(
      fc.record({
        type: fc.constant('digit'),
        text: fc.stringMatching(/^-?[1-9]\d{0,40}(\.\d{0,30}[1-9])?$/),
      }),
      fc.record({ type: fc.constant('string'), text: fc.string().map((text) => JSON.stringify(text)) }),
      fc.record({
        type: fc.constant('name'),
        text: fc.string().map((text) => `{${JSON.stringify(text)}:1}`),
      }),
    )
    const around = fc.constantFrom('#', '[1,#,2]', '{"a":{"b":[#]}}')
    const reach = fc.constantFrom(
      ['batch.status.changed', '{"batch_id":"b","x":#}'],
      ['voice.training.failed', '{"voice_id":"v","x":#}'],
      ['agent.updated', '{"x":#}'],
      ['call.ended', '{"x":#}'],
      ['call.billed', '{"call":{"callId":"c","costUsd":#}}'],
    )
    fc.assert(
      fc.property(content, content, around, reach, (one, other, frame, [event = '', data = '']) => {
        const keyOf = (text: string) =>
          key(
            event,
            data.replace('#', () => frame.replace('#', () => text)),
          )
        expect(keyOf(one.text) === keyOf(other.text)).toBe(one.text === other.text)
      }),
      runs(100),
    )
  })

  it('is truncated and ends with a digest of the whole if an id is very long', () => {
    const long = (end: string) => key('call.ended', {}, { id: 'x'.repeat(10_000) + end })
    expect(long('a')).toHaveLength(255)
    expect(long('a')).not.toBe(long('b'))
    expect(long('a')).toBe(long('a'))
    expect(long('a')).toMatch(new RegExp(`^call\\.ended:event:x+~${DIGEST}$`))
    expect(key('call.ended', {}, { id: 'x'.repeat(255 - 'call.ended:event:'.length) })).not.toContain('~')
  })

  it('is the same for equal ids and different for different ids of any content', () => {
    const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(id, id, (a, b) => {
        expect(key('call.ended', { call_id: a }) === key('call.ended', { call_id: b })).toBe(a === b)
      }),
    )
  })

  it.each([' ', '\n', '\t', ''])(
    'differs for numbers beyond every double after the white space %j',
    (space) => {
      const [one, other] = ['1e400', '2e400'].map((number) => key('agent.updated', `{"x":${space}${number}}`))
      expect(one).not.toBe(other)
    },
  )

  it.each([5_000, 100_000])('can be computed for JSON with %i levels', (depth) => {
    const nested = (inner: string) => `{"x":${'[{"a":'.repeat(depth / 2)}${inner}${'}]'.repeat(depth / 2)}}`
    const [one, same, other] = ['1', '1', '2'].map((inner) => key('agent.updated', nested(inner)))
    expect(one).toBe(same)
    expect(one).not.toBe(other)
  })
})

describe('an event id', () => {
  it.each([
    ['becomes part of the key', '7', { count: 8 }, true],
    ['becomes part of the key if a number in the payload only resembles it', '07', { count: 7 }, true],
    ['becomes part of the key if a flag in the payload is written the same way', 'true', { ok: true }, true],
    ['does not become part of the key if the payload contains it as a number', '7', { count: 7 }, false],
    [
      'does not become part of the key if the payload contains it as a string',
      'x',
      { rows: [{ id: 'x' }] },
      false,
    ],
  ])('%s', (_, id, data, isCertain) => {
    expect(key('agent.updated', data, { id })).toMatch(isCertain ? `event:${id}` : ':content:')
  })
})

describe('a scoped key', () => {
  it('has a prefix even without a scope if the key looks like a scope or a job', () => {
    expect(scopedKey('@a', undefined)).toBe('@/@a')
    expect(scopedKey('job/a', undefined)).toBe('@/job/a')
    for (const plain of ['a@b', 'a job/b']) expect(scopedKey(plain, undefined)).toBe(plain)
  })

  it('is the key itself without a scope', () => {
    expect(scopedKey('call.ended:call:c1', undefined)).toBe('call.ended:call:c1')
  })

  it('is unique for each combination of scope and key', () => {
    const text = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom('a', 'a:b', 'job', '@a', '@', '@/x', '@a/x', 'job/x', 'a/x', 'x', '/'),
    )
    const scope = fc.option(text, { nil: undefined })
    fc.assert(
      fc.property(text, scope, text, scope, (key1, scope1, key2, scope2) => {
        expect(scopedKey(key1, scope1) === scopedKey(key2, scope2)).toBe(key1 === key2 && scope1 === scope2)
        // A job handler records under keys of this form.
        expect(scopedKey(key1, scope1)).not.toBe(`job/${scopedKey(key2, scope2)}`)
      }),
      runs(200),
    )
  })
})
