/** Details of outcomes and jobs: which fields they have, and what each error names. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createJobHandler,
  createReceiver,
  type DedupeStore,
  memoryStore,
  type Outcome,
  type QueueJob,
} from '../../../src/index.js'
import { sampleEvent, signDelivery } from '../../../src/testing/index.js'

const SECRET = 'whsec_details'
const hangs = () => new Promise<never>(() => {})
const fails = () => {
  throw new Error('The CRM is down.')
}

async function delivery(event: object = sampleEvent('call.ended')) {
  return { method: 'POST', ...(await signDelivery(event, SECRET)) }
}

/** The names of an outcome's fields, except `durationMs`, and `value`, which a handler of a receiver doesn't have. */
const fieldsOf = (outcome: Outcome | undefined) =>
  Object.keys(outcome ?? {})
    .filter((name) => name !== 'durationMs' && name !== 'value')
    .sort()

async function outcomeOf(options: object, request: unknown = undefined): Promise<Outcome | undefined> {
  let found: Outcome | undefined
  const receive = createReceiver({
    secret: SECRET,
    onEvent() {},
    onOutcome: (outcome: Outcome) => {
      found = outcome
    },
    ...options,
  } as Parameters<typeof createReceiver>[0])
  await receive((request ?? (await delivery())) as Awaited<ReturnType<typeof delivery>>)
  return found
}

async function jobOf(options: object = {}): Promise<QueueJob> {
  const jobs: QueueJob[] = []
  const queue = { add: async (job: QueueJob) => jobs.push(job) }
  await createReceiver({ secret: SECRET, queue, ...options })(await delivery())
  return jobs[0] ?? expect.fail('No job was queued.')
}

describe('the fields of an outcome', () => {
  it.each<[string, object, string[]]>([
    ['processed', {}, ['event', 'key', 'recorded', 'secretIndex', 'status']],
    [
      'processed with a scope',
      { scope: 'a' },
      ['event', 'key', 'recorded', 'scope', 'secretIndex', 'status'],
    ],
    ['failed', { onEvent: fails }, ['error', 'event', 'key', 'secretIndex', 'status']],
    ['failed before it has a key', { key: fails }, ['error', 'event', 'secretIndex', 'status']],
  ])('%s', async (_, options, fields) => {
    expect(fieldsOf(await outcomeOf(options))).toEqual(fields)
  })
})

describe('the fields of a job', () => {
  const always = ['body', 'key', 'receivedAt', 'sentAt', 'type']

  it.each([
    ['without a scope', {}, always],
    ['with a scope', { scope: 'a' }, [...always, 'scope'].sort()],
  ])('%s', async (_, options, fields) => {
    expect(Object.keys(await jobOf(options)).sort()).toEqual(fields)
  })
})

describe('an error names what is wrong', () => {
  it.each<[string, object, unknown, RegExp]>([
    [
      'a method that is missing',
      {},
      { headers: {}, body: '' },
      /^method must be a string, as in \{ method, headers, body \} \(got undefined\)/,
    ],
    ['headers that are missing', {}, { method: 'POST', body: '' }, /^headers must be an object/],
    [
      'a secret function that hangs',
      { secret: hangs, stepTimeoutMs: 20 },
      undefined,
      /^secret did not finish within/,
    ],
    [
      'a scope function that hangs',
      { scope: hangs, stepTimeoutMs: 20 },
      undefined,
      /^scope did not finish within/,
    ],
    ['a scope function without a result', { scope: () => '' }, undefined, /^scope's result must be/],
  ])('%s', async (_, options, request, message) => {
    expect(await outcomeOf(options, request)).toMatchObject({
      error: { message: expect.stringMatching(message) },
    })
  })

  it.each<[string, () => unknown, string]>([
    ['options of a receiver', () => createReceiver(null as never), 'options must be an object (got null).'],
    [
      'options of a job handler',
      () => createJobHandler(null as never),
      'options must be an object (got null).',
    ],
    [
      'onOutcome of a job handler',
      () => createJobHandler({ onEvent() {}, onOutcome: 1 as never }),
      'onOutcome must be a function (got 1).',
    ],
  ])('%s', (_, create, message) => {
    expect(create).toThrow(message)
  })

  it('a job that is no object', async () => {
    const work = createJobHandler({ onEvent() {} })
    await expect(work(1 as never)).rejects.toThrow('job must be an object (got 1).')
  })
})

describe('a job handler', () => {
  const event = sampleEvent('call.ended')
  const job = (body = JSON.stringify(event)): QueueJob => ({
    key: 'k',
    type: event.event,
    body,
    sentAt: '2026-03-18T14:32:00Z',
    receivedAt: '2026-03-18T14:32:00Z',
  })
  const failure = async (run: Promise<unknown>) =>
    run.then(
      () => 'no error',
      (error: Error) => error.message,
    )

  it.each([
    [undefined, 10_000],
    [5000, 5000],
  ])('claims with leaseMs %s for %i ms', async (leaseMs, expected) => {
    const store = memoryStore()
    const claim = vi.fn<DedupeStore['claim']>(store.claim)
    await createJobHandler({ onEvent() {}, store: { ...store, claim }, leaseMs })(job())
    expect(claim.mock.calls[0]?.[1].leaseMs).toBe(expected)
  })

  it('says that another worker holds the job', async () => {
    const store: DedupeStore = { ...memoryStore(), claim: () => 'busy' }
    const work = createJobHandler({ onEvent() {}, store, leaseMs: 1 })
    expect(await failure(work(job()))).toBe('Another worker holds this job. Let the engine retry it later.')
  })

  it('reports a failure with its event, or without one if the body has none', async () => {
    const outcomes: Outcome[] = []
    const work = createJobHandler({ onEvent: fails, onOutcome: (outcome) => outcomes.push(outcome) })
    for (const body of [undefined, 'nonsense']) await failure(work(job(body)))
    expect(outcomes.map(fieldsOf)).toEqual([
      ['error', 'event', 'key', 'status'],
      ['error', 'key', 'status'],
    ])
  })

  describe('with a slow onOutcome', () => {
    beforeEach(() => {
      vi.useFakeTimers()
      vi.spyOn(console, 'error').mockReturnValue()
    })
    afterEach(() => {
      vi.useRealTimers()
      vi.restoreAllMocks()
    })

    it.each([
      [900, 900, []],
      [2000, 1000, ['onOutcome did not finish within 1000 ms. Check what is slow or down.']],
    ])('that takes %i ms, waits %i ms', async (takesMs, waitsMs, logged) => {
      const onOutcome = () => new Promise((resolve) => setTimeout(resolve, takesMs))
      let isDone = false
      const running = createJobHandler({ onEvent() {}, onOutcome })(job()).then(() => {
        isDone = true
      })
      await vi.advanceTimersByTimeAsync(waitsMs - 1)
      expect(isDone).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      await running
      expect(vi.mocked(console.error).mock.calls.map(([, , error]) => (error as Error).message)).toEqual(
        logged,
      )
    })
  })
})
