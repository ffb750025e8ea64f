import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { describe, expectTypeOf, it } from 'vitest'
import {
  type BatchData,
  type CallData,
  createReceiver,
  createWebhookHandler,
  type DedupeStore,
  dedupeKey,
  type EventHandlers,
  isDuplicate,
  isWebhookError,
  memoryStore,
  type Outcome,
  parseEvent,
  processOnce,
  type TruedyEvent,
  type UnknownEvent,
  type Verification,
  type VoiceData,
  verifyAndParse,
  verifyRequest,
  verifySignature,
  type WebhookErrorCode,
} from '../../src/index.js'
import { createNodeHandler, verifyAndParseSync, verifySignatureSync } from '../../src/node.js'
import { redisStore } from '../../src/stores/redis.js'
import { sampleEvent, signDelivery } from '../../src/testing/index.js'

declare const event: TruedyEvent
declare const bytes: Uint8Array
declare const secret: string

describe('TruedyEvent', () => {
  it('narrows in a switch, which stays exhaustive', () => {
    switch (event.event) {
      case 'call.started':
      case 'call.joined':
      case 'call.ended':
      case 'call.failed':
      case 'call.billed':
      case 'call.analyzed':
        expectTypeOf(event.data).toEqualTypeOf<CallData>()
        break
      case 'batch.status.changed':
      case 'batch.completed':
        expectTypeOf(event.data).toEqualTypeOf<BatchData>()
        break
      case 'voice.training.completed':
      case 'voice.training.failed':
        expectTypeOf(event.data).toEqualTypeOf<VoiceData>()
        break
      case 'unknown':
        expectTypeOf(event).toEqualTypeOf<UnknownEvent>()
        expectTypeOf(event.rawEvent).toEqualTypeOf<string>()
        expectTypeOf(event.data['anything']).toEqualTypeOf<unknown>()
        break
      default:
        expectTypeOf(event).toEqualTypeOf<never>()
    }
  })

  it('has the fields of every event before it is narrowed', () => {
    expectTypeOf(event.rawEvent).toEqualTypeOf<string>()
    expectTypeOf(event.timestamp).toEqualTypeOf<string | number>()
    expectTypeOf(event.id).toEqualTypeOf<string | undefined>()
  })

  it('rejects a misspelled event name', () => {
    // @ts-expect-error: no such event
    if (event.event === 'call.endd') return
    // @ts-expect-error: the alias arrives as call.ended
    if (event.event === 'call.completed') return
  })

  it('rejects a misspelled envelope field, and accepts any field of data', () => {
    // @ts-expect-error: no such field
    expectTypeOf(event.evnt).toBeAny()
    if (event.event === 'call.ended') expectTypeOf(event.data['new_field']).toEqualTypeOf<unknown>()
  })

  it('completes known values and accepts others', () => {
    if (event.event !== 'call.ended') return
    const reason = event.data.call?.endReason
    expectTypeOf('hangup' as const).toExtend<typeof reason>()
    expectTypeOf('something new' as const).toExtend<typeof reason>()
    expectTypeOf(reason).toExtend<string | null | undefined>()
  })
})

describe('the verifying functions', () => {
  it('require await', () => {
    // @ts-expect-error: a promise has no event
    verifyAndParse(bytes, {}, secret).event
    // @ts-expect-error: a promise has no ok
    if (verifySignature(bytes, {}, secret).ok) return
  })

  it('reject a parsed body', () => {
    // @ts-expect-error: an object is not raw
    verifyAndParse({ event: 'call.ended' }, {}, secret)
    // @ts-expect-error: nothing is not raw
    verifyAndParse(undefined, {}, secret)
    // @ts-expect-error: a stream is not raw
    verifyAndParse(new ReadableStream(), {}, secret)
    // @ts-expect-error: an object is not raw
    verifyAndParseSync({ event: 'call.ended' }, {}, secret)
  })

  it('reject a secret that may be missing', () => {
    // @ts-expect-error: process.env has strings or undefined
    verifyAndParse(bytes, {}, process.env['TRUEDY_WEBHOOK_SECRET'])
  })

  it('accept every kind of headers', () => {
    verifySignature(bytes, new Headers(), secret)
    verifySignature(bytes, {} as IncomingHttpHeaders, secret)
    verifySignature(bytes, {} as Record<string, string>, secret)
    verifySignature(bytes, {} as Record<string, string | undefined>, secret)
    verifySignature(bytes, {} as { [name: string]: string | string[] | undefined }, secret)
    verifySignature(bytes, new Map<string, string>(), secret)
    verifySignatureSync(Buffer.from(''), {} as IncomingHttpHeaders, ['new', 'old'] as const)
  })

  it('return a union on ok', () => {
    expectTypeOf(verifySignature).returns.resolves.toEqualTypeOf<Verification>()
    const verification = {} as Verification
    if (verification.ok) expectTypeOf(verification.secretIndex).toEqualTypeOf<number>()
    else expectTypeOf(verification.code).toEqualTypeOf<WebhookErrorCode>()
    // @ts-expect-error: there is no timestamp before ok is known
    verification.sentAt
  })

  it('return an event', () => {
    expectTypeOf(verifyAndParse).returns.resolves.toEqualTypeOf<TruedyEvent>()
    expectTypeOf(verifyRequest(new Request('http://a'), secret)).resolves.toEqualTypeOf<TruedyEvent>()
    expectTypeOf(verifyAndParseSync).returns.toEqualTypeOf<TruedyEvent>()
    expectTypeOf(parseEvent).returns.toEqualTypeOf<TruedyEvent>()
  })

  it('allow a caught error to be narrowed', () => {
    const caught: unknown = undefined
    if (isWebhookError(caught)) {
      expectTypeOf(caught.code).toEqualTypeOf<WebhookErrorCode>()
      expectTypeOf(caught.status).toEqualTypeOf<400 | 401 | 405 | 413 | 500 | 503>()
      // @ts-expect-error: no such code
      if (caught.code === 'wrong_signature') return
    }
  })
})

describe('handlers', () => {
  it('receive the event of their name', () => {
    const on: EventHandlers = {
      'call.ended': (ended) => expectTypeOf(ended.data).toEqualTypeOf<CallData>(),
      'batch.completed': async (completed) => expectTypeOf(completed.data).toEqualTypeOf<BatchData>(),
      'voice.training.failed': (failed, { signal, key }) => {
        expectTypeOf(failed.event).toEqualTypeOf<'voice.training.failed'>()
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        expectTypeOf(key).toEqualTypeOf<string>()
      },
      unknown: (unheard) => expectTypeOf(unheard).toEqualTypeOf<UnknownEvent>(),
    }
    createReceiver({ on, onEvent: (any) => expectTypeOf(any).toEqualTypeOf<TruedyEvent>() })
  })

  it("can't have a misspelled name", () => {
    // @ts-expect-error: no such event
    createReceiver({ on: { 'call.end': () => {} } })
    // @ts-expect-error: the alias arrives as call.ended
    createWebhookHandler({ on: { 'call.completed': () => {} } })
    // @ts-expect-error: no such option
    createNodeHandler({ handlers: {} })
  })

  it('can be combined with a scope, and with limits for steps and handlers', () => {
    createReceiver({ onEvent() {}, scope: 'staging', stepTimeoutMs: 1000, handlerTimeoutMs: 5000 })
    processOnce(event, memoryStore(), () => {}, { scope: 'staging', stepTimeoutMs: 1000 })
    isDuplicate(event, memoryStore(), { scope: 'staging' })
    // @ts-expect-error: the name before this version
    createReceiver({ onEvent() {}, maxMs: 1000 })
    // @ts-expect-error: the database's own timeouts bound a transaction
    isDuplicate(event, memoryStore(), { stepTimeoutMs: 1000 })
  })

  it('fit the frameworks', () => {
    const fetchHandler = createWebhookHandler({ onEvent() {} })
    expectTypeOf(fetchHandler).toExtend<(request: Request) => Promise<Response>>()
    const nodeHandler = createNodeHandler({ onEvent() {} })
    expectTypeOf(nodeHandler).toExtend<
      (request: IncomingMessage, response: ServerResponse) => Promise<void>
    >()
    createServer(nodeHandler)
  })

  it('can report a union on status', () => {
    const outcome = {} as Outcome
    if (outcome.status === 'processed') expectTypeOf(outcome.recorded).toEqualTypeOf<boolean>()
    if (outcome.status === 'processed' && !outcome.recorded) {
      expectTypeOf(outcome.recordError).toEqualTypeOf<unknown>()
    }
    // @ts-expect-error: the reason exists only if the event was not marked done
    if (outcome.status === 'processed') outcome.recordError
    if (outcome.status === 'rejected') expectTypeOf(outcome.error.code).toEqualTypeOf<WebhookErrorCode>()
    if (outcome.status === 'failed') expectTypeOf(outcome.error).toEqualTypeOf<unknown>()
    expectTypeOf(outcome.durationMs).toEqualTypeOf<number>()
    // @ts-expect-error: there is no event if the delivery was rejected
    outcome.event
  })
})

describe('deduplication', () => {
  it("passes the narrowed event to processOnce's handler, and returns its value", async () => {
    if (event.event !== 'call.ended') return
    const outcome = await processOnce(event, memoryStore(), async (ended) => {
      expectTypeOf(ended.data).toEqualTypeOf<CallData>()
      return 42
    })
    if (outcome.status === 'processed') expectTypeOf(outcome.value).toEqualTypeOf<number>()
    if (outcome.status === 'processed' && !outcome.recorded) {
      expectTypeOf(outcome.recordError).toEqualTypeOf<unknown>()
    }
    // @ts-expect-error: a duplicate has no value
    outcome.value
  })

  it('needs only claim for isDuplicate, but more for processOnce', () => {
    const claim: DedupeStore['claim'] = () => 'claimed'
    isDuplicate(event, { claim })
    // @ts-expect-error: renew, complete and release are missing
    processOnce(event, { claim }, () => {})
    // @ts-expect-error: not what a claim can be
    isDuplicate(event, { claim: () => 'OK' })
    expectTypeOf(dedupeKey(event)).toEqualTypeOf<string>()
  })

  it('rejects a store without renew', () => {
    const { renew: _renew, ...older } = memoryStore()
    // @ts-expect-error: renew is missing
    processOnce(event, older, () => {})
    expectTypeOf<DedupeStore['renew']>().parameters.toEqualTypeOf<
      [key: string, lease: { owner: string; leaseMs: number }]
    >()
  })

  it('accepts synchronous and asynchronous stores', () => {
    expectTypeOf<{
      claim(key: string): Promise<'claimed' | 'busy' | 'done'>
      renew(key: string): boolean
      complete(): boolean
      release(): Promise<boolean>
    }>().toExtend<DedupeStore>()
  })
})

describe('redisStore', () => {
  it('passes a command that is never empty, as ioredis requires', () => {
    const client = { call: async (_name: string, ..._args: (string | number)[]): Promise<unknown> => 'OK' }
    redisStore(([name, ...args]) => client.call(name, ...args))
    // A function that takes any list of words fits, too.
    redisStore(async (command: string[]) => command)
  })
})

describe('signDelivery', () => {
  it('keeps the type of the body', async () => {
    expectTypeOf((await signDelivery(bytes, secret)).body).toEqualTypeOf<Uint8Array>()
    expectTypeOf((await signDelivery(sampleEvent('call.ended'), secret)).body).toEqualTypeOf<string>()
    fetch('http://a', { method: 'POST', ...(await signDelivery(sampleEvent('unknown'), secret)) })
    // @ts-expect-error: no such event
    sampleEvent('call.end')
  })
})
