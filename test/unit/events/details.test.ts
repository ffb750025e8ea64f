import { describe, expect, it } from 'vitest'
import { callDetails, eventIds, eventTime, parseEvent, type TruedyEvent } from '../../../src/index.js'

function event(data: object, rest: object = {}) {
  return parseEvent({ event: 'call.ended', timestamp: '2026-03-18T14:32:00Z', data, ...rest })
}

describe('eventIds', () => {
  const places: [string, object, object][] = [
    ['eventId', { id: 'x' }, {}],
    ['eventId', { event_id: 'x' }, {}],
    ['eventId', {}, { id: 'x' }],
    ['eventId', {}, { eventId: 'x' }],
    ['eventId', {}, { event_id: 'x' }],
    ['callId', {}, { call: { callId: 'x' } }],
    ['callId', {}, { call: { call_id: 'x' } }],
    ['callId', {}, { callId: 'x' }],
    ['callId', {}, { call_id: 'x' }],
    ['agentId', {}, { call: { agent: { agentId: 'x' } } }],
    ['agentId', {}, { call: { agentId: 'x' } }],
    ['agentId', {}, { agentId: 'x' }],
    ['agentId', {}, { agent_id: 'x' }],
    ['batchId', {}, { batch_id: 'x' }],
    ['batchId', {}, { batchId: 'x' }],
    ['batchId', {}, { batch: { batchId: 'x' } }],
    ['batchId', {}, { batch: { batch_id: 'x' } }],
    ['voiceId', {}, { voice_id: 'x' }],
    ['voiceId', {}, { voiceId: 'x' }],
    ['voiceId', {}, { voice: { voiceId: 'x' } }],
    ['voiceId', {}, { voice: { voice_id: 'x' } }],
  ]

  it.each(places)('finds %s in %j %j', (name, envelope, data) => {
    expect(eventIds(event(data, envelope))).toEqual({ [name]: 'x' })
  })

  it.each([
    ['eventId', { id: '1', event_id: '2' }, { id: '3', eventId: '4', event_id: '5' }],
    ['eventId', {}, { id: '1', eventId: '2', event_id: '3' }],
    ['callId', {}, { call: { callId: '1', call_id: '2' }, callId: '3', call_id: '4' }],
    ['callId', {}, { call: { call_id: '1' }, callId: '3', call_id: '4' }],
    ['agentId', {}, { call: { agent: { agentId: '1' }, agentId: '2' }, agentId: '3', agent_id: '4' }],
    ['batchId', {}, { batch_id: '1', batchId: '2', batch: { batchId: '3', batch_id: '4' } }],
    ['voiceId', {}, { voice_id: '1', voiceId: '2', voice: { voiceId: '3', voice_id: '4' } }],
  ])('prefers the first place of %s', (name, envelope, data) => {
    expect(eventIds(event(data, envelope))).toHaveProperty(name, '1')
  })

  it("skips values that can't be ids", () => {
    const data = {
      call: { callId: null, call_id: '' },
      callId: {},
      call_id: 'x',
      agentId: [],
      agent_id: true,
    }
    expect(eventIds(event(data))).toEqual({ callId: 'x' })
  })

  it('accepts integers up to 2^53 - 1', () => {
    expect(eventIds(event({ call_id: 42, batch_id: 2 ** 53 }))).toEqual({ callId: '42' })
  })

  it('does not report the id of a call, batch or voice as the id of the event', () => {
    expect(eventIds(event({ id: 'b1', batch_id: 'b1' }))).toEqual({ batchId: 'b1' })
    expect(eventIds(event({ id: 'c1', call: { callId: 'c1' } }))).toEqual({ callId: 'c1' })
    expect(eventIds(event({ id: 'c1', call_id: 'c1' }, { id: 'e1' }))).toEqual({
      eventId: 'e1',
      callId: 'c1',
    })
    expect(eventIds(event({ id: 'e1', voice_id: 'v1' }))).toEqual({ eventId: 'e1', voiceId: 'v1' })
  })

  it('returns no ids for empty data', () => {
    // toStrictEqual also rejects keys whose value is undefined.
    expect(eventIds(event({}))).toStrictEqual({})
    expect(eventIds(event({ call: null, batch: 'b', voice: [] }))).toStrictEqual({})
  })
})

describe('eventTime', () => {
  it.each([
    ['2026-03-18T14:32:00.000Z', '2026-03-18T14:32:00.000Z'],
    ['2026-03-18T14:32:00Z', '2026-03-18T14:32:00.000Z'],
    ['2026-01-31T14:05:41.123456', '2026-01-31T14:05:41.123Z'],
    ['2026-03-18T14:32:00', '2026-03-18T14:32:00.000Z'],
    ['2026-03-18T14:32:00.5', '2026-03-18T14:32:00.500Z'],
    ['2026-03-18T14:32:00.57Z', '2026-03-18T14:32:00.570Z'],
    ['2026-03-18T16:32:00+02:00', '2026-03-18T14:32:00.000Z'],
    [1773844320, '2026-03-18T14:32:00.000Z'],
    [1773844320.25, '2026-03-18T14:32:00.250Z'],
    [1773844320123, '2026-03-18T14:32:00.123Z'],
    ['1773844320', '2026-03-18T14:32:00.000Z'],
    ['1773844320.5', '2026-03-18T14:32:00.500Z'],
    ['1773844320123', '2026-03-18T14:32:00.123Z'],
    [' 2026-03-18T14:32:00Z\n', '2026-03-18T14:32:00.000Z'],
    [99_999_999_999, '5138-11-16T09:46:39.000Z'],
    [100_000_000_000, '1973-03-03T09:46:40.000Z'],
    [0, '1970-01-01T00:00:00.000Z'],
  ])('reads %j as %s', (timestamp, iso) => {
    expect(eventTime(event({}, { timestamp }))?.toISOString()).toBe(iso)
  })

  it.each(['', 'yesterday', '2026-03-18', '2026-02-30T00:00:00Z', 1e300, '9'.repeat(40)])(
    'returns undefined for %j',
    (timestamp) => {
      expect(eventTime(event({}, { timestamp }))).toBeUndefined()
    },
  )
})

describe('callDetails', () => {
  const nested = {
    call: {
      callId: 'c1',
      agent: { agentId: 'a1', name: 'Front desk' },
      duration: 123,
      costUsd: 0.12,
      summary: 'Asked for the opening hours.',
      endReason: 'hangup',
      billedDuration: '130s',
      recordingUrl: 'https://example.com/1.wav',
    },
  }
  const flat = {
    call_id: 'c1',
    agent_id: 'a1',
    status: 'ended',
    duration_seconds: 123,
    cost_usd: 0.12,
    end_reason: 'hangup',
    recording_url: 'https://example.com/1.wav',
    error_message: 'none',
  }

  it('reads the nested form', () => {
    expect(callDetails(event(nested))).toEqual({
      callId: 'c1',
      agentId: 'a1',
      agentName: 'Front desk',
      durationSeconds: 123,
      billedDurationSeconds: 130,
      costUsd: 0.12,
      summary: 'Asked for the opening hours.',
      endReason: 'hangup',
      recordingUrl: 'https://example.com/1.wav',
    })
  })

  it('reads the flat form', () => {
    expect(callDetails(event(flat))).toEqual({
      callId: 'c1',
      agentId: 'a1',
      status: 'ended',
      durationSeconds: 123,
      costUsd: 0.12,
      endReason: 'hangup',
      recordingUrl: 'https://example.com/1.wav',
      errorMessage: 'none',
    })
  })

  it.each([
    [{ call: { callId: 'c', billedDuration: '123s' } }, 123],
    [{ call: { callId: 'c', billedDuration: '12.5s' } }, 12.5],
    [{ call: { callId: 'c', duration: 0, billedDuration: '123s' } }, 0],
    [{ call: { callId: 'c', duration: null, billedDuration: '123s' } }, 123],
    [{ call_id: 'c', duration_seconds: '42' }, 42],
    [{ call_id: 'c', duration_seconds: 'long' }, undefined],
    [{ call_id: 'c', duration_seconds: null }, undefined],
    [{ call_id: 'c', duration_seconds: ['42'] }, undefined],
    [{ call_id: 'c', duration_seconds: { seconds: 42 } }, undefined],
    [{ call_id: 'c', duration_seconds: '42 minutes' }, undefined],
    [{ call_id: 'c', duration_seconds: '42s?' }, undefined],
    [{ call_id: 'c', duration_seconds: 'about 42s' }, undefined],
    [{ call_id: 'c', duration_seconds: '41 or 42s' }, undefined],
    [{ call_id: 'c', duration_seconds: '0.25' }, 0.25],
    [{ call_id: 'c', duration_seconds: '-1s' }, -1],
  ])('reads the duration of %j as %j seconds', (data, seconds) => {
    expect(callDetails(event(data))?.durationSeconds).toBe(seconds)
  })

  it('ignores a number of seconds that is infinite', () => {
    const text = '{"event":"call.ended","timestamp":1,"data":{"call_id":"c","duration_seconds":1e999}}'
    expect(callDetails(parseEvent(text))).toEqual({ callId: 'c' })
  })

  it('falls back to the short summary', () => {
    expect(callDetails(event({ call: { callId: 'c', summary: null, shortSummary: 'short' } }))?.summary).toBe(
      'short',
    )
    expect(
      callDetails(event({ call: { callId: 'c', summary: 'long', shortSummary: 'short' } }))?.summary,
    ).toBe('long')
  })

  it('sorts the metadata by name, and keeps only strings, numbers and booleans', () => {
    const metadata = JSON.parse('{"b":1,"a":"x","c":true,"__proto__":"y","d":null,"aa":"z"}')
    const found = callDetails(event({ call_id: 'c', metadata }))?.metadata
    expect(JSON.stringify(found)).toBe('{"a":"x","aa":"z","b":"1","c":"true"}')
    // An event that no parser has seen can have such a key.
    const unparsed = { ...event({}), data: { call_id: 'c', metadata } } as TruedyEvent
    expect(JSON.stringify(callDetails(unparsed)?.metadata)).toBe('{"a":"x","aa":"z","b":"1","c":"true"}')
  })

  it('reads -0 as 0, as it is once it was stored as JSON', () => {
    const given = parseEvent('{"event":"call.ended","timestamp":1,"data":{"call_id":"c","cost_usd":-0}}')
    expect(callDetails(given)?.costUsd).toBe(0)
  })

  it('finds nothing in an event whose data is not an object', () => {
    expect(callDetails({ ...event({}), data: null } as unknown as TruedyEvent)).toEqual({})
  })

  it('omits fields without a value', () => {
    expect(
      callDetails(event({ call: { callId: 'c', endReason: null, costUsd: null, summary: '' } })),
    ).toEqual({ callId: 'c' })
    expect(callDetails(event({}))).toEqual({})
  })

  it('reads calls in events of an unknown type', () => {
    expect(callDetails(event({ call_id: 'c' }, { event: 'call.created' }))).toEqual({ callId: 'c' })
    expect(callDetails(event({ call_id: 'c' }, { event: 'crm.synced' }))).toEqual({ callId: 'c' })
  })

  it.each(['batch.completed', 'voice.training.failed', 'unheard.of'])('returns undefined for %s', (name) => {
    expect(callDetails(event({ status: 'x', error_message: 'y' }, { event: name }))).toBeUndefined()
  })
})
