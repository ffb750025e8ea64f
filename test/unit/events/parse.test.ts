import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { rawTextOf } from '../../../src/events/parse.js'
import { dedupeKey, parseEvent, type TruedyEvent, verifyAndParse, WebhookError } from '../../../src/index.js'
import { ENVELOPE, headersFor, now, SECRET } from '../support/delivery.js'

function codeOf(body: unknown): string {
  try {
    parseEvent(body as string)
    return 'ok'
  } catch (error) {
    return error instanceof WebhookError ? error.code : `not a WebhookError: ${error}`
  }
}

const KNOWN = [
  'call.started',
  'call.joined',
  'call.ended',
  'call.failed',
  'call.billed',
  'batch.status.changed',
  'batch.completed',
  'voice.training.completed',
  'voice.training.failed',
]

describe('parseEvent', () => {
  const text = JSON.stringify(ENVELOPE)

  it.each([
    ['a string', text],
    ['bytes', new TextEncoder().encode(text)],
    ['an ArrayBuffer', new TextEncoder().encode(text).buffer],
    ['a parsed envelope', ENVELOPE],
    ['a string with a byte order mark', `\uFEFF${text}`],
    ['bytes with a byte order mark', new TextEncoder().encode(`\uFEFF${text}`)],
  ])('parses %s', (_, body) => {
    expect(parseEvent(body)).toEqual({ ...ENVELOPE, rawEvent: 'call.ended' })
  })

  it('removes a byte order mark at the beginning only', () => {
    const marked = JSON.stringify({ ...ENVELOPE, data: { text: '\uFEFFa\uFEFF' } })
    for (const body of [marked, new TextEncoder().encode(marked)]) {
      expect(parseEvent(body).data).toEqual({ text: '\uFEFFa\uFEFF' })
    }
  })

  it.each(KNOWN)('recognizes %s', (event) => {
    expect(parseEvent({ ...ENVELOPE, event })).toMatchObject({ event, rawEvent: event })
  })

  it('resolves the alias call.completed, and keeps the name as sent in rawEvent', () => {
    expect(parseEvent({ ...ENVELOPE, event: 'call.completed' })).toMatchObject({
      event: 'call.ended',
      rawEvent: 'call.completed',
    })
  })

  it.each([
    'call.created',
    'unknown',
    'CALL.ENDED',
    'call.ended ',
    'constructor',
    '__proto__',
    'toString',
    '💥',
  ])('accepts the unknown type %j', (event) => {
    const parsed = parseEvent(`{"event":${JSON.stringify(event)},"timestamp":1,"data":{"a":1}}`)
    expect(parsed).toEqual({ event: 'unknown', rawEvent: event, timestamp: 1, data: { a: 1 } })
  })

  it('keeps the rest of the envelope and every field of data', () => {
    const data = {
      call: { callId: 'c', nested: { deep: [1, null, { rawEvent: 1 }] } },
      new_field: true,
      event: 'call.completed',
    }
    const parsed = parseEvent({ ...ENVELOPE, data, account: 'a1', version: 3 })
    expect(parsed).toMatchObject({ account: 'a1', version: 3 })
    expect(parsed.data).toEqual(data)
  })

  it.each([
    [{ id: 'evt_1' }, 'evt_1'],
    [{ event_id: 'evt_2' }, 'evt_2'],
    [{ id: 'evt_1', event_id: 'evt_2' }, 'evt_1'],
    [{ id: '', event_id: 'evt_2' }, 'evt_2'],
    [{ id: null, event_id: 'evt_2' }, 'evt_2'],
    [{ id: 42 }, '42'],
    [{ id: null }, undefined],
    [{ id: '' }, undefined],
    [{ id: {} }, undefined],
    [{ id: 1.5 }, undefined],
    [{ id: 2 ** 53 }, undefined],
    [{}, undefined],
  ])('reads the id of %j as %j', (ids, id) => {
    const parsed = parseEvent({ event: 'call.ended', timestamp: 1, data: {}, ...ids })
    expect(parsed.id).toBe(id)
    expect('id' in parsed).toBe(id !== undefined)
  })

  it.each([1773844320, 1773844320.5, '2026-03-18T14:32:00Z', '', 0])(
    'keeps the timestamp %j unchanged',
    (timestamp) => {
      expect(parseEvent({ ...ENVELOPE, timestamp }).timestamp).toBe(timestamp)
    },
  )

  it('does not change the envelope that it is given', () => {
    const envelope = Object.freeze({
      ...ENVELOPE,
      event: 'call.completed',
      data: Object.freeze({ call_id: 'c1' }),
    })
    const parsed = parseEvent(envelope)
    expect(parsed).not.toBe(envelope)
    expect(envelope).toEqual({ ...ENVELOPE, event: 'call.completed', data: { call_id: 'c1' } })
  })

  it.each([
    ['an empty string', ''],
    ['truncated JSON', '{"event":"call.ended"'],
    ['JSON followed by text', '{} x'],
    ['a form body', 'event=call.ended'],
    ['XML', '<event/>'],
    ['NaN', '{"event":"call.ended","timestamp":NaN,"data":{}}'],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
    ['a truncated character', new TextEncoder().encode('"é"').slice(0, 2)],
    ['UTF-16', Buffer.from('{}', 'utf16le')],
    ['no bytes', new Uint8Array()],
  ])('throws invalid_json for %s', (_, body) => {
    expect(codeOf(body)).toBe('invalid_json')
  })

  it.each([
    ['null', 'null'],
    ['an array', '[]'],
    ['a string', '"call.ended"'],
    ['a number', '1'],
    ['an empty object', '{}'],
    ['no event', { timestamp: 1, data: {} }],
    ['an empty event', { event: '', timestamp: 1, data: {} }],
    ['an event that is not a string', { event: 1, timestamp: 1, data: {} }],
    ['no timestamp', { event: 'call.ended', data: {} }],
    ['a timestamp that is null', { event: 'call.ended', timestamp: null, data: {} }],
    ['a timestamp that is an object', { event: 'call.ended', timestamp: {}, data: {} }],
    ['no data', { event: 'call.ended', timestamp: 1 }],
    ['data that is null', { event: 'call.ended', timestamp: 1, data: null }],
    ['data that is an array', { event: 'call.ended', timestamp: 1, data: [] }],
    ['data that is a string', { event: 'call.ended', timestamp: 1, data: '{}' }],
    ['undefined', undefined],
    ['a function', () => {}],
    ['a nested bigint', { event: 'call.ended', timestamp: 1, data: { a: 1n } }],
    ["Ultravox's own envelope", { event: 'call.ended', call: {} }],
  ])('throws invalid_event for %s', (_, body) => {
    expect(codeOf(body)).toBe('invalid_event')
  })

  it('throws invalid_event for an envelope that contains itself', () => {
    const data: Record<string, unknown> = {}
    data['self'] = data
    expect(codeOf({ event: 'call.ended', timestamp: 1, data })).toBe('invalid_event')
  })

  describe('removes own __proto__ keys', () => {
    const spellings = [
      '__proto__',
      '\\u005f_proto__',
      '__\\u0070roto__',
      '\\u005F\\u005f\\u0070\\u0072\\u006f\\u0074\\u006f\\u005f_',
    ]

    it.each(spellings)('spelled %s at every depth', (key) => {
      const json = `{"event":"call.ended","timestamp":1,"${key}":{"polluted":1},"data":{"${key}":{"polluted":1},"list":[{"${key}":{"polluted":1},"kept":"é"}]}}`
      const parsed = parseEvent(json)
      expect(parsed).toEqual({
        event: 'call.ended',
        rawEvent: 'call.ended',
        timestamp: 1,
        data: { list: [{ kept: 'é' }] },
      })
      const merged = Object.assign({}, parsed.data) as Record<string, unknown>
      expect(merged['polluted']).toBeUndefined()
    })

    it.each(spellings)('spelled %s in long bodies', (key) => {
      const json = `{"event":"call.ended","timestamp":1,"data":{"text":"${'x'.repeat(20_000)}","${key}":{"polluted":1}}}`
      expect(Object.keys(parseEvent(json).data)).toEqual(['text'])
    })

    it('anywhere in a payload, and nothing else', () => {
      interface Tree {
        readonly value: fc.JsonValue | readonly Tree[] | readonly (readonly [string, Tree])[]
        readonly kind: 'leaf' | 'array' | 'object'
      }
      const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
        tree: fc.oneof(
          { maxDepth: 4 },
          fc.record({
            kind: fc.constant('leaf' as const),
            value: fc.constantFrom(null, '', '__proto__', 0, true),
          }),
          fc.record({ kind: fc.constant('array' as const), value: fc.array(tie('tree'), { maxLength: 4 }) }),
          fc.record({
            kind: fc.constant('object' as const),
            value: fc.array(fc.tuple(fc.constantFrom('a', 'b', '0', '__proto__'), tie('tree')), {
              maxLength: 4,
            }),
          }),
        ),
      }))
      const write = ({ kind, value }: Tree, spelling: string | undefined): string => {
        if (kind === 'leaf') return JSON.stringify(value)
        if (kind === 'array') return `[${(value as Tree[]).map((one) => write(one, spelling)).join()}]`
        const kept = (value as [string, Tree][]).filter(
          ([key]) => spelling !== undefined || key !== '__proto__',
        )
        return `{${kept.map(([key, one]) => `"${key === '__proto__' ? spelling : key}":${write(one, spelling)}`).join()}}`
      }
      fc.assert(
        fc.property(
          fc.array(tree, { maxLength: 4 }),
          fc.constantFrom(...spellings),
          fc.constantFrom(0, 20_000),
          (list, spelling, length) => {
            const data = (text: string) => `{"list":[${text}],"text":"${'x'.repeat(length)}"}`
            const json = data(list.map((one) => write(one, spelling)).join())
            const clean: unknown = JSON.parse(data(list.map((one) => write(one, undefined)).join()))
            const event = parseEvent(`{"event":"call.ended","timestamp":1,"data":${json}}`)
            expect(JSON.stringify(event.data)).toBe(JSON.stringify(clean))
          },
        ),
      )
    })

    it('without visiting what was added to Object.prototype', () => {
      const value = new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('It was visited.')
          },
        },
      )
      Object.defineProperty(Object.prototype, 'added', { value, enumerable: true, configurable: true })
      let code: string
      try {
        code = codeOf(`{"event":"call.ended","timestamp":1,"data":{"text":"${'x'.repeat(20_000)}"}}`)
      } finally {
        Reflect.deleteProperty(Object.prototype, 'added')
      }
      expect(code).toBe('ok')
    })

    it('in a parsed envelope', () => {
      const parsed = parseEvent(
        JSON.parse('{"event":"call.ended","timestamp":1,"data":{"__proto__":{"polluted":1}}}') as object,
      )
      expect(Object.hasOwn(parsed.data, '__proto__')).toBe(false)
    })

    it('but keeps __proto__ as a value, and similar keys', () => {
      const data = { a: '__proto__', __proto: 1, constructor: { prototype: 1 }, b: '\u005f\u0070' }
      expect(parseEvent(JSON.stringify({ ...ENVELOPE, data })).data).toEqual(data)
    })
  })

  it('parses JSON that nests deeper than the stack', () => {
    const depth = 200_000
    const body = `{"event":"call.ended","timestamp":1,"data":{"deep":${'['.repeat(depth)}${']'.repeat(depth)}}}`
    expect(parseEvent(body).event).toBe('call.ended')
  })

  it('reveals no part of the body in an error message', () => {
    for (const body of ['{"secret-part":', '"secret-part"', '{"event":1,"secret-part":1}']) {
      expect(() => parseEvent(body)).toThrow(WebhookError)
      try {
        parseEvent(body)
      } catch (error) {
        expect(`${error} ${(error as Error).cause}`).not.toContain('secret-part')
      }
    }
  })

  describe('from a previously parsed event', () => {
    const again = (event: object) => parseEvent(JSON.stringify(event))

    it.each(['call.ended', 'call.completed', 'call.transferred', 'unknown', 'toString', 'call.analyzed'])(
      'returns the same event for %s',
      (name) => {
        const event = parseEvent({ ...ENVELOPE, event: name })
        expect(again(event)).toEqual(event)
        expect(again(again(event))).toEqual(event)
        expect(parseEvent(event)).toEqual(event)
        expect(parseEvent(structuredClone(event))).toEqual(event)
        expect(event.rawEvent).toBe(name)
      },
    )

    it('returns the same event for any content', () => {
      const envelope = fc.record(
        {
          event: fc.oneof(
            fc.string({ minLength: 1 }),
            fc.constantFrom('call.ended', 'call.completed', 'unknown'),
          ),
          timestamp: fc.oneof(fc.string(), fc.nat()),
          data: fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
          id: fc.jsonValue(),
          event_id: fc.jsonValue(),
          rawEvent: fc.jsonValue(),
        },
        { requiredKeys: ['event', 'timestamp', 'data'] },
      )
      fc.assert(
        fc.property(envelope, (each) => {
          const event = parseEvent(JSON.stringify(each))
          expect(again(event)).toEqual(event)
          expect(dedupeKey(again(event))).toBe(dedupeKey(event))
        }),
      )
    })

    it('recognizes a type that an earlier version did not know', () => {
      const stored = { ...ENVELOPE, event: 'unknown', rawEvent: 'call.analyzed' }
      expect(parseEvent(stored)).toMatchObject({ event: 'call.analyzed', rawEvent: 'call.analyzed' })
    })

    it.each([
      ['that names another event', { event: 'call.ended', rawEvent: 'call.failed' }],
      ['that names no event', { event: 'call.ended', rawEvent: 'x' }],
      ['that is not a string', { event: 'call.ended', rawEvent: 5 }],
      ['that is empty', { event: 'call.ended', rawEvent: '' }],
    ])('ignores a rawEvent %s', (_, names) => {
      expect(parseEvent({ ...ENVELOPE, ...names })).toMatchObject({
        event: 'call.ended',
        rawEvent: 'call.ended',
      })
    })

    it('accepts a rawEvent only from a store, because a delivery could contain one, too', async () => {
      const body = JSON.stringify({ ...ENVELOPE, event: 'unknown', rawEvent: 'call.failed' })
      const event = await verifyAndParse(body, headersFor(body), SECRET, { now })
      expect(event).toMatchObject({ event: 'unknown', rawEvent: 'unknown' })
    })

    it('keeps the raw text with the event, where copies, logs and comparisons do not see it', () => {
      const text = JSON.stringify(ENVELOPE)
      const event = parseEvent(text)
      expect(rawTextOf(event)).toBe(text)
      expect(Reflect.ownKeys(event)).toEqual([...Object.keys(ENVELOPE), 'rawEvent'])
      expect(event).toStrictEqual({ ...ENVELOPE, rawEvent: ENVELOPE.event })
      expect(inspect(event)).not.toContain(text)
      for (const copy of [{ ...event }, structuredClone(event), ENVELOPE])
        expect(rawTextOf(copy as TruedyEvent)).toBeUndefined()
    })

    it('keeps the raw text where every copy of the package finds it', async () => {
      vi.resetModules()
      const other = await import('../../../src/events/parse.js')
      const text = JSON.stringify(ENVELOPE)
      expect(other.parseEvent).not.toBe(parseEvent)
      expect(other.rawTextOf(parseEvent(text))).toBe(text)
      expect(rawTextOf(other.parseEvent(text))).toBe(text)
    })
  })
})
