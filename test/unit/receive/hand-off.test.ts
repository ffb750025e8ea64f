/** A receiver with a queue, and the job handler that processes the queue's jobs. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import {
  createJobHandler,
  createReceiver,
  type DedupeStore,
  dedupeKey,
  memoryStore,
  type Outcome,
  parseEvent,
  type Queue,
  type QueueJob,
  WebhookError,
} from '../../../src/index.js'
import { sampleEvent, signDelivery } from '../../../src/testing/index.js'

const SECRET = 'whsec_hand_off'

/** A queue in memory that holds each key once. */
function memoryQueue(): Queue & { readonly jobs: QueueJob[] } {
  const jobs: QueueJob[] = []
  return {
    jobs,
    async add(job) {
      if (!jobs.some(({ key }) => key === job.key)) jobs.push(JSON.parse(JSON.stringify(job)))
    },
  }
}

async function delivery(event: object = sampleEvent('call.ended')) {
  const { body, headers } = await signDelivery(event, SECRET)
  return { method: 'POST', headers, body }
}

async function jobOf(event: object = sampleEvent('call.ended'), scope?: string): Promise<QueueJob> {
  const queue = memoryQueue()
  await createReceiver({ secret: SECRET, queue, scope })(await delivery(event))
  const [job] = queue.jobs
  return job ?? expect.fail('No job was queued.')
}

describe('a receiver with a queue', () => {
  let log: MockInstance<typeof console.error>
  beforeEach(() => {
    log = vi.spyOn(console, 'error').mockReturnValue()
  })
  afterEach(() => log.mockRestore())

  it('acknowledges a delivery once the queue has its job', async () => {
    const queue = memoryQueue()
    const outcomes: Outcome[] = []
    const receive = createReceiver({ secret: SECRET, queue, onOutcome: (outcome) => outcomes.push(outcome) })
    const event = sampleEvent('call.ended')
    const sent = await delivery(event)
    expect(await receive(sent)).toEqual({ status: 204, headers: {}, body: '' })
    const key = dedupeKey(parseEvent(event))
    expect(queue.jobs).toEqual([
      {
        key,
        type: 'call.ended',
        body: sent.body,
        sentAt: new Date(Number(sent.headers['x-truedy-timestamp']) * 1000).toISOString(),
        receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    ])
    expect(outcomes).toMatchObject([
      { status: 'queued', key, secretIndex: 0, event: { event: 'call.ended' } },
    ])
  })

  it('adds every delivery to the queue and remembers none', async () => {
    const add = vi.fn(async () => {})
    const receive = createReceiver({ secret: SECRET, queue: { add } })
    const sent = await delivery()
    for (let i = 0; i < 3; i++) expect((await receive(sent)).status).toBe(204)
    expect(add).toHaveBeenCalledTimes(3)
  })

  it.each<[string, Queue['add']]>([
    ['rejects', () => Promise.reject(new Error('The queue is full.'))],
    [
      'throws',
      () => {
        throw new Error('No connection.')
      },
    ],
  ])('responds with 500 and logs the reason if the queue %s', async (_, add) => {
    const receive = createReceiver({ secret: SECRET, queue: { add } })
    expect((await receive(await delivery())).status).toBe(500)
    expect(log).toHaveBeenCalledWith(
      'truedy-webhooks:',
      expect.stringContaining('call.ended'),
      expect.any(Error),
    )
  })

  it('responds with 500 in time if the queue never settles', async () => {
    const receive = createReceiver({
      secret: SECRET,
      queue: { add: () => new Promise(() => {}) },
      stepTimeoutMs: 20,
    })
    expect((await receive(await delivery())).status).toBe(500)
    expect(String(log.mock.calls[0]?.[2])).toContain('queue.add did not finish within 20 ms')
  })

  it.each([
    ['on', { 'call.ended': () => {} }],
    ['onEvent', () => {}],
    ['store', memoryStore()],
    ['leaseMs', 1000],
    ['ttlMs', 1_000_000],
    ['handlerTimeoutMs', 1000],
  ])('rejects %s, which would have no effect', (name, value) => {
    const make = () => createReceiver({ secret: SECRET, queue: memoryQueue(), [name]: value } as never)
    expect(make).toThrow(`${name} has no effect with \`queue\`.`)
  })

  it.each([[null], [{}], [{ add: 1 }], ['queue']])('rejects %o as a queue', (queue) => {
    expect(() => createReceiver({ secret: SECRET, queue } as never)).toThrow(
      /^queue(\.add)? must be an? (object|function)/,
    )
  })

  it('accepts a body of any Unicode and of 1 MiB', async () => {
    const text = '\u0000\ud83d\ude80 ü \u2028 "\\" '.repeat(30_000)
    const event = { event: 'call.ended', timestamp: 1, data: { call_id: 'c1', text: text.slice(0, 600_000) } }
    // Passed as bytes: signDelivery would escape every character, and the JSON would exceed the limit.
    const body = Buffer.from(JSON.stringify(event))
    const job = JSON.parse(JSON.stringify(await jobOf(body)))
    const seen: unknown[] = []
    await createJobHandler({ onEvent: (each) => seen.push(each.data) })(job)
    expect(seen).toEqual([event.data])
  })
})

describe('a job handler', () => {
  it('processes a job once and returns the status of each attempt', async () => {
    const processed: unknown[] = []
    const work = createJobHandler({
      on: {
        'call.ended': (event, { key, job, rawBody, sentAt, scope, args, signal }) => {
          processed.push({ id: event.id, key, job, rawBody, sentAt, scope, args, aborted: signal.aborted })
        },
      },
    })
    const event = sampleEvent('call.ended')
    const job = await jobOf(event, 'acme')
    expect(await work(job)).toEqual({ status: 'processed', key: job.key })
    expect(await work(job)).toEqual({ status: 'duplicate', key: job.key })
    expect(job.key).toBe(`@acme/${dedupeKey(parseEvent(event))}`)
    expect(processed).toEqual([
      {
        id: event.id,
        key: job.key,
        job,
        rawBody: job.body,
        sentAt: new Date(job.sentAt),
        scope: 'acme',
        args: [],
        aborted: false,
      },
    ])
  })

  it('reports the whole outcome, with the job, its event, key and scope', async () => {
    const seen: unknown[] = []
    const work = createJobHandler({
      onEvent() {},
      onOutcome: (outcome, context) => {
        const { durationMs, ...rest } = outcome
        expect(durationMs).toBeGreaterThanOrEqual(0)
        seen.push([rest, context])
      },
    })
    const event = sampleEvent('call.ended')
    const scoped = await jobOf(event, 'acme')
    const plain = await jobOf(event)
    await work(scoped)
    await work(plain)
    const outcome = { status: 'processed', recorded: true, event: expect.objectContaining({ id: event.id }) }
    // Checked separately: without a scope, the outcome has no `scope` field.
    expect(seen[0]).toEqual([
      expect.objectContaining({ ...outcome, key: scoped.key, scope: 'acme' }),
      { job: scoped, args: [] },
    ])
    expect(seen[1]).toEqual([
      expect.objectContaining({ ...outcome, key: plain.key }),
      { job: plain, args: [] },
    ])
    expect((seen[1] as [object])[0]).not.toHaveProperty('scope')
  })

  it('prefixes the key in its store with job/, and with its own scope', async () => {
    const keys: string[] = []
    const inner = memoryStore()
    const store: DedupeStore = {
      ...inner,
      claim: (key, lease) => inner.claim(String(keys.push(key) && key), lease),
    }
    const job = await jobOf()
    await createJobHandler({ store, onEvent() {} })(job)
    await createJobHandler({ store, onEvent() {}, scope: 'eu' })(job)
    expect(keys).toEqual([`job/${job.key}`, `@eu/job/${job.key}`])
  })

  it('passes further arguments to the handler and to onOutcome', async () => {
    const work = createJobHandler<[{ db: string }, number]>({
      onEvent: (_, { args: [env, attempt] }) => {
        expect([env.db, attempt]).toEqual(['d1', 3])
      },
      onOutcome: (_, { args }) => expect(args).toEqual([{ db: 'd1' }, 3]),
    })
    await work(await jobOf(), { db: 'd1' }, 3)
  })

  it.each([
    ['a job as JSON', (job: QueueJob) => JSON.stringify(job)],
    ['a job as bytes of JSON', (job: QueueJob) => new TextEncoder().encode(JSON.stringify(job))],
    [
      'a job as bytes of JSON from another realm',
      (job: QueueJob) =>
        runInNewContext('Uint8Array.from(bytes)', { bytes: Buffer.from(JSON.stringify(job)) }),
    ],
    ['a job with fields of a later version', (job: QueueJob) => ({ ...job, priority: 1 })],
  ])('accepts %s', async (_, write) => {
    const onEvent = vi.fn()
    await createJobHandler({ onEvent })(write(await jobOf()))
    expect(onEvent).toHaveBeenCalledTimes(1)
  })

  it('accepts jobs of version 1.0', async () => {
    const text = readFileSync(join(import.meta.dirname, '../fixtures/job-1.0.json'), 'utf8')
    const onEvent = vi.fn()
    expect(await createJobHandler({ onEvent })(text)).toEqual({
      status: 'processed',
      key: '@acme/call.ended:call:c1',
    })
    expect(onEvent).toHaveBeenCalledWith(
      expect.objectContaining({ event: 'call.ended', data: { call_id: 'c1', summary: 'Grüße' } }),
      expect.objectContaining({ scope: 'acme', sentAt: new Date('2026-11-29T12:00:00.000Z') }),
    )
  })

  it('can share a store with the receiver of its queue', async () => {
    const store = memoryStore()
    const event = sampleEvent('call.ended')
    await createReceiver({ secret: SECRET, store, onEvent() {} })(await delivery(event))
    const onEvent = vi.fn()
    await createJobHandler({ store, onEvent })(await jobOf(event))
    expect(onEvent).toHaveBeenCalledTimes(1)
  })

  it('ignores a rawEvent field in the body', async () => {
    const event = { ...sampleEvent('call.ended'), rawEvent: 'call.failed' }
    const onEvent = vi.fn()
    await createJobHandler({ onEvent })(await jobOf(event))
    expect(onEvent).toHaveBeenCalledWith(
      expect.objectContaining({ rawEvent: 'call.ended' }),
      expect.anything(),
    )
  })

  it('reports a handler’s error, throws it unchanged, and processes the next attempt', async () => {
    const error = new Error('The CRM is down.')
    const outcomes: Outcome[] = []
    const onEvent = vi.fn().mockRejectedValueOnce(error)
    const work = createJobHandler({ onEvent, onOutcome: (outcome) => outcomes.push(outcome) })
    const job = await jobOf()
    await expect(work(job)).rejects.toBe(error)
    expect(await work(job)).toMatchObject({ status: 'processed' })
    expect(outcomes).toMatchObject([
      { status: 'failed', error, key: job.key },
      { status: 'processed', recorded: true, key: job.key },
    ])
  })

  it('waits for another worker, and takes over once that worker’s lease has expired', async () => {
    const store = memoryStore()
    const job = await jobOf()
    await store.claim(`job/${job.key}`, { owner: 'crashed', leaseMs: 400 })
    const onEvent = vi.fn()
    const work = createJobHandler({ store, onEvent, leaseMs: 2000 })
    expect(await work(job)).toMatchObject({ status: 'processed' })
    expect(onEvent).toHaveBeenCalledTimes(1)
  })

  it('throws busy after waiting for one lease', async () => {
    const busy: DedupeStore = {
      claim: () => 'busy',
      renew: () => false,
      complete: () => false,
      release: () => false,
    }
    const outcomes: Outcome[] = []
    const work = createJobHandler({
      store: busy,
      onEvent() {},
      leaseMs: 100,
      onOutcome: (outcome) => outcomes.push(outcome),
    })
    await expect(work(await jobOf())).rejects.toMatchObject({ code: 'busy', status: 503 })
    expect(outcomes).toMatchObject([{ status: 'busy' }])
  })

  it.each([
    ['the engine’s job', { id: '1', data: 'JOB' }, 'Pass its data: work(job.data).'],
    ['a wrapper with the job in `body`', { id: '1', body: 'JOB' }, 'Pass its body: work(job.body).'],
    [
      'a wrapper with the job in `payload`',
      { id: '1', payload: 'JOB' },
      'Pass its payload: work(job.payload).',
    ],
    ['a wrapper with the job in `value`', { id: '1', value: 'JOB' }, 'Pass its value: work(job.value).'],
  ])('rejects %s and names what to pass instead', async (_, wrapper, message) => {
    const job = await jobOf()
    const wrapped = Object.fromEntries(
      Object.entries(wrapper).map(([name, value]) => [name, value === 'JOB' ? job : value]),
    )
    const work = createJobHandler({ onEvent() {} })
    await expect(work(wrapped as never)).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining(message),
    })
  })

  it.each<readonly [string, unknown]>([
    ...(['key', 'type', 'body', 'sentAt', 'receivedAt'] as const).flatMap((name) =>
      [undefined, null, '', 1, {}].map((value) => [name, value] as const),
    ),
    ['sentAt', 'yesterday'],
    ['receivedAt', 'yesterday'],
    ['scope', ''],
    ['scope', 1],
    ['scope', null],
  ])('rejects a job whose %s is %j', async (name, value) => {
    const onEvent = vi.fn()
    const job = { ...(await jobOf(sampleEvent('call.ended'), 'acme')), [name]: value }
    await expect(createJobHandler({ onEvent })(job as never)).rejects.toMatchObject({
      code: 'invalid_event',
      message: expect.stringContaining(`The field ${name} of the job is missing or invalid.`),
    })
    expect(onEvent).not.toHaveBeenCalled()
  })

  it.each(['nonsense', '{"key":', '\ud800'])('rejects the string %j, which is not JSON', async (text) => {
    await expect(createJobHandler({ onEvent() {} })(text)).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining('The job is not JSON in UTF-8.'),
    })
  })

  it.each([[null], [undefined], [1], [[]], [{}], ['nonsense'], ['{}'], [{ key: 'k', type: 't', body: '' }]])(
    'rejects %o as a job',
    async (job) => {
      const work = createJobHandler({ onEvent() {} })
      await expect(work(job as never)).rejects.toBeInstanceOf(WebhookError)
    },
  )

  it.each([
    ['invalid_json', '{'],
    ['invalid_event', '{"event":"call.ended"}'],
  ])('throws %s for a job without an event, and reports it', async (code, body) => {
    const outcomes: Outcome[] = []
    const work = createJobHandler({ onEvent() {}, onOutcome: (outcome) => outcomes.push(outcome) })
    const job = { ...(await jobOf()), body }
    await expect(work(job)).rejects.toMatchObject({ code })
    expect(outcomes).toMatchObject([{ status: 'failed', key: job.key, error: { code } }])
  })

  it.each([
    [{}, 'There is no handler'],
    [{ on: { 'call.end': () => {} } }, 'Did you mean "call.ended"?'],
    [{ onEvent() {}, key: () => 'x' }, 'Unknown option "key".'],
    [{ onEvent() {}, leasMs: 1 }, 'Did you mean "leaseMs"?'],
    [{ onEvent() {}, store: {} }, 'store.claim must be a function'],
  ])('rejects the options %o', (options, message) => {
    expect(() => createJobHandler(options as never)).toThrow(message)
  })
})
