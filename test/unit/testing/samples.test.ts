import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { callDetails, dedupeKey, eventIds, eventTime, parseEvent } from '../../../src/index.js'
import { flatSampleEvent, type SampleName, sampleEvent } from '../../../src/testing/index.js'
import { dataFieldsOf, type KnownFields } from '../../../src/testing/known-fields.js'
import { sampleNames } from '../../../src/testing/samples.js'
import { UUID } from '../support/readable.js'

const NOW = Date.UTC(2026, 0, 31, 14, 5, 41, 123)

function stopDate(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
  onTestFinished(() => void vi.useRealTimers())
}

/** Either function, as an untyped program calls it. */
type CreateSample = (
  name: SampleName,
  overrides?: object,
) => { event: string; timestamp: string; id?: string; data: Record<string, unknown> }

const FORMS: readonly (readonly [string, CreateSample])[] = [
  ['sampleEvent', sampleEvent as CreateSample],
  ['flatSampleEvent', flatSampleEvent as CreateSample],
]

const known = sampleNames.filter((name) => name !== 'unknown' && name !== 'call.completed')

describe.each(FORMS)('%s', (form, create) => {
  it.each(known)('creates for %s an event of that name with an id', (name) => {
    const event = parseEvent(create(name))
    expect(event).toMatchObject({ event: name, rawEvent: name })
    const { callId, batchId, voiceId, eventId } = eventIds(event)
    expect(callId ?? batchId ?? voiceId).toBeTypeOf('string')
    expect(eventId !== undefined).toBe(form === 'sampleEvent')
  })

  it('creates a new event each time', () => {
    const keys = Array.from({ length: 10 }, () => dedupeKey(parseEvent(create('call.ended'))))
    expect(new Set(keys).size).toBe(10)
  })

  it.each(['call.ended', 'call.failed'] as const)('creates for %s the facts of a call', (name) => {
    const details = callDetails(parseEvent(create(name)))
    expect(details).toMatchObject({
      durationSeconds: 123,
      costUsd: 0.12,
      agentId: expect.any(String),
      endReason: expect.any(String),
    })
    expect(details?.errorMessage !== undefined).toBe(name === 'call.failed')
  })

  it('creates a failed training with a reason', () => {
    expect(create('voice.training.failed').data).toHaveProperty('error_message')
  })

  it('creates the alias and an unknown type', () => {
    expect(parseEvent(create('call.completed'))).toMatchObject({
      event: 'call.ended',
      rawEvent: 'call.completed',
    })
    expect(parseEvent(create('unknown')).event).toBe('unknown')
  })

  it.each(sampleNames)('accepts any known field of %s, and keeps the others', (name) => {
    const fields = Object.keys(dataFieldsOf(name) ?? { anything: true }).filter((field) => field !== 'call')
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...fields), fc.jsonValue()), (data) => {
        // Fields that hold known fields accept only objects.
        const fitting = Object.entries(data).filter(([field]) => dataFieldsOf(name)?.[field] !== undefined)
        const given = Object.fromEntries(
          fitting.filter(([field]) => typeof dataFieldsOf(name)?.[field] !== 'object'),
        )
        const made = create(name, { data: given })
        expect(made.data).toMatchObject(given)
        const others = Object.keys(create(name).data)
        expect(Object.keys(made.data)).toEqual(expect.arrayContaining(others))
      }),
      { numRuns: 20 },
    )
  })

  it.each(sampleNames)('rejects every misspelled field of %s, and suggests the correct one', (name) => {
    const fields = dataFieldsOf(name)
    if (!fields) return
    for (const [path, field] of pathsOf(fields)) {
      // In shorter names, one more letter is not recognized as a typo.
      if (field.length < 4) continue
      const misspelt = `${field}x`
      const data = path.reduceRight<object>((inner, part) => ({ [part]: inner }), {
        [misspelt]: 'secret-value',
      })
      expect(() => create(name, { data })).toThrow(
        expect.objectContaining({
          code: 'invalid_options',
          message: expect.stringContaining(`Did you mean "${['data', ...path, field].join('.')}"?`),
        }),
      )
    }
  })

  it('removes a field that is undefined, and sets one that is null', () => {
    const { data } = create('batch.completed', { data: { status: undefined, endedAt: null } })
    expect(data).not.toHaveProperty('status')
    expect(data).toHaveProperty('endedAt', null)
  })

  it('keeps the timestamp as it is', () => {
    for (const timestamp of ['2026-03-18T14:32:00.000Z', '2026-03-18T14:32:00.123456', 'nonsense']) {
      expect(create('call.ended', { timestamp }).timestamp).toBe(timestamp)
    }
  })

  it.each([
    ['call.end', /"call\.end".* Did you mean "call\.ended"\?/],
    ['nonsense', /"nonsense"\. The samples are call\.started/],
    [undefined, /"undefined"/],
    ['toString', /"toString"/],
  ])('rejects the name %s', (name, message) => {
    expect(() => create(name as SampleName)).toThrow(
      expect.objectContaining({ code: 'invalid_options', message: expect.stringMatching(message) }),
    )
  })

  it.each([
    [{ data: null }],
    [{ data: [] }],
    [{ data: 'text' }],
    [{ timestamp: 5 }],
    [{ timestamp: '' }],
    [{ shape: 'flat' }],
    [{ Data: {} }],
    [null],
    [[]],
    [{ data: { batch: 'text' } }, 'batch.completed'],
    [{ data: { call: [] } }],
  ])('rejects the overrides %j', (overrides, name = 'call.ended') => {
    expect(() => create(name as SampleName, overrides as object)).toThrow(
      expect.objectContaining({ code: 'invalid_options' }),
    )
  })

  it.each(sampleNames)('does not change the overrides of %s', (name) => {
    const overrides = Object.freeze({ timestamp: '2026-03-18T14:32:00Z', data: Object.freeze({}) })
    expect(() => create(name, overrides)).not.toThrow()
  })
})

/** Each known field, with the path to it. */
function pathsOf(fields: KnownFields, path: readonly string[] = []): [string[], string][] {
  return Object.entries(fields).flatMap(([field, inner]) => [
    [[...path], field] as [string[], string],
    ...(typeof inner === 'object' ? pathsOf(inner, [...path, field]) : []),
  ])
}

describe('sampleEvent', () => {
  it('has all documented fields', async () => {
    stopDate()
    const samples = sampleNames.flatMap((name) =>
      FORMS.map(([, create]) => JSON.stringify(create(name), null, 2)),
    )
    const text = `${samples.join('\n\n')}\n`.replace(UUID, 'UUID')
    await expect(text).toMatchFileSnapshot('snapshots/samples.txt')
  })

  it('merges at any depth, and replaces lists and free-form objects', () => {
    const { data } = sampleEvent('call.ended', {
      data: { call: { agent: { name: 'Zoë' }, metadata: { campaign_id: 'c1' }, inactivityMessages: [1] } },
    })
    expect(data.call).toMatchObject({
      agent: { agentId: expect.any(String), name: 'Zoë' },
      inactivityMessages: [1],
      summary: expect.any(String),
    })
    expect(data.call.metadata).toEqual({ campaign_id: 'c1' })
  })

  it('accepts an id, and ids within data', () => {
    expect(sampleEvent('call.ended', { id: 'evt_1', data: { call: { callId: 'c1' } } })).toMatchObject({
      id: 'evt_1',
      data: { call: { callId: 'c1' } },
    })
    expect(() => sampleEvent('call.ended', { id: 5 } as object)).toThrow(/^id must be/)
  })

  it('accepts any data for an unknown type', () => {
    expect(sampleEvent('unknown', { data: { anything: { goes: true } } }).data).toMatchObject({
      anything: { goes: true },
    })
  })

  const anySeconds = fc.oneof(
    fc.integer({ min: 0, max: 7200 }),
    fc.double({ min: 0, max: 7200, noNaN: true }),
  )
  const calls = sampleNames.filter((name) => name.startsWith('call.'))

  it.each(calls)('creates for %s times, a duration and a cost that agree', (name) => {
    const anyChange = fc.record(
      {
        duration: anySeconds,
        endReason: fc.constantFrom('hangup', 'unjoined', 'timeout'),
        joined: fc.constant(null),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(anyChange, fc.boolean(), (call, hasTime) => {
        const timestamp = new Date(NOW).toISOString()
        const event = sampleEvent(name as 'call.ended', { ...(hasTime && { timestamp }), data: { call } })
        const made = event.data.call
        const times = [made.created, made.joined, made.ended, event.timestamp]
          .filter((time) => typeof time === 'string')
          .map((time) => Date.parse(time))
        expect(times).toEqual([...times].sort((a, b) => a - b))
        expect(times.length).toBeGreaterThan(1)
        if (typeof made.joined === 'string' && typeof made.ended === 'string') {
          const seconds = (Date.parse(made.ended) - Date.parse(made.joined)) / 1000
          expect(Math.abs(seconds - Number(made.duration))).toBeLessThanOrEqual(0.001)
        }
        if (typeof made.duration === 'number' && call.duration === undefined) {
          expect(made.duration > 0).toBe(made.joined !== null)
        }
        if (typeof made.costUsd === 'number') {
          expect(Math.abs(made.costUsd - Number(made.duration) / 1000)).toBeLessThanOrEqual(0.0051)
        }
        expect(made.summary === null || made.joined !== null).toBe(true)
      }),
    )
  })

  it('has a call that nobody joined, from its creation to its timeout', () => {
    const { call } = sampleEvent('call.ended', {
      data: { call: { endReason: 'unjoined', ended: '2026-03-18T14:32:00.000Z' } },
    }).data
    expect(call).toMatchObject({
      created: '2026-03-18T14:31:30.000Z',
      joined: null,
      duration: 0,
      costUsd: 0,
      summary: null,
    })
  })

  it.each([
    [0, 'BILLING_STATUS_FREE_ZERO_EFFECTIVE_DURATION', '0s'],
    [0.5, 'BILLING_STATUS_BILLED', '1s'],
    [60, 'BILLING_STATUS_BILLED', '60s'],
  ])('bills a call of %d seconds as %s', (duration, billingStatus, billedDuration) => {
    const { call } = sampleEvent('call.billed', { data: { call: { duration } } }).data
    expect(call).toMatchObject({ billingStatus, billedDuration })
  })

  it('derives the start of a campaign from its end', () => {
    const { data } = sampleEvent('batch.completed', { data: { endedAt: '2026-03-18T14:32:00.000Z' } })
    expect(data.created).toBe('2026-03-18T14:02:00.000Z')
  })

  it.each([
    [1e9, 1e9],
    [1e9 + 1, 200],
    [-1e9 - 1, 200],
    [Number.NaN, 200],
    ['500', 200],
  ])('calculates with the total %s as %d', (totalCount, expected) => {
    const { data } = sampleEvent('batch.completed', { data: { totalCount: totalCount as number } })
    expect(data).toMatchObject({ totalCount, completedCount: expected })
  })

  it('sets a field that holds others to null', () => {
    expect(
      sampleEvent('call.ended', { data: { call: { agent: null } } as object }).data.call.agent,
    ).toBeNull()
  })

  it('knows the fields of each type', () => {
    for (const name of sampleNames) expect(dataFieldsOf(name) === undefined).toBe(name === 'unknown')
  })

  it('derives the duration if both ends of a call are given', () => {
    const { call } = sampleEvent('call.ended', {
      data: { call: { joined: '2026-03-18T14:31:00.000Z', ended: '2026-03-18T14:32:00.000Z' } },
    }).data
    expect(call).toMatchObject({ duration: 60, costUsd: 0.06, created: '2026-03-18T14:30:56.000Z' })
  })

  it.each(['batch.status.changed', 'batch.completed'] as const)(
    'creates for %s counters that agree',
    (name) => {
      for (const totalCount of [0, 1, 7, 200]) {
        const { data, timestamp } = sampleEvent(name, { data: { totalCount } })
        expect(data.completedCount).toBeLessThanOrEqual(totalCount)
        expect(data.failedCount).toBeLessThanOrEqual(Number(data.completedCount))
        if (name === 'batch.completed')
          expect(data).toMatchObject({ completedCount: totalCount, endedAt: timestamp })
        expect(Date.parse(data.created ?? '')).toBeLessThan(Date.parse(timestamp))
      }
    },
  )
})

describe('flatSampleEvent', () => {
  it('writes its time as the early sender did: in microseconds, in UTC, without a zone', () => {
    stopDate()
    const event = flatSampleEvent('call.ended')
    expect(event.timestamp).toBe('2026-01-31T14:05:41.123000')
    expect(eventTime(parseEvent(event))?.getTime()).toBe(NOW)
  })

  it('has no id and no nested objects', () => {
    for (const name of sampleNames) {
      const event = flatSampleEvent(name)
      expect(event).not.toHaveProperty('id')
      expect(
        Object.values(event.data).filter((value) => typeof value === 'object' && value !== null),
      ).toEqual([])
    }
  })

  it('has a cost that matches its duration', () => {
    expect(flatSampleEvent('call.ended', { data: { duration_seconds: 60 } }).data.cost_usd).toBe(0.06)
    expect(flatSampleEvent('call.ended', { data: { end_reason: 'unjoined' } }).data).toMatchObject({
      duration_seconds: 0,
      cost_usd: 0,
      recording_url: null,
    })
  })
})
