/** From a receiver through each real queue engine to a job handler. */

import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createJobHandler,
  createReceiver,
  type DedupeStore,
  dedupeKey,
  memoryStore,
  parseEvent,
  type Queue,
} from '../../src/index.js'
import { sampleEvent, signDelivery } from '../../src/testing/index.js'
import { type Engine, engineNames, startEngine } from './engines.js'

const SECRET = 'whsec_queues'
/** Truedy gives up on a response after about 10 s. */
const LONGEST_RESPONSE_MS = 9000

const newEvents = (count: number) => Array.from({ length: count }, () => sampleEvent('call.ended'))
const keyOf = (event: object) => dedupeKey(parseEvent(event))

async function deliver(queue: Queue, event: object): Promise<number> {
  const receive = createReceiver({ secret: SECRET, queue, onOutcome() {} })
  const { body, headers } = await signDelivery(event, SECRET)
  const began = performance.now()
  const { status } = await receive({ method: 'POST', headers, body })
  expect(performance.now() - began).toBeLessThan(LONGEST_RESPONSE_MS)
  return status
}

describe.each(engineNames)('%s', (name) => {
  let engine: Engine
  let store: DedupeStore
  /** How often each event was processed. */
  const processed = new Map<string, number>()

  beforeAll(async () => {
    engine = await startEngine(name, { attempts: 16 })
  })
  afterAll(async () => {
    await engine?.close()
    await engine?.program.stop()
  })
  beforeEach(() => {
    processed.clear()
    store = memoryStore()
  })

  /** Starts two workers that share a store. */
  async function startWorkers(before: (key: string) => unknown = () => {}): Promise<() => Promise<void>> {
    const work = createJobHandler({
      store,
      onOutcome() {},
      async onEvent(event) {
        const key = dedupeKey(event)
        await before(key)
        processed.set(key, (processed.get(key) ?? 0) + 1)
      },
    })
    const stops = [await engine.work(work), await engine.work(work)]
    return async () => {
      await Promise.all(stops.map((stop) => stop()))
    }
  }

  /** Waits until exactly these events were processed, each once. */
  async function expectOnce(events: readonly object[]): Promise<void> {
    const wanted = new Map(events.map((event) => [keyOf(event), 1]))
    await vi.waitFor(() => expect(processed.size).toBeGreaterThanOrEqual(wanted.size), 30_000)
    expect(processed).toEqual(wanted)
  }

  it('processes each event once, although some are delivered twice at the same moment', async () => {
    const events = newEvents(140)
    const stop = await startWorkers()
    try {
      const deliveries = [...events, ...events.slice(0, 60)]
      // On a busy machine, the engine may not accept 200 jobs at once in time.
      const untilAcknowledged = (event: object) =>
        vi.waitFor(async () => expect(await deliver(engine.queue, event)).toBe(204), 20_000)
      await Promise.all(deliveries.map(untilAcknowledged))
      await expectOnce(events)
    } finally {
      await stop()
    }
  })

  it('retries a job whose handler failed', async () => {
    const [event] = newEvents(1) as [object]
    const fail = vi.fn().mockRejectedValueOnce(new Error('The CRM is down.')).mockResolvedValue(undefined)
    const stop = await startWorkers(fail)
    try {
      expect(await deliver(engine.queue, event)).toBe(204)
      await expectOnce([event])
      expect(fail).toHaveBeenCalledTimes(2)
    } finally {
      await stop()
    }
  })

  it('responds with 500 in time while the server does not respond, and loses nothing', async () => {
    const events = newEvents(5)
    const thaw = await engine.program.freeze()
    let statuses: number[]
    try {
      statuses = await Promise.all(events.map((event) => deliver(engine.queue, event)))
    } finally {
      thaw()
    }
    expect(statuses).toEqual(events.map(() => 500))
    await vi.waitFor(async () => {
      for (const event of events) expect(await deliver(engine.queue, event)).toBe(204)
    }, 20_000)
    const stop = await startWorkers()
    try {
      await expectOnce(events)
    } finally {
      await stop()
    }
  })

  it('keeps acknowledged jobs through a crash of the server', async () => {
    const events = newEvents(20)
    for (const event of events) expect(await deliver(engine.queue, event)).toBe(204)
    await engine.program.halt(engine.crashSignal)
    const [lost] = newEvents(1) as [object]
    expect(await deliver(engine.queue, lost)).toBe(500)
    await engine.program.resume()
    const stop = await startWorkers()
    try {
      await vi.waitFor(async () => expect(await deliver(engine.queue, lost)).toBe(204), 20_000)
      await expectOnce([...events, lost])
    } finally {
      await stop()
    }
  })

  it('runs a permanently failed job again if Truedy delivers it again', async () => {
    const impatient = await startEngine(name, { attempts: 1 })
    let stop: (() => Promise<void>) | undefined
    try {
      const [event] = newEvents(1) as [object]
      const handle = vi.fn().mockRejectedValueOnce(new Error('The CRM is down.')).mockResolvedValue(undefined)
      const work = createJobHandler({ onEvent: handle, onOutcome() {} })
      stop = await impatient.work(work)
      expect(await deliver(impatient.queue, event)).toBe(204)
      await vi.waitFor(() => expect(handle).toHaveBeenCalledTimes(1), 10_000)
      // The engine records the failure after the handler has ended.
      await vi.waitFor(async () => {
        expect(await deliver(impatient.queue, event)).toBe(204)
        expect(handle).toHaveBeenCalledTimes(2)
      }, 10_000)
    } finally {
      await stop?.()
      await impatient.close()
      await impatient.program.stop()
    }
  })
})
