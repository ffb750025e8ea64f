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
  it('gives a state for an event of a call, and for others maybe none', () => {
    expectTypeOf(mergeCall(undefined, ended)).toEqualTypeOf<CallState>()
    expectTypeOf(mergeCall(undefined, event)).toEqualTypeOf<CallState | undefined>()
    expectTypeOf<CallEvent['event']>().toEqualTypeOf<Extract<EventName, `call.${string}`>>()
  })

  it('is a step of reduce', () => {
    const state = events.reduce<CallState | undefined>((before, each) => mergeCall(before, each), undefined)
    expectTypeOf(state).toEqualTypeOf<CallState | undefined>()
  })

  it('is the work of a job handler', () => {
    createJobHandler({
      onEvent: async (each) => {
        const next = mergeCall(await load('c1'), each)
        if (next) await save(next)
      },
    })
  })

  it('gives plain JSON with the details of a call', () => {
    const state = mergeCall(undefined, ended)
    const read: CallState = JSON.parse(JSON.stringify(state))
    expectTypeOf(read.status).toEqualTypeOf<CallStatus>()
    expectTypeOf(state.durationSeconds).toEqualTypeOf<CallDetails['durationSeconds']>()
    expectTypeOf(state.reportedStatus).toEqualTypeOf<CallDetails['status']>()
    // @ts-expect-error: the id is there
    state.callId satisfies undefined
    // @ts-expect-error: nobody writes to a state
    state.status = 'ended'
  })

  it('takes neither a state of a batch nor an envelope', () => {
    // @ts-expect-error: another state
    mergeCall({} as BatchState, ended)
    // @ts-expect-error: not parsed, so it has no rawEvent
    mergeCall(undefined, { event: 'call.ended', timestamp: 1, data: {} })
  })
})

describe('mergeBatch', () => {
  it('gives a state for an event of a batch, and for others maybe none', () => {
    const completed = parseEvent({ event: 'batch.completed', timestamp: 1, data: {} })
    expectTypeOf(mergeBatch(undefined, completed)).toEqualTypeOf<BatchState>()
    expectTypeOf(mergeBatch(undefined, event)).toEqualTypeOf<BatchState | undefined>()
    expectTypeOf<BatchEvent['event']>().toEqualTypeOf<'batch.status.changed' | 'batch.completed'>()
  })
})

describe('details', () => {
  it('complete known values and take others', () => {
    const call = callDetails(event)
    if (call?.sipTerminationReason === 'SIP_TERMINATION_BUSY') return
    if (call?.direction === 'outbound' || call?.direction === 'of the future') return
    expectTypeOf(call?.metadata).toEqualTypeOf<Readonly<Record<string, string>> | undefined>()
    expectTypeOf(batchDetails(event)?.totalCount).toEqualTypeOf<number | undefined>()
    expectTypeOf(voiceDetails(event)?.orgId).toEqualTypeOf<string | undefined>()
  })

  it('are typed in payloads, too', () => {
    expectTypeOf(ended.data.call?.metadata).toEqualTypeOf<Record<string, string> | null | undefined>()
    ended.data.call?.sipDetails?.terminationReason satisfies string | null | undefined
    ended.data.cost_credits satisfies number | null | undefined
  })
})

it('the names of events are a constant list', () => {
  expectTypeOf<(typeof eventNames)[number]>().toEqualTypeOf<EventName>()
  // @ts-expect-error: nobody adds to it
  eventNames.push('call.ended')
})

it('redact keeps the type of an event', () => {
  expectTypeOf(redact(ended)).toEqualTypeOf<EventOf<'call.ended'>>()
  expectTypeOf(redact(event)).toEqualTypeOf<TruedyEvent>()
})

it('parseEvent gives the event of a literal name', () => {
  expectTypeOf(parseEvent({ event: 'call.ended', timestamp: 1, data: {} })).toEqualTypeOf<
    EventOf<'call.ended'>
  >()
  expectTypeOf(parseEvent({ event: 'call.completed', timestamp: 1, data: {} })).toEqualTypeOf<TruedyEvent>()
  expectTypeOf(parseEvent('{}')).toEqualTypeOf<TruedyEvent>()
})
