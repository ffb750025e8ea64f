import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { callDetails, eventNames, parseEvent, type TruedyEvent } from '../../../src/index.js'
import { type CallState, mergeCall } from '../../../src/state/index.js'
import { runs } from '../support/runs.js'
import {
  at,
  batchEvent,
  callEvent,
  findDifferentStates,
  jsonValue,
  LONGEST_HISTORY,
  type Sent,
  shuffled,
  storedAndRead,
} from './events.js'

const CALL_EVENTS = eventNames.filter((name) => name.startsWith('call.'))
const STATUSES = ['created', 'ongoing', 'ended', 'failed']
const BILLING = [
  'PENDING',
  'FREE_CONSOLE',
  'FREE_ZERO_EFFECTIVE_DURATION',
  'FREE_MINUTES',
  'FREE_SYSTEM_ERROR',
  'FREE_OTHER',
  'BILLED',
  'REFUNDED',
  'UNSPECIFIED',
  'OF_THE_FUTURE',
].map((name) => `BILLING_STATUS_${name}`)

function stateOf(events: readonly TruedyEvent[], before?: CallState): CallState {
  const state = events.reduce<CallState | undefined>((known, event) => mergeCall(known, event), before)
  if (!state) throw new Error('No event of a call.')
  return state
}

/** The facts of the state, without its provenance. */
function factsOf(events: readonly TruedyEvent[]): object {
  const { provenance: _, ...facts } = stateOf(events)
  return facts
}

const billed = (status: string, costUsd: number | null, more: object = {}) =>
  callEvent({ name: 'call.billed', timestamp: at(70), facts: { billingStatus: status, costUsd, ...more } })

/** Events of each type, and variants that tie with them or contradict them. */
const ALPHABET: readonly TruedyEvent[] = [
  callEvent({ name: 'call.started', facts: { created: at(0), metadata: { a: '1', b: '2' }, joined: null } }),
  callEvent({ name: 'call.started', timestamp: 'no time', facts: { metadata: { b: '2' }, endReason: null } }),
  callEvent({ name: 'call.joined', timestamp: at(5), facts: { joined: at(5), costUsd: 0.01 } }),
  callEvent({ name: 'call.joined', timestamp: at(66), facts: { duration: 0, summary: null } }),
  callEvent({ name: 'call.joined', timestamp: at(5), shape: 'flat', facts: { status: 'in_progress' } }),
  callEvent({
    name: 'call.ended',
    timestamp: at(65),
    facts: { duration: 60, costUsd: 0.09, endReason: 'hangup' },
  }),
  callEvent({
    name: 'call.ended',
    timestamp: at(65),
    facts: { duration: 61, endReason: 'timeout', agentId: 'a1' },
  }),
  callEvent({
    name: 'call.completed',
    timestamp: at(99),
    shape: 'flat',
    facts: { costUsd: 0.09, status: 'ended' },
  }),
  callEvent({ name: 'call.failed', timestamp: at(65), facts: { errorMessage: 'Lost.', ended: at(64) } }),
  callEvent({ name: 'call.analyzed', timestamp: at(80), facts: { summary: 'Hours.', shortSummary: 'H.' } }),
  callEvent({ name: 'call.analyzed', timestamp: 5, facts: { shortSummary: 'Short.' } }),
  ...BILLING.map((status, index) => billed(status, index / 10, { billedDuration: `${index}s` })),
  billed('BILLING_STATUS_REFUNDED', 0),
  billed('BILLING_STATUS_BILLED', 2, { duration: 66 }),
  callEvent({ name: 'call.billed', shape: 'flat', facts: { costUsd: 0.5, duration: 70 } }),
]

describe('mergeCall', () => {
  it(`returns the same state for every history of up to ${LONGEST_HISTORY} of the same events`, () => {
    const { histories, different } = findDifferentStates<CallState>(ALPHABET, mergeCall)
    const count = ALPHABET.length
    expect(histories).toBe((count ** (LONGEST_HISTORY + 1) - count) / (count - 1))
    expect(different).toEqual([])
  })

  it('has every type and every billing status in those histories', () => {
    expect(new Set(ALPHABET.map(({ event }) => event))).toEqual(new Set(CALL_EVENTS))
    expect(new Set(ALPHABET.map((event) => callDetails(event)?.billingStatus))).toEqual(
      new Set([undefined, ...BILLING]),
    )
  })

  const facts = fc.record(
    {
      created: fc.constantFrom(at(0), at(1), 'no time', null),
      joined: fc.constantFrom(at(5), at(6), null),
      ended: fc.constantFrom(at(65), null),
      duration: fc.constantFrom(0, -0, 60, '61s', null),
      billedDuration: fc.constantFrom('0s', '66s', null),
      costUsd: fc.constantFrom(0, 0.09, 2, null),
      billingStatus: fc.constantFrom(...BILLING, null),
      summary: fc.constantFrom('Long.', '', null),
      shortSummary: fc.constantFrom('Short.', null),
      endReason: fc.constantFrom('hangup', 'timeout', null),
      status: fc.constantFrom('ended', 'in_progress', null),
      agentId: fc.constantFrom('a1', 'a2', null),
      metadata: fc.constantFrom({}, { a: '1' }, { a: '2', b: '1' }, { b: '1', a: '2' }, null),
    },
    { requiredKeys: [] },
  )
  const sent: fc.Arbitrary<Sent> = fc.record({
    name: fc.constantFrom(...CALL_EVENTS, 'call.completed'),
    // There are few timestamps, so that some events tie.
    timestamp: fc.constantFrom<string | number>(at(0), at(5), at(65), 'no time', 1773844320, -1),
    shape: fc.constantFrom('nested', 'flat'),
    facts,
  })
  const history = fc.array(sent, { minLength: 1, maxLength: 8 })

  it('returns the same state for any order and any repetition, even if the state is stored in between', () => {
    const orders = history.chain((list) => {
      const events = list.map(callEvent)
      return fc.tuple(fc.constant(events), shuffled(events))
    })
    fc.assert(
      fc.property(orders, ([events, others]) => {
        const state = stateOf(events)
        expect(JSON.stringify(stateOf(others))).toBe(JSON.stringify(state))
        let stored: CallState | undefined
        for (const event of others) stored = storedAndRead(mergeCall(stored, event))
        expect(stored).toEqual(state)
        expect(JSON.parse(JSON.stringify(state))).toEqual(state)
      }),
      runs(50),
    )
  })

  it('returns the same state if retries have a fresh timestamp and a fresh id', () => {
    const readable = history.map((list) =>
      list.map((each) =>
        each.timestamp === 'no time' || each.timestamp === -1 ? { ...each, timestamp: at(3) } : each,
      ),
    )
    const withRetries = readable.chain((list) => {
      const retries = list.map((each, index) => ({
        ...each,
        timestamp: at(1000 + index),
        id: `evt_${index}`,
      }))
      const all = [...list, ...retries].map(callEvent)
      return fc.tuple(fc.constant(list.map(callEvent)), shuffled(all))
    })
    fc.assert(
      fc.property(withRetries, ([events, others]) => {
        expect(stateOf(others)).toEqual(stateOf(events))
      }),
    )
  })

  it('returns the same state for the nested and the flat form', () => {
    fc.assert(
      fc.property(history, (list) => {
        const inShape = (shape: 'nested' | 'flat') =>
          stateOf(list.map((each) => callEvent({ ...each, shape })))
        expect(inShape('flat')).toEqual(inShape('nested'))
      }),
    )
  })

  it('never moves the status back, and never loses a field', () => {
    fc.assert(
      fc.property(history, (list) => {
        let before: CallState | undefined
        for (const event of list.map(callEvent)) {
          const after: CallState = stateOf([event], before)
          expect(STATUSES.indexOf(after.status)).toBeGreaterThanOrEqual(
            STATUSES.indexOf(before?.status ?? 'created'),
          )
          expect(Object.keys(after)).toEqual(expect.arrayContaining(Object.keys(before ?? {})))
          expect(mergeCall(after, event)).toBe(after)
          before = after
        }
      }),
    )
  })

  it('reads the events of a successful call', () => {
    const over = {
      created: at(0),
      joined: at(5),
      ended: at(65),
      endReason: 'hangup',
      duration: 60,
      costUsd: 0.09,
    }
    const events = [
      callEvent({
        name: 'call.started',
        timestamp: at(1),
        facts: { created: at(0), agent: { agentId: 'a1', name: 'Desk' } },
      }),
      callEvent({ name: 'call.joined', timestamp: at(6), facts: { joined: at(5), costUsd: 0 } }),
      callEvent({ name: 'call.ended', timestamp: at(66), facts: { ...over, status: 'ended' } }),
      callEvent({
        name: 'call.billed',
        timestamp: at(70),
        facts: { ...over, costUsd: 0.12, billedDuration: '66s', billingStatus: 'BILLING_STATUS_BILLED' },
      }),
    ]
    expect(factsOf(events)).toEqual({
      callId: 'c1',
      status: 'ended',
      reportedStatus: 'ended',
      agentId: 'a1',
      agentName: 'Desk',
      createdAt: at(0),
      joinedAt: at(5),
      endedAt: at(65),
      durationSeconds: 60,
      billedDurationSeconds: 66,
      costUsd: 0.12,
      billingStatus: 'BILLING_STATUS_BILLED',
      endReason: 'hangup',
    })
  })

  const LIFE = {
    'call.started': 'created',
    'call.joined': 'ongoing',
    'call.ended': 'ended',
    'call.completed': 'ended',
    'call.failed': 'failed',
    'call.billed': 'ended',
    'call.analyzed': 'ended',
  }
  it.each(Object.entries(LIFE))('derives from %s alone the status %s', (name, status) => {
    expect(stateOf([callEvent({ name })])).toMatchObject({ callId: 'c1', status })
  })

  it('uses the earliest timestamp for a time that no payload has', () => {
    const flat = (name: string, seconds: number, facts = {}) =>
      callEvent({ name, timestamp: at(seconds), shape: 'flat', facts })
    const events = [
      flat('call.started', 0),
      flat('call.joined', 5),
      flat('call.ended', 65),
      flat('call.billed', 70),
    ]
    const retries = [flat('call.started', 30), flat('call.joined', 90), flat('call.ended', 95)]
    for (const list of [events, [...retries, ...events], [...events, ...retries]]) {
      expect(stateOf(list)).toMatchObject({ createdAt: at(0), joinedAt: at(5), endedAt: at(65) })
    }
    // A time in a payload takes precedence.
    expect(stateOf([flat('call.joined', 5), flat('call.ended', 65, { joined: at(7) })]).joinedAt).toBe(at(7))
    expect(stateOf([flat('call.joined', 5), flat('call.billed', 65, { ended: at(64) })])).toMatchObject({
      joinedAt: at(5),
      endedAt: at(64),
    })
    expect(stateOf([callEvent({ name: 'call.joined', timestamp: 'no time' })])).not.toHaveProperty('joinedAt')
  })

  it.each([
    [
      'a refund of 0 to a bill of 2',
      [
        ['BILLED', 2],
        ['REFUNDED', 0],
      ],
      0,
    ],
    [
      'the last of several refunds',
      [
        ['REFUNDED', 1],
        ['BILLED', 2],
        ['REFUNDED', 0],
      ],
      0,
    ],
    [
      'a final bill to a pending one',
      [
        ['PENDING', 3],
        ['BILLED', 2],
      ],
      2,
    ],
    [
      'a bill to a free call',
      [
        ['FREE_MINUTES', 3],
        ['BILLED', 2],
      ],
      2,
    ],
    [
      'an unknown status to a pending one',
      [
        ['OF_THE_FUTURE', 2],
        ['PENDING', 3],
      ],
      2,
    ],
    [
      'a known cost to null',
      [
        ['BILLED', 2],
        ['REFUNDED', null],
      ],
      2,
    ],
  ] as const)('prefers %s', (_, bills, cost) => {
    const events = bills.map(([status, costUsd]) => billed(`BILLING_STATUS_${status}`, costUsd))
    const ended = callEvent({
      name: 'call.ended',
      facts: { costUsd: 9, billingStatus: 'BILLING_STATUS_REFUNDED' },
    })
    for (const list of [[ended, ...events], [...events, ended].reverse()])
      expect(stateOf(list).costUsd).toBe(cost)
  })

  it('prefers the duration to the billed one, and the summary to the short one', () => {
    const ended = callEvent({ name: 'call.ended', facts: { duration: 60, summary: 'Long.' } })
    const bill = billed('BILLING_STATUS_BILLED', 1, {
      duration: 66,
      billedDuration: '66s',
      shortSummary: 'Short.',
    })
    const joined = callEvent({ name: 'call.joined', facts: { duration: 0 } })
    expect(stateOf([ended, bill, joined])).toMatchObject({ durationSeconds: 60, summary: 'Long.' })
    expect(stateOf([bill, joined])).toMatchObject({ durationSeconds: 66, summary: 'Short.' })
  })

  it('returns the same state for unrelated events', () => {
    const state = stateOf([callEvent({ name: 'call.joined' })])
    const others = [
      callEvent({ name: 'call.ended', callId: 'c2' }),
      callEvent({ name: 'call.created' }),
      batchEvent('batch.completed', { call_id: 'c1' }),
      parseEvent({ event: 'call.ended', timestamp: 1, data: {} }),
      parseEvent({ event: 'voice.training.failed', timestamp: 1, data: { voice_id: 'v1' } }),
    ]
    for (const other of others) expect(mergeCall(state, other)).toBe(state)
    expect(mergeCall(undefined, callEvent({ name: 'call.created' }))).toBeUndefined()
    expect(mergeCall(undefined, batchEvent('batch.completed', {}))).toBeUndefined()
  })

  it('gives an event without a call id an empty callId', () => {
    const nameless = parseEvent({ event: 'call.ended', timestamp: 1, data: { duration: 5 } })
    expect(mergeCall(undefined, nameless).callId).toBe('')
    const joined = callEvent({ name: 'call.joined' })
    expect(stateOf([nameless, joined])).toEqual(stateOf([joined]))
    expect(stateOf([joined, nameless])).toEqual(stateOf([joined]))
  })

  it('ignores the order of keys in metadata', () => {
    const one = callEvent({ name: 'call.ended', facts: { metadata: { a: '1', b: '2' } } })
    const other = callEvent({ name: 'call.ended', facts: { metadata: { b: '2', a: '1' } } })
    const [state, otherState] = [stateOf([one]), stateOf([other])]
    expect(mergeCall(state, other)).toBe(state)
    expect(mergeCall(otherState, one)).toBe(otherState)
    // A database may change the order of keys, as PostgreSQL's jsonb does.
    const stored = { ...state, metadata: { b: '2', a: '1' } }
    expect(mergeCall(stored, one)).toBe(stored)
    // Of two refunds, the lesser value wins.
    const facts = { billingStatus: 'BILLING_STATUS_REFUNDED', metadata: { a: '1', b: '2' } }
    const refund = callEvent({ name: 'call.billed', facts })
    const refunded = { ...stateOf([refund]), metadata: { b: '2', a: '1' } }
    expect(mergeCall(refunded, refund)).toBe(refunded)
  })

  it.each([{ a: 1 }, { a: '1', b: 2 }, ['1'], null])(
    'drops the metadata %j of a stored state',
    (metadata) => {
      const { provenance, ...state } = stateOf([callEvent({ name: 'call.ended' })])
      const stored = { ...state, metadata, provenance: { ...provenance, metadata: [9] } }
      const next = stateOf([callEvent({ name: 'call.joined' })], stored as unknown as CallState)
      expect(next).not.toHaveProperty('metadata')
    },
  )

  it('takes the end of a failed call from its timestamp, but rather from a payload under any name', () => {
    const failed = callEvent({ name: 'call.failed', timestamp: at(50) })
    expect(stateOf([failed]).endedAt).toBe(at(50))
    for (const [field, shape] of [
      ['ended', 'nested'],
      ['endedAt', 'nested'],
      ['ended_at', 'flat'],
    ] as const) {
      const ended = callEvent({ name: 'call.ended', timestamp: at(40), shape, facts: { [field]: at(60) } })
      expect(stateOf([failed, ended]).endedAt).toBe(at(60))
      expect(stateOf([ended, failed]).endedAt).toBe(at(60))
    }
  })

  it('keeps the greatest cost of one type of event, but the lowest of refunds', () => {
    const events = (name: string, billingStatus?: string) =>
      [2, 1, 3].map((costUsd) => callEvent({ name, facts: { costUsd, billingStatus } }))
    expect(stateOf(events('call.ended')).costUsd).toBe(3)
    expect(stateOf(events('call.billed', 'BILLING_STATUS_BILLED')).costUsd).toBe(3)
    expect(stateOf(events('call.billed', 'BILLING_STATUS_REFUNDED')).costUsd).toBe(1)
  })

  it('recognizes a billing status by its beginning, and ranks an unknown one below a free call', () => {
    const bill = (billingStatus: string, costUsd: number) =>
      callEvent({ name: 'call.billed', facts: { billingStatus, costUsd } })
    expect(
      stateOf([bill('BILLING_STATUS_REFUNDED_BY_HAND', 1), bill('BILLING_STATUS_BILLED', 2)]).costUsd,
    ).toBe(1)
    expect(stateOf([bill('BILLING_STATUS_FREE', 1), bill('MY_BILLING_STATUS_BILLED', 2)]).costUsd).toBe(1)
    expect(stateOf([bill('BILLING_STATUS_PENDING', 1), bill('BILLING_STATUS_UNSPECIFIED', 2)]).costUsd).toBe(
      1,
    )
  })

  it('does not change the state that it is given', () => {
    const state = stateOf([callEvent({ name: 'call.joined' })])
    const frozen = Object.freeze({ ...state, provenance: Object.freeze({ ...state.provenance }) })
    const before = JSON.stringify(frozen)
    expect(stateOf([callEvent({ name: 'call.ended' })], frozen).status).toBe('ended')
    expect(JSON.stringify(frozen)).toBe(before)
  })

  it('never throws for any event and any stored state', () => {
    const names = [
      'callId',
      'created',
      'metadata',
      'duration',
      'billingStatus',
      'provenance',
      '__proto__',
      'constructor',
    ]
    const anything = fc.dictionary(fc.constantFrom(...names, 'status', 'costUsd', 'agent'), jsonValue)
    fc.assert(
      fc.property(
        fc.constantFrom(...CALL_EVENTS),
        anything,
        fc.boolean(),
        jsonValue,
        anything,
        (event, facts, isFlat, more, state) => {
          const data = isFlat ? { call_id: 'c1', ...facts, call: more } : { call: { ...facts, callId: 'c1' } }
          const given = parseEvent({ event, timestamp: 1, data })
          // A database may return anything.
          const stored = { ...state, callId: 'c1' } as unknown as CallState
          const merged = mergeCall(stored, given)
          expect(mergeCall(merged, given)).toBe(merged)
          expect(JSON.parse(JSON.stringify(merged))).toEqual(merged)
          expect(Object.getPrototypeOf(merged)).toBe(Object.prototype)
        },
      ),
    )
    for (const state of [null, 'x', 7, [], {}]) {
      expect(stateOf([callEvent({ name: 'call.ended' })], state as unknown as CallState).status).toBe('ended')
    }
  })
})
