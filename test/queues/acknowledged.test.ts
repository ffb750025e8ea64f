/**
 * Acknowledged means stored: whatever the settings of the engine, it holds each job whose delivery got a 204, or the
 * delivery got a 500.
 */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Queue as BullQueue } from 'bullmq'
import PgBoss from 'pg-boss'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  createJobHandler,
  createReceiver,
  dedupeKey,
  memoryStore,
  parseEvent,
  type Queue,
} from '../../src/index.js'
import { bullmqQueue, pgBossQueue } from '../../src/queues/index.js'
import { sampleEvent, signDelivery } from '../../src/testing/index.js'
import { startRedis } from '../support/redis-server.js'
import type { ServerProgram } from '../support/server-program.js'
import { administerBullmq, type Engine, engineNames, startEngine } from './engines.js'
import { engineNamed } from './programs/engines.mjs'

const exec = promisify(execFile)

const SECRET = 'whsec_queues'
const newEvents = (count: number) => Array.from({ length: count }, () => sampleEvent('call.ended'))
const keyOf = (event: object) => dedupeKey(parseEvent(event))

/** Sends deliveries one after another, and returns those that were acknowledged. */
async function acknowledged<Event extends object>(queue: Queue, events: readonly Event[]): Promise<Event[]> {
  const receive = createReceiver({ secret: SECRET, queue, onOutcome() {} })
  const found: Event[] = []
  for (const event of events) {
    const { body, headers } = await signDelivery(event, SECRET)
    const { status } = await receive({ method: 'POST', headers, body })
    expect([204, 500]).toContain(status)
    if (status === 204) found.push(event)
  }
  return found
}

const sorted = (keys: readonly string[]) => [...keys].sort()

/** The invariant of this file. */
async function expectHeld(engine: { keys(): Promise<string[]> }, events: readonly object[]): Promise<void> {
  expect(sorted(await engine.keys())).toEqual(sorted(events.map(keyOf)))
}

describe.each(engineNames)('%s', (name) => {
  let engine: Engine
  beforeAll(async () => {
    engine = await startEngine(name, { attempts: 16, redeliverySeconds: 900 })
  })
  afterAll(async () => {
    await engine?.close()
    await engine?.program.stop()
  })

  it('holds each acknowledged job once, however often it was delivered', async () => {
    const events = newEvents(10)
    expect(await acknowledged(engine.queue, [...events, ...events])).toHaveLength(20)
    await expectHeld(engine, events)
    await engine.loseAll()
  })

  it('accepts a job that it lost once Truedy delivers it again, and processes it once', async () => {
    const [first, last] = [newEvents(5), newEvents(5)]
    const processed: string[] = []
    const store = memoryStore()
    const work = createJobHandler({
      store,
      onOutcome() {},
      onEvent: (event) => void processed.push(keyOf(event)),
    })
    let stop = await engine.work(work)
    await acknowledged(engine.queue, first)
    await vi.waitFor(() => expect(processed).toHaveLength(5), 10_000)
    await stop()
    await acknowledged(engine.queue, last)
    await engine.loseAll()
    expect(await acknowledged(engine.queue, [...first, ...last])).toHaveLength(10)
    stop = await engine.work(work)
    await vi.waitFor(async () => expect(await engine.pending()).toBe(0), 20_000)
    await stop()
    expect(sorted(processed)).toEqual(sorted([...first, ...last].map(keyOf)))
    await engine.loseAll()
  })

  it('accepts a body of 1 MiB, and every character', async () => {
    const [event] = newEvents(1) as [ReturnType<typeof sampleEvent>]
    const odd = { ...event, event: 'odd\0\ud800\u{1f600}', data: { ...event.data, '\0': '\udfff\u2028' } }
    const large = { ...event, id: crypto.randomUUID(), event: 'large', data: { text: '' } }
    large.data.text = 'ü'.repeat(Math.floor((2 ** 20 - JSON.stringify(large).length) / 6))
    const bodies = [odd, large].map((each) => JSON.stringify(each).replace(/ü/g, '\\u00fc'))
    expect(bodies[1]?.length).toBeGreaterThan(2 ** 20 - 8)
    const seen: string[] = []
    const receive = createReceiver({
      secret: SECRET,
      queue: engine.queue,
      maxBodyBytes: 2 ** 20,
      onOutcome() {},
    })
    const stop = await engine.work(
      createJobHandler({ onOutcome() {}, onEvent: (_, { rawBody }) => void seen.push(rawBody) }),
    )
    try {
      for (const text of bodies) {
        const { body, headers } = await signDelivery(text, SECRET)
        expect((await receive({ method: 'POST', headers, body })).status).toBe(204)
      }
      await vi.waitFor(() => expect(sorted(seen)).toEqual(sorted(bodies)), 20_000)
    } finally {
      await stop()
      await engine.loseAll()
    }
  })

  it('keeps its records apart from those of another endpoint in the same store', async () => {
    const events = newEvents(3)
    const store = memoryStore()
    const seen: string[] = []
    const other = createReceiver({ secret: SECRET, store, onEvent: () => void seen.push('endpoint') })
    for (const event of events) {
      const { body, headers } = await signDelivery(event, SECRET)
      await other({ method: 'POST', headers, body })
    }
    await acknowledged(engine.queue, events)
    const stop = await engine.work(createJobHandler({ store, onEvent: () => void seen.push('worker') }))
    await vi.waitFor(() => expect(seen.filter((each) => each === 'worker')).toHaveLength(3), 10_000)
    await stop()
    expect(seen).toHaveLength(6)
  })
})

describe('BullMQ', () => {
  /** Starts a separate Redis with its own client. */
  async function withRedis(
    settings: readonly string[],
    use: (redis: ServerProgram & { queue: Queue; bull: BullQueue }) => Promise<void>,
  ): Promise<void> {
    const redis = await startRedis(...settings)
    const bull = new BullQueue('truedy-events', {
      connection: { port: redis.port, enableOfflineQueue: false },
    })
    bull.on('error', () => {})
    await bull.waitUntilReady()
    try {
      await use({ ...redis, bull, queue: bullmqQueue(bull, { attempts: 16 }) })
    } finally {
      await bull.close()
      await redis.stop()
    }
  }

  it('responds with 500 once Redis is full', async () => {
    await withRedis(['--maxmemory', '4mb', '--maxmemory-policy', 'noeviction'], async ({ queue, port }) => {
      const events = newEvents(60).map((event) => ({
        ...event,
        data: { ...event.data, text: 'x'.repeat(100_000) },
      }))
      const held = await acknowledged(queue, events)
      expect(held.length).toBeLessThan(events.length)
      expect(held.length).toBeGreaterThan(0)
      const engine = administerBullmq(port)
      await expectHeld(engine, held)
      await engine.close()
    })
  })

  it('accepts again what a Redis without a disk lost in a restart', async () => {
    await withRedis(['--appendonly', 'no'], async ({ queue, port, halt, resume }) => {
      const events = newEvents(10)
      expect(await acknowledged(queue, events)).toHaveLength(10)
      await halt('SIGKILL')
      await resume()
      const engine = administerBullmq(port)
      await vi.waitFor(async () => expect(await acknowledged(queue, events)).toHaveLength(10), 10_000)
      await expectHeld(engine, events)
      await engine.close()
    })
  })

  it('accepts again what a replica lacked when it took over', async () => {
    await withRedis([], async ({ queue, port }) => {
      const replica = await startRedis('--replicaof', `127.0.0.1 ${port}`)
      const engine = administerBullmq(replica.port)
      const [early, late] = [newEvents(10), newEvents(10)]
      await acknowledged(queue, early)
      await vi.waitFor(() => expectHeld(engine, early), 20_000)
      await exec('redis-cli', ['-p', String(replica.port), 'replicaof', 'no', 'one'])
      await acknowledged(queue, late)
      await expectHeld(engine, early)
      const program = await engineNamed.BullMQ()
      const promoted = await program.openQueue(`redis://127.0.0.1:${replica.port}`, { attempts: 16 })
      expect(await acknowledged(promoted.queue, [...early, ...late])).toHaveLength(20)
      await expectHeld(engine, [...early, ...late])
      await promoted.close()
      await engine.close()
      await replica.stop()
    })
  })

  it("responds with 500 if BullMQ's own deduplication drops the job, or the job is over its limit", async () => {
    await withRedis([], async ({ bull, port }) => {
      const engine = administerBullmq(port)
      const events = newEvents(3)
      const held = await acknowledged(bullmqQueue(bull, { deduplication: { id: 'all' } }), events)
      await expectHeld(engine, held)
      expect(held).toHaveLength(1)
      expect(await acknowledged(bullmqQueue(bull, { sizeLimit: 100 }), newEvents(1))).toEqual([])
      await expectHeld(engine, held)
      await engine.close()
    })
  })
})

describe('pg-boss', () => {
  it('responds with 500 if there is no queue, or a policy or singleton option drops the job', async () => {
    const engine = await startEngine('pg-boss', {})
    const boss = new PgBoss({ connectionString: engine.url, supervise: false })
    boss.on('error', () => {})
    await boss.start()
    try {
      await boss.createQueue('short', { name: 'short', policy: 'short' })
      await boss.createQueue('standard')
      const events = newEvents(3)
      const held = [
        ...(await acknowledged(pgBossQueue(boss, 'missing'), events)),
        ...(await acknowledged(pgBossQueue(boss, 'short'), events)),
        ...(await acknowledged(pgBossQueue(boss, 'standard', { singletonSeconds: 600 }), events)),
      ]
      await expectHeld(engine, held)
      expect(held).toHaveLength(2)
    } finally {
      await boss.stop({ graceful: false })
      await engine.close()
      await engine.program.stop()
    }
  })
})
