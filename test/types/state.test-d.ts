/** The types of `/state`, and of the details of events. */

import { describe, expectTypeOf, it } from 'vitest'
import {
  batchDetails,
  type CallDetails,
  callDetails,
  createJobHandler,
  type EventName,
  type EventOf,
  eventNames,
  parseEvent,
  redact,
  type TruedyEvent,
  voiceDetails,
} from '../../src/index.js'
import {
  type BatchEvent,
  type BatchState,
  type CallEvent,
  type CallState,
  type CallStatus,
  mergeBatch,
  mergeCall,
} from '../../src/state/index.js'

declare const events: readonly TruedyEvent[]
declare const event: TruedyEvent
declare const ended: EventOf<'call.ended'>
declare const load: (id: string) => Promise<CallState | undefined>
declare const save: (state: CallState) => Promise<void>

describe('mergeCall', () => {
  it('returns a state for an event of a call, and maybe none for others', () => {
    expectTypeOf(mergeCall(undefined, ended)).toEqualTypeOf<CallState>()
    expectTypeOf(mergeCall(undefined, event)).toEqualTypeOf<CallState | undefined>()
    expectTypeOf<CallEvent['event']>().toEqualTypeOf<Extract<EventName, `call.${string}`>>()
  })

  it('fits reduce', () => {
    const state = events.reduce<CallState | undefined>((before, each) => mergeCall(before, each), undefined)
    expectTypeOf(state).toEqualTypeOf<CallState | undefined>()
  })

  it('fits a job handler', () => {
    createJobHandler({
      onEvent: async (each) => {
        const next = mergeCall(await load('c1'), each)
        if (next) await save(next)
      },
    })
  })

  it('returns plain JSON with the details of a call', () => {
    const state = mergeCall(undefined, ended)
    const read: CallState = JSON.parse(JSON.stringify(state))
    expectTypeOf(read.status).toEqualTypeOf<CallStatus>()
    expectTypeOf(state.durationSeconds).toEqualTypeOf<CallDetails['durationSeconds']>()
    expectTypeOf(state.reportedStatus).toEqualTypeOf<CallDetails['status']>()
    // @ts-expect-error: the id is always there
    state.callId satisfies undefined
    // @ts-expect-error: a state is read-only
    state.status = 'ended'
  })

  it('rejects the state of a batch, and an envelope', () => {
    // @ts-expect-error: another state
    mergeCall({} as BatchState, ended)
    // @ts-expect-error: it was not parsed, so it has no rawEvent
    mergeCall(undefined, { event: 'call.ended', timestamp: 1, data: {} })
  })
})

describe('mergeBatch', () => {
  it('returns a state for an event of a batch, and maybe none for others', () => {
    const completed = parseEvent({ event: 'batch.completed', timestamp: 1, data: {} })
    expectTypeOf(mergeBatch(undefined, completed)).toEqualTypeOf<BatchState>()
    expectTypeOf(mergeBatch(undefined, event)).toEqualTypeOf<BatchState | undefined>()
    expectTypeOf<BatchEvent['event']>().toEqualTypeOf<'batch.status.changed' | 'batch.completed'>()
  })
})

describe('the details of events', () => {
  it('complete known values and accept others', () => {
    const call = callDetails(event)
    if (call?.sipTerminationReason === 'SIP_TERMINATION_BUSY') return
    if (call?.direction === 'outbound' || call?.direction === 'of the future') return
    expectTypeOf(call?.metadata).toEqualTypeOf<Readonly<Record<string, string>> | undefined>()
    expectTypeOf(batchDetails(event)?.totalCount).toEqualTypeOf<number | undefined>()
    expectTypeOf(voiceDetails(event)?.orgId).toEqualTypeOf<string | undefined>()
  })

  it('have types in payloads, too', () => {
    expectTypeOf(ended.data.call?.metadata).toEqualTypeOf<Record<string, string> | null | undefined>()
    ended.data.call?.sipDetails?.terminationReason satisfies string | null | undefined
    ended.data.cost_credits satisfies number | null | undefined
  })
})

it('the names of events are a read-only list of constants', () => {
  expectTypeOf<(typeof eventNames)[number]>().toEqualTypeOf<EventName>()
  // @ts-expect-error: the list is read-only
  eventNames.push('call.ended')
})

it('redact keeps the type of an event', () => {
  expectTypeOf(redact(ended)).toEqualTypeOf<EventOf<'call.ended'>>()
  expectTypeOf(redact(event)).toEqualTypeOf<TruedyEvent>()
})

it('parseEvent returns the event of a literal name', () => {
  expectTypeOf(parseEvent({ event: 'call.ended', timestamp: 1, data: {} })).toEqualTypeOf<
    EventOf<'call.ended'>
  >()
  expectTypeOf(parseEvent({ event: 'call.completed', timestamp: 1, data: {} })).toEqualTypeOf<TruedyEvent>()
  expectTypeOf(parseEvent('{}')).toEqualTypeOf<TruedyEvent>()
})
