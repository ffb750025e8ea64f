import { describe, expectTypeOf, it } from 'vitest'
import {
  createJobHandler,
  createReceiver,
  createWebhookHandler,
  type Delivery,
  type EventContext,
  type HandlerContext,
  type JobContext,
  memoryStore,
  type Outcome,
  type Queue,
  type QueueJob,
  type ReceiverOptions,
  type TruedyEvent,
} from '../../src/index.js'
import { createNodeHandler, type NodeRequest } from '../../src/node.js'
import { bullmqQueue, cloudflareQueue, graphileQueue, pgBossQueue } from '../../src/queues/index.js'

declare const queue: Queue
interface Env {
  readonly SECRET: string
}

describe('the further arguments', () => {
  it('reach secret, scope, handlers and onOutcome with their types', () => {
    const handle = createWebhookHandler<[Env, number]>({
      secret: (request, env, attempt) => {
        expectTypeOf(request).toEqualTypeOf<Request>()
        expectTypeOf(attempt).toEqualTypeOf<number>()
        return env.SECRET
      },
      scope: async (_, env) => env.SECRET,
      on: {
        'call.ended': (_, { args, request, secretIndex, rawBody, sentAt, scope, key }) => {
          expectTypeOf(args).toEqualTypeOf<[Env, number]>()
          expectTypeOf(request).toEqualTypeOf<Request>()
          expectTypeOf(secretIndex).toEqualTypeOf<number>()
          expectTypeOf([rawBody, key]).toEqualTypeOf<string[]>()
          expectTypeOf(sentAt).toEqualTypeOf<Date>()
          expectTypeOf(scope).toEqualTypeOf<string | undefined>()
        },
      },
      onOutcome: (outcome, { request, args }) => {
        expectTypeOf(outcome).toEqualTypeOf<Outcome>()
        expectTypeOf(request).toEqualTypeOf<Request>()
        expectTypeOf(args).toEqualTypeOf<[Env, number]>()
      },
    })
    expectTypeOf(handle).parameter(1).toEqualTypeOf<Env>()
    // @ts-expect-error: without env
    handle(new Request('http://localhost/'))
  })

  it('are none unless the type says otherwise', () => {
    const handle = createWebhookHandler({ onEvent: (_, { args }) => expectTypeOf(args).toEqualTypeOf<[]>() })
    expectTypeOf(handle).toExtend<(request: Request) => Promise<Response>>()
  })

  it('come with the request type of each adapter', () => {
    createReceiver({ onEvent: (_, { request }) => expectTypeOf(request).toEqualTypeOf<Delivery>() })
    createNodeHandler({ onEvent: (_, { request }) => expectTypeOf(request).toEqualTypeOf<NodeRequest>() })
  })
})

describe('a handler for EventContext', () => {
  it('fits a receiver and a job handler', () => {
    const onEvent = (event: TruedyEvent, { key, args }: EventContext) => [event.event, key, args.length]
    createWebhookHandler({ onEvent })
    createNodeHandler({ onEvent })
    createJobHandler({ onEvent })
    expectTypeOf<HandlerContext>().toExtend<EventContext>()
    expectTypeOf<JobContext>().toExtend<EventContext>()
  })
})

describe('an option without an effect', () => {
  it('does not compile', () => {
    createWebhookHandler({ queue })
    // @ts-expect-error: a store beside a queue
    createWebhookHandler({ queue, store: memoryStore() })
    // @ts-expect-error: handlers beside a queue
    createWebhookHandler({ queue, on: { 'call.ended'() {} } })
    // @ts-expect-error: leases beside a queue
    createWebhookHandler({ queue, leaseMs: 1000 })
    // @ts-expect-error: neither handlers nor a queue
    createWebhookHandler({ secret: 's' })
    // @ts-expect-error: no such event
    createWebhookHandler({ on: { 'call.endd'() {} } })
    // @ts-expect-error: no such option
    createWebhookHandler({ tolerance: 3, onEvent() {} })
    // @ts-expect-error: neither handlers nor a queue
    createJobHandler({ store: memoryStore() })
    // @ts-expect-error: the job has its key already
    createJobHandler({ onEvent() {}, key: () => 'x' })
  })
})

describe('a job handler', () => {
  it('accepts a job or its JSON, but not the job of an engine', () => {
    const work = createJobHandler({ onEvent: (_, { job }) => expectTypeOf(job).toEqualTypeOf<QueueJob>() })
    const engineJob = { id: '1', data: {} as QueueJob }
    work(engineJob.data)
    work('{}')
    work(new Uint8Array())
    // @ts-expect-error: the engine's job instead of its data
    work(engineJob)
    expectTypeOf(work).returns.resolves.toEqualTypeOf<{
      readonly status: 'processed' | 'duplicate'
      readonly key: string
    }>()
  })
})

describe('the adapters of queues', () => {
  it('accept the options of their engine, except the id', () => {
    const bullmq = {
      add: async (_name: string, _data: unknown, _options?: { attempts?: number; jobId?: string }) => ({}),
      getJobState: async (_id: string) => 'waiting',
    }
    bullmqQueue(bullmq, { attempts: 3 })
    // @ts-expect-error: the id is ours
    bullmqQueue(bullmq, { jobId: 'x' })
    // @ts-expect-error: no such option
    bullmqQueue(bullmq, { attemps: 3 })

    const boss = {
      send: async (_name: string, _data: object, _options?: { retryLimit?: number; id?: string }) => null,
      retry: async (_name: string, _id: string) => {},
      getJobById: async (_name: string, _id: string) => null,
    }
    pgBossQueue(boss, 'truedy', { retryLimit: 3 })
    // @ts-expect-error: the id is ours
    pgBossQueue(boss, 'truedy', { id: 'x' })

    const utils = {
      addJob: async (
        _task: string,
        _payload: unknown,
        _spec?: { maxAttempts?: number; jobKey?: string },
      ) => ({}),
    }
    graphileQueue(utils, 'truedy', { maxAttempts: 3 })
    // @ts-expect-error: the key is ours
    graphileQueue(utils, 'truedy', { jobKey: 'x' })

    cloudflareQueue(
      { send: async (_message: QueueJob, _options?: { delaySeconds?: number }) => {} },
      { delaySeconds: 1 },
    )
  })
})

describe('ReceiverOptions', () => {
  it('can be assigned to a constant first', () => {
    const options: ReceiverOptions<Delivery> = {
      secret: 's',
      on: { 'call.ended': (event) => event.data.call },
    }
    createReceiver(options)
  })
})
