import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expectTypeOf, it } from 'vitest'
import {
  createReceiver,
  createWebhookHandler,
  type EventOf,
  parseEvent,
  type QueueJob,
  type Reply,
} from '../../src/index.js'
import { createNodeHandler } from '../../src/node.js'
import {
  deliver,
  flatSampleEvent,
  playScenario,
  queueCases,
  type SampleEvent,
  type SampleName,
  sampleEvent,
} from '../../src/testing/index.js'

const secret = 's'

function onEnded(event: EventOf<'call.ended'>): string | undefined {
  return event.data.call?.callId
}

describe('sampleEvent', () => {
  it('has the ids of every sample', () => {
    const ended = sampleEvent('call.ended')
    expectTypeOf(ended.event).toEqualTypeOf<'call.ended'>()
    expectTypeOf(ended.id).toEqualTypeOf<string>()
    expectTypeOf(ended.data.call.callId).toEqualTypeOf<string>()
    expectTypeOf(ended.data.call.agent.agentId).toEqualTypeOf<string>()
    expectTypeOf(sampleEvent('batch.completed').data.batchId).toEqualTypeOf<string>()
    expectTypeOf(sampleEvent('voice.training.failed').data.voiceId).toEqualTypeOf<string>()
    expectTypeOf(sampleEvent('unknown').event).toEqualTypeOf<string>()
    expectTypeOf(sampleEvent('call.completed').event).toEqualTypeOf<'call.completed'>()
    // @ts-expect-error: a batch has no call
    sampleEvent('batch.completed').data.call.callId
  })

  it('accepts known fields at any depth', () => {
    sampleEvent('call.ended', {
      timestamp: '2026-03-18T14:32:00Z',
      id: 'evt_1',
      data: { call: { duration: 5, agent: { name: 'x' }, endReason: 'hangup', metadata: { any: 'key' } } },
    })
    sampleEvent('call.ended', {
      data: { call: { endReason: 'a new reason', joined: null, summary: undefined } },
    })
    sampleEvent('batch.completed', { data: { status: 'PAUSED', totalCount: 3 } })
    sampleEvent('unknown', { data: { anything: { goes: true } } })
  })

  it('rejects overrides with a misspelled name or a wrong type', () => {
    // @ts-expect-error: no such event
    sampleEvent('call.end')
    // @ts-expect-error: no such option
    sampleEvent('call.ended', { shape: 'flat' })
    // @ts-expect-error: wrong type
    sampleEvent('call.ended', { data: { call: { duration: 'x' } } })
    // @ts-expect-error: misspelled
    sampleEvent('call.ended', { data: { call: { durations: 5 } } })
    // @ts-expect-error: misspelled at a deeper level
    sampleEvent('call.ended', { data: { call: { agent: { nam: 'x' } } } })
    // @ts-expect-error: a field of calls
    sampleEvent('batch.completed', { data: { call: {} } })
    // @ts-expect-error: an id is a string
    sampleEvent('call.ended', { id: 5 })
  })

  it('gives parseEvent the event of its name', () => {
    onEnded(parseEvent(sampleEvent('call.ended')))
    // @ts-expect-error: another event
    onEnded(parseEvent(sampleEvent('call.failed')))
    // @ts-expect-error: a union is not one event
    onEnded(parseEvent('{}'))
    expectTypeOf(parseEvent(sampleEvent('unknown')).rawEvent).toEqualTypeOf<string>()
  })

  it('accepts a name that is known only at run time', () => {
    expectTypeOf(sampleEvent('call.ended' as SampleName)).toEqualTypeOf<SampleEvent>()
    expectTypeOf<SampleEvent<'call.ended'>>().toExtend<SampleEvent>()
  })
})

describe('flatSampleEvent', () => {
  it('has the ids of the flat form, but no event id', () => {
    const ended = flatSampleEvent('call.ended', { data: { duration_seconds: 5 } })
    expectTypeOf(ended.data.call_id).toEqualTypeOf<string>()
    expectTypeOf(ended.data.agent_id).toEqualTypeOf<string>()
    // @ts-expect-error: the early sender writes none
    ended.id
    // @ts-expect-error: the early sender writes none
    flatSampleEvent('call.ended', { id: 'evt_1' })
    // @ts-expect-error: misspelled
    flatSampleEvent('call.ended', { data: { durationSeconds: 5 } })
    expectTypeOf(flatSampleEvent('batch.completed').data.batch_id).toEqualTypeOf<string>()
    expectTypeOf(flatSampleEvent('voice.training.failed').data.voice_id).toEqualTypeOf<string>()
  })
})

describe('deliver', () => {
  const event = sampleEvent('call.ended')

  it('accepts every kind of target', async () => {
    const receive = createReceiver({ secret, onEvent() {} })
    const node = createNodeHandler({ onEvent() {} })
    const express = (_request: IncomingMessage, _response: ServerResponse, _next?: () => void): void => {}
    const worker = {
      fetch: (_request: Request, _env: { SECRET: string }, _ctx: { waitUntil(done: unknown): void }) =>
        new Response(),
    }
    expectTypeOf(await deliver({ receive }, event, { secret })).toEqualTypeOf<Reply>()
    deliver({ node }, event, { secret })
    deliver({ node: express }, event, { secret, url: '/webhooks/truedy' })
    deliver({ fetch: createWebhookHandler({ onEvent() {} }) }, event, { secret })
    deliver(worker, event, { secret, args: [{ SECRET: secret }, { waitUntil() {} }] })
    deliver('http://localhost:3000', '{}', { secret, timestamp: new Date() })
    deliver(new URL('http://localhost:3000'), new Uint8Array(), { secret, headers: { 'x-more': '1' } })
  })

  it('rejects an invalid target, and options without a secret', () => {
    const receive = createReceiver({ secret, onEvent() {} })
    // @ts-expect-error: it is unclear which kind of function this is
    deliver(receive, event, { secret })
    // @ts-expect-error: no such kind
    deliver({ handler: receive }, event, { secret })
    // @ts-expect-error: not signed
    deliver({ receive }, event, {})
    // @ts-expect-error: not a delivery
    deliver({ receive }, 42, { secret })
    // @ts-expect-error: no such option
    deliver({ receive }, event, { secret, seed: 7 })
  })

  it('has scenarios by name', async () => {
    const receive = createReceiver({ secret, onEvent() {} })
    const [first] = await playScenario({ receive }, 'campaign', { secret, seed: 7, url: 'http://x/w' })
    expectTypeOf(first?.reply).toEqualTypeOf<Reply | undefined>()
    // @ts-expect-error: no such scenario
    playScenario({ receive }, 'calls', { secret })
  })
})

it('queueCases accept any queue with a view of its jobs', () => {
  const jobs: QueueJob[] = []
  const queue = { add: async (job: QueueJob) => jobs.push(job) }
  for (const { run } of queueCases) run({ queue, jobs: async () => jobs })
  // @ts-expect-error: nothing shows what arrived
  for (const { run } of queueCases) run({ queue })
})
