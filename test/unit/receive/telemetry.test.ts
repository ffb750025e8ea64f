/** Whatever a telemetry does, each event is processed once, and the response is the same as without it. */

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import {
  createJobHandler,
  createReceiver,
  createWebhookHandler,
  memoryStore,
  type Outcome,
  type QueueJob,
  type Telemetry,
} from '../../../src/index.js'
import { createNodeHandler } from '../../../src/node.js'
import { sampleEvent, signDelivery } from '../../../src/testing/index.js'

const SECRET = 'whsec_telemetry'

interface Observation {
  readonly kind: string
  readonly traceparent: string | undefined
  readonly outcome: Outcome
}

function recorder(): Telemetry & { readonly observations: Observation[] } {
  const observations: Observation[] = []
  return {
    observations,
    async observe(kind, carrier, next) {
      const { outcome, value } = await next()
      observations.push({ kind, traceparent: carrier.get('traceparent'), outcome })
      return value
    },
    carrier: () => ({ traceparent: 'of-the-delivery' }),
  }
}

async function delivery(headers: Record<string, string> = {}, secret = SECRET) {
  const signed = await signDelivery(sampleEvent('call.ended'), secret)
  return { method: 'POST', body: signed.body, headers: { ...signed.headers, ...headers } }
}

/** A queue that serializes each job as JSON. */
function jobs(): { readonly all: QueueJob[]; add(job: QueueJob): Promise<void> } {
  const all: QueueJob[] = []
  return { all, add: async (job) => void all.push(JSON.parse(JSON.stringify(job))) }
}

let log: MockInstance<typeof console.error>
beforeEach(() => {
  log = vi.spyOn(console, 'error').mockReturnValue()
})
afterEach(() => log.mockRestore())

describe('a receiver with telemetry', () => {
  it.each<[string, Record<string, string>]>([
    ['in lower case', { traceparent: 'sent' }],
    ['in mixed case', { TraceParent: 'sent' }],
  ])('passes the headers to its telemetry, with names %s', async (_, headers) => {
    const telemetry = recorder()
    await createReceiver({ secret: SECRET, telemetry, onEvent() {} })(await delivery(headers))
    expect(telemetry.observations).toMatchObject([{ kind: 'receive', traceparent: 'sent' }])
  })

  it.each([
    ['processed', 204, () => delivery()],
    ['rejected', 401, () => delivery({}, 'whsec_other')],
    ['rejected', 405, async () => ({ ...(await delivery()), method: 'GET' })],
    ['rejected', 500, async () => ({ ...(await delivery()), headers: null }) as never],
  ])(
    'passes the outcome %s (%i) to its telemetry, as it does to onOutcome',
    async (status, replied, make) => {
      const telemetry = recorder()
      const outcomes: Outcome[] = []
      const receive = createReceiver({
        secret: SECRET,
        telemetry,
        onEvent() {},
        onOutcome: (outcome) => outcomes.push(outcome),
      })
      expect((await receive(await make())).status).toBe(replied)
      expect(outcomes).toMatchObject([{ status }])
      expect(telemetry.observations.map(({ outcome }) => outcome)).toEqual(outcomes)
    },
  )

  it('runs the handler only after an asynchronous telemetry calls next', async () => {
    let isPrepared = false
    const telemetry: Telemetry = {
      async observe(_kind, _carrier, next) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        isPrepared = true
        return (await next()).value
      },
      carrier: () => ({}),
    }
    const seen: boolean[] = []
    const onEvent = () => void seen.push(isPrepared)
    await createReceiver({ secret: SECRET, telemetry, onEvent })(await delivery())
    expect(seen).toEqual([true])
  })

  it.each([
    // One second after the work, for a telemetry that hangs: the time before the work doesn't count.
    ['hangs after next', true, 1000],
    ['ends after next', false, 0],
  ])('waits for a telemetry that calls next late and %s', async (_, hangs, waitsMs) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const errors = vi.spyOn(console, 'error').mockReturnValue()
    try {
      const telemetry: Telemetry = {
        async observe(_kind, _carrier, next) {
          await new Promise((resolve) => setTimeout(resolve, 5))
          const { value } = await next()
          if (hangs) await new Promise(() => {})
          return value
        },
        carrier: () => ({}),
      }
      const onEvent = vi.fn()
      let isDone = false
      const sent = await delivery()
      const running = createReceiver({ secret: SECRET, telemetry, onEvent })(sent).then(() => {
        isDone = true
      })
      await vi.advanceTimersByTimeAsync(5)
      expect(onEvent).toHaveBeenCalledTimes(1)
      if (waitsMs > 0) {
        await vi.advanceTimersByTimeAsync(waitsMs - 1)
        expect(isDone).toBe(false)
      }
      await vi.advanceTimersByTimeAsync(1)
      expect(isDone).toBe(true)
      await running
      const logged = errors.mock.calls.map(([, , error]) => (error as Error).message)
      expect(logged).toEqual(
        hangs ? ['telemetry.observe did not finish within 1000 ms. Check what is slow or down.'] : [],
      )
    } finally {
      vi.useRealTimers()
      errors.mockRestore()
    }
  })

  it('passes the failure of a handler to its telemetry', async () => {
    const telemetry = recorder()
    const error = new Error('The CRM is down.')
    const onEvent = () => Promise.reject(error)
    expect((await createReceiver({ secret: SECRET, telemetry, onEvent })(await delivery())).status).toBe(500)
    expect(telemetry.observations).toMatchObject([{ outcome: { status: 'failed', error } }])
  })

  it('stores the carrier’s headers in the job, where the telemetry of the job handler reads them', async () => {
    const telemetry = recorder()
    const queue = jobs()
    await createReceiver({ secret: SECRET, telemetry, queue })(await delivery())
    expect(queue.all).toMatchObject([{ trace: { traceparent: 'of-the-delivery' } }])
    await createJobHandler({ telemetry, onEvent() {} })(queue.all[0] as QueueJob)
    expect(telemetry.observations).toMatchObject([
      { kind: 'receive', traceparent: undefined, outcome: { status: 'queued' } },
      { kind: 'process', traceparent: 'of-the-delivery', outcome: { status: 'processed' } },
    ])
  })
})

it.each<unknown>([undefined, null, 'text', 7, [], ['traceparent'], { traceparent: 7 }, { constructor: 'x' }])(
  'processes a job even if its trace is %j',
  async (trace) => {
    const queue = jobs()
    await createReceiver({ secret: SECRET, queue })(await delivery())
    const telemetry = recorder()
    const job = { ...queue.all[0], trace } as never
    await expect(createJobHandler({ telemetry, onEvent() {} })(job)).resolves.toMatchObject({
      status: 'processed',
    })
    expect(telemetry.observations).toMatchObject([{ kind: 'process', traceparent: undefined }])
  },
)

/** What a telemetry may do wrong, before or after it calls `next`. */
const DEEDS = [
  'nothing',
  'throw',
  'reject',
  'hang',
  'call next',
  'call next, throw',
  'call next twice',
  'call next, hang',
] as const

function misbehave(deeds: readonly (typeof DEEDS)[number][], carrier: () => unknown): Telemetry {
  return {
    // A program in plain JavaScript might write this.
    observe: ((_kind: unknown, _carrier: unknown, next: () => Promise<unknown>) => {
      const [deed = 'nothing'] = deeds
      if (deed === 'throw') throw new Error('observe')
      if (deed === 'reject') return Promise.reject(new Error('observe'))
      if (deed === 'hang') return new Promise(() => {})
      if (deed === 'nothing') return undefined
      const first = next()
      if (deed === 'call next twice') return Promise.all([first, next()])
      if (deed === 'call next, throw') throw new Error('observe')
      return deed === 'call next' ? 'something' : new Promise(() => {})
    }) as never,
    carrier: carrier as never,
  }
}

describe('a telemetry that misbehaves', () => {
  beforeEach(() => {
    // The receiver waits at most 1 s for a telemetry. Here, that second passes at once.
    const start = globalThis.setTimeout
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, milliseconds?: number) =>
      start(run, milliseconds === 1000 ? 1 : milliseconds)) as typeof setTimeout)
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  const CARRIERS: readonly [string, () => unknown][] = [
    ['gives headers', () => ({ traceparent: 'x' })],
    [
      'throws',
      () => {
        throw new Error('carrier')
      },
    ],
    ['gives nothing', () => undefined],
    ['gives what JSON cannot hold', () => ({ traceparent: 10n, tracestate: () => {} })],
  ]

  it.each(DEEDS)('neither loses nor repeats an event, nor changes a response (%s)', async (deed) => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...CARRIERS), fc.boolean(), async ([, carrier], fails) => {
        const telemetry = misbehave([deed], carrier)
        const onEvent = vi.fn(async () => {
          // The telemetry fails while the handler still runs. That must not cause an unhandled rejection.
          await new Promise((resolve) => setTimeout(resolve, 2))
          if (fails) throw new Error('handler')
        })
        const direct = createReceiver({ secret: SECRET, telemetry, onEvent })
        expect((await direct(await delivery())).status).toBe(fails ? 500 : 204)
        expect(onEvent).toHaveBeenCalledTimes(1)

        const queue = jobs()
        expect((await createReceiver({ secret: SECRET, telemetry, queue })(await delivery())).status).toBe(
          204,
        )
        expect(queue.all).toHaveLength(1)

        const store = memoryStore()
        const work = createJobHandler({ telemetry, store, onEvent })
        const result = work(queue.all[0] as QueueJob)
        if (fails) await expect(result).rejects.toThrow('handler')
        else await expect(result).resolves.toMatchObject({ status: 'processed' })
        expect(onEvent).toHaveBeenCalledTimes(2)
      }),
      { numRuns: 6 },
    )
  })

  it.each(DEEDS.filter((deed) => /throw|reject|hang/.test(deed)))(
    'is named in the log (%s)',
    async (deed) => {
      const telemetry = misbehave([deed], () => ({}))
      await createReceiver({ secret: SECRET, telemetry, onEvent() {} })(await delivery())
      expect(log).toHaveBeenCalledWith(
        'truedy-webhooks:',
        expect.stringContaining('telemetry.observe'),
        expect.any(Error),
      )
    },
  )

  it('is named in the log if its carrier throws', async () => {
    const telemetry = misbehave(['call next'], () => {
      throw new Error('carrier')
    })
    await createReceiver({ secret: SECRET, telemetry, queue: jobs() })(await delivery())
    expect(log).toHaveBeenCalledWith(
      'truedy-webhooks:',
      expect.stringContaining('telemetry.carrier'),
      expect.any(Error),
    )
  })
})

const CREATORS: Readonly<Record<string, (options: object) => unknown>> = {
  createJobHandler: (options) => createJobHandler({ onEvent() {}, ...options }),
  createNodeHandler: (options) => createNodeHandler({ secret: SECRET, onEvent() {}, ...options }),
  createReceiver: (options) => createReceiver({ secret: SECRET, onEvent() {}, ...options }),
  createWebhookHandler: (options) => createWebhookHandler({ secret: SECRET, onEvent() {}, ...options }),
}

describe.each(Object.entries(CREATORS))('%s', (_, create) => {
  it.each([
    ['telemetry', null],
    ['telemetry', () => {}],
    ['telemetry.observe', {}],
    ['telemetry.observe', { observe: 1, carrier() {} }],
    ['telemetry.carrier', { observe() {} }],
  ])('rejects an invalid telemetry and names %s', (name, telemetry) => {
    const message = expect.stringMatching(new RegExp(`^${name} must be `))
    expect(() => create({ telemetry })).toThrow(expect.objectContaining({ code: 'invalid_options', message }))
  })

  it('accepts undefined as telemetry', () => {
    expect(() => create({ telemetry: undefined })).not.toThrow()
  })
})
