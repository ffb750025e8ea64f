import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseEvent, type TruedyEvent } from '../../../src/index.js'
import { type BatchState, mergeBatch } from '../../../src/state/index.js'
import { runs } from '../support/runs.js'
import {
  at,
  batchEvent,
  callEvent,
  findDifferentStates,
  jsonValue,
  LONGEST_HISTORY,
  shuffled,
  storedAndRead,
} from './events.js'

const STATUSES = ['draft', 'scheduled', 'active', 'running', 'paused', 'completed', 'failed', 'cancelled']
const FINAL = ['completed', 'failed', 'cancelled']
const CHANGED = 'batch.status.changed'
const COMPLETED = 'batch.completed'

function stateOf(events: readonly TruedyEvent[], before?: BatchState): BatchState {
  const state = events.reduce<BatchState | undefined>((known, event) => mergeBatch(known, event), before)
  if (!state) throw new Error('No event of a batch.')
  return state
}

const ALPHABET: readonly TruedyEvent[] = [
  ...STATUSES.map((status, index) => batchEvent(CHANGED, { status, completedCount: index }, at(index))),
  batchEvent(CHANGED, { status: 'RUNNING', paused: false, pending: 7, failed: 1 }, at(4)),
  batchEvent(CHANGED, { status: 'PAUSED', paused: true, pending: 9 }, at(4)),
  batchEvent(CHANGED, { status: null, completedCount: null, windowEnd: at(9) }, at(20)),
  batchEvent(CHANGED, { batch: { batchId: 'b1', status: 'ACTIVE', created: at(0) } }, 'no time'),
  batchEvent(CHANGED, { created: at(1), total_contacts: 200 }, 1773844320),
  batchEvent(COMPLETED, {}, at(30)),
  batchEvent(COMPLETED, { status: 'CANCELLED', endedAt: at(29) }, at(31)),
  batchEvent(COMPLETED, { status: 'running', totalCount: 199 }, 'no time'),
]

describe('mergeBatch', () => {
  it(`returns the same state for every history of up to ${LONGEST_HISTORY} of the same deliveries`, () => {
    const { histories, different } = findDifferentStates<BatchState>(ALPHABET, mergeBatch)
    const count = ALPHABET.length
    expect(histories).toBe((count ** (LONGEST_HISTORY + 1) - count) / (count - 1))
    expect(different).toEqual([])
  })

  const count = fc.constantFrom(0, 1, 50, '51', null)
  const event = fc
    .record({
      name: fc.constantFrom(CHANGED, COMPLETED),
      data: fc.record(
        {
          status: fc.constantFrom(
            ...STATUSES,
            ...STATUSES.map((status) => status.toUpperCase()),
            'new',
            null,
          ),
          totalCount: count,
          completedCount: count,
          failedCount: count,
          called: count,
          pending: count,
          paused: fc.constantFrom(true, false, null),
          created: fc.constantFrom(at(0), at(1), null),
          endedAt: fc.constantFrom(at(9), at(10), null),
          windowStart: fc.constantFrom(at(0), at(1), null),
        },
        { requiredKeys: [] },
      ),
      timestamp: fc.constantFrom<string | number>(at(0), at(1), at(2), 'no time', -5, 1773844320),
    })
    .map(({ name, data, timestamp }) => batchEvent(name, data, timestamp))
  const history = fc.array(event, { minLength: 1, maxLength: 8 })

  it('returns the same state for any order and any repetition, even if the state is stored in between', () => {
    const orders = history.chain((events) => fc.tuple(fc.constant(events), shuffled(events)))
    fc.assert(
      fc.property(orders, ([events, others]) => {
        const state = stateOf(events)
        expect(JSON.stringify(stateOf(others))).toBe(JSON.stringify(state))
        let stored: BatchState | undefined
        for (const each of others) stored = storedAndRead(mergeBatch(stored, each))
        expect(stored).toEqual(state)
      }),
      runs(50),
    )
  })

  it('never leaves a final status, never decreases a count, and never loses a field', () => {
    const counters = ['totalCount', 'completedCount', 'failedCount', 'calledCount'] as const
    fc.assert(
      fc.property(history, (events) => {
        let before: BatchState | undefined
        for (const each of events) {
          const after: BatchState = stateOf([each], before)
          if (before && FINAL.includes(before.status ?? '')) expect(FINAL).toContain(after.status)
          for (const counter of counters) {
            expect(after[counter] ?? -1).toBeGreaterThanOrEqual(before?.[counter] ?? -1)
          }
          expect(Object.keys(after)).toEqual(expect.arrayContaining(Object.keys(before ?? {})))
          expect(mergeBatch(after, each)).toBe(after)
          before = after
        }
      }),
    )
  })

  it('follows a campaign that is paused, resumed and completed', () => {
    const steps: [string, object, string][] = [
      [
        CHANGED,
        { status: 'RUNNING', totalCount: 3, completedCount: 1, pending: 2, paused: false },
        'running',
      ],
      [CHANGED, { status: 'PAUSED', totalCount: 3, completedCount: 1, pending: 2, paused: true }, 'paused'],
      [
        CHANGED,
        { status: 'RUNNING', totalCount: 3, completedCount: 2, pending: 1, paused: false },
        'running',
      ],
      [COMPLETED, { completedCount: 3, failedCount: 1, pending: 0 }, 'completed'],
    ]
    const events = steps.map(([name, data], index) => batchEvent(name, data, at(index)))
    for (const [index, [, , status]] of steps.entries()) {
      expect(stateOf(events.slice(0, index + 1)).status).toBe(status)
    }
    const { provenance: _, ...facts } = stateOf([...events].reverse())
    expect(facts).toEqual({
      batchId: 'b1',
      status: 'completed',
      paused: false,
      totalCount: 3,
      completedCount: 3,
      failedCount: 1,
      pendingCount: 0,
      endedAt: at(3),
    })
  })

  it.each<[string, object, object]>([
    ['without a status', {}, { status: 'completed', endedAt: at(9) }],
    ['with a final status', { status: 'CANCELLED' }, { status: 'cancelled', endedAt: at(9) }],
    ['with a status that is not final', { status: 'running' }, { status: 'completed', endedAt: at(9) }],
    ['with an end', { endedAt: at(7) }, { status: 'completed', endedAt: at(7) }],
  ])('sets the status and the end from a batch.completed %s', (_, data, expected) => {
    const { provenance: _provenance, ...facts } = stateOf([batchEvent(COMPLETED, data, at(9))])
    expect(facts).toEqual({ batchId: 'b1', ...expected })
  })

  it('prefers a final status to a later one that is not final, and an end in a payload to a timestamp', () => {
    const events = [
      batchEvent(CHANGED, { status: 'failed' }, at(1)),
      batchEvent(CHANGED, { status: 'running' }, at(2)),
      batchEvent(COMPLETED, {}, at(5)),
      batchEvent(COMPLETED, {}, at(4)),
      batchEvent(COMPLETED, { status: 'failed', endedAt: at(8) }, at(6)),
    ]
    expect(stateOf(events.slice(0, 2)).status).toBe('failed')
    expect(stateOf(events.slice(0, 4))).toMatchObject({ status: 'completed', endedAt: at(4) })
    expect(stateOf(events)).toMatchObject({ status: 'failed', endedAt: at(8) })
  })

  it('keeps the earliest creation time, the largest count and the latest flag', () => {
    const early = batchEvent(CHANGED, { created: at(1), completedCount: 10, paused: true }, at(1))
    const late = batchEvent(CHANGED, { created: at(3), completedCount: 9, paused: false }, at(2))
    for (const list of [
      [early, late],
      [late, early],
    ]) {
      expect(stateOf(list)).toMatchObject({ createdAt: at(1), completedCount: 10, paused: false })
    }
  })

  it('keeps the latest end of all payloads, and the last window', () => {
    const first = batchEvent(CHANGED, { endedAt: at(29), windowEnd: at(50), windowStart: at(2) }, at(1))
    const last = batchEvent(CHANGED, { endedAt: at(28), windowEnd: at(60), windowStart: at(1) }, at(2))
    for (const list of [
      [first, last],
      [last, first],
    ]) {
      expect(stateOf(list)).toMatchObject({ endedAt: at(29), windowEnd: at(60), windowStart: at(1) })
    }
  })

  it.each(['completed', 'canceled', 'CANCELED', 'cancelled'])(
    'keeps the status %s, which is final',
    (status) => {
      const events = [
        batchEvent(CHANGED, { status }, at(1)),
        batchEvent(CHANGED, { status: 'running' }, at(2)),
      ]
      expect(stateOf(events).status).toBe(stateOf(events.slice(0, 1)).status)
    },
  )

  it('compares a stored string with a number as strings', () => {
    const state = stateOf([batchEvent(CHANGED, { completedCount: 1 })])
    const stored = { ...state, completedCount: '10' } as unknown as BatchState
    expect(stateOf([batchEvent(CHANGED, { completedCount: 9 })], stored).completedCount).toBe(9)
    expect(mergeBatch(stored, batchEvent(CHANGED, { completedCount: 1 }))).toBe(stored)
    const dated = stateOf([batchEvent(CHANGED, { created: at(1) })])
    const broken = { ...dated, createdAt: 5 } as unknown as BatchState
    expect(stateOf([batchEvent(CHANGED, { created: at(2) })], broken).createdAt).toBe(at(2))
  })

  it.each([
    ['no rank', undefined],
    ['an empty rank', []],
    ['a rank with something else in it', [null, 9e15]],
    ['something else', '9'],
  ])('replaces a stored value that has %s', (_, rank) => {
    const { provenance, ...state } = stateOf([batchEvent(CHANGED, { windowEnd: at(60) }, at(1))])
    const stored = { ...state, provenance: { ...provenance, windowEnd: rank } } as unknown as BatchState
    expect(stateOf([batchEvent(CHANGED, { windowEnd: at(50) }, at(0))], stored).windowEnd).toBe(at(50))
  })

  it('treats a retry with a fresh timestamp as a resume until the next event', () => {
    const running = batchEvent(CHANGED, { status: 'running' }, at(0))
    const paused = batchEvent(CHANGED, { status: 'paused' }, at(1))
    const retried = batchEvent(CHANGED, { status: 'running' }, at(2))
    expect(stateOf([running, paused, running]).status).toBe('paused')
    expect(stateOf([running, paused, retried]).status).toBe('running')
  })

  it('returns the same state for unrelated events', () => {
    const state = stateOf([batchEvent(CHANGED, { status: 'running' })])
    const others = [
      batchEvent(COMPLETED, { batch_id: 'b2' }),
      batchEvent('campaign.completed', {}),
      batchEvent(COMPLETED, { batch_id: null }),
      callEvent({ name: 'call.ended', shape: 'flat', facts: { batch_id: 'b1' } }),
    ]
    for (const other of others) expect(mergeBatch(state, other)).toBe(state)
    expect(mergeBatch(undefined, callEvent({ name: 'call.ended' }))).toBeUndefined()
  })

  it('gives an event without a batch id an empty batchId', () => {
    const nameless = parseEvent({ event: COMPLETED, timestamp: 1, data: {} })
    const running = batchEvent(CHANGED, { status: 'running' })
    expect(mergeBatch(undefined, nameless).batchId).toBe('')
    expect(stateOf([nameless, running])).toEqual(stateOf([running]))
  })

  it('never throws for any event and any stored state', () => {
    const names = [
      'batchId',
      'status',
      'completedCount',
      'provenance',
      'paused',
      'created',
      '__proto__',
      'batch',
    ]
    const anything = fc.dictionary(fc.constantFrom(...names), jsonValue)
    fc.assert(
      fc.property(fc.constantFrom(CHANGED, COMPLETED), anything, anything, (name, data, state) => {
        const given = parseEvent({ event: name, timestamp: 1, data: { ...data, batch_id: 'b1' } })
        // A database may return anything.
        const stored = { ...state, batchId: 'b1' } as unknown as BatchState
        const merged = mergeBatch(stored, given)
        expect(mergeBatch(merged, given)).toBe(merged)
        expect(JSON.parse(JSON.stringify(merged))).toEqual(merged)
      }),
    )
  })
})
