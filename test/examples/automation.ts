/**
 * `examples/automation`: whatever crashes, each event causes its actions, and causes them only once in the database.
 */

import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { dedupeKey, eventIds, parseEvent } from 'truedy-webhooks'
import {
  type FlatSampleEvent,
  flatSampleEvent,
  type SampleEvent,
  sampleEvent,
  signDelivery,
} from 'truedy-webhooks/testing'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createSender } from '../faults/sender.js'
import { installExample } from '../support/driver.js'
import { packLibrary } from '../support/package.js'
import { type QueueName, SECRET, type Stack, startStack } from './automation-stack.js'
import { sendEveryCase } from './every-case.js'

type AnySample = SampleEvent | FlatSampleEvent

/** How long the jobs of a killed worker may take to come back and be done, on a busy machine. */
const RECOVERY_MS = 150_000
const SOON_MS = 30_000
/** How long Truedy waits. */
const TRUEDY_TIMEOUT_MS = 10_000
/**
 * If true, the test waits for the timeouts of the queue. Otherwise, it makes their time pass in the queue's storage.
 */
const IS_FULL = process.env['FULL'] === '1'
/** The number of jobs that a worker processes at once. */
const CONCURRENCY = 5

/** The tests of the example with one of its queues. Each queue has its own file, so that they run in parallel. */
export function describeAutomation(queueName: QueueName): void {
  let workspace: string
  let stack: Stack

  beforeAll(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-automation-'))
    const directory = await installExample('automation', await packLibrary(workspace), workspace)
    stack = await startStack(queueName, directory)
    await stack.startReceiver()
    // Both programs create the tables.
    const both = await Promise.all([stack.startWorker(), stack.startWorker()])
    for (const worker of both) expect(await worker.end('SIGTERM')).toBe(0)
    await stack.startWorker()
  })

  afterAll(async () => {
    await stack?.stop()
    await rm(workspace, { recursive: true, force: true })
  })

  async function post(event: AnySample): Promise<number> {
    const delivery = await signDelivery(event, SECRET)
    const { status } = await fetch(stack.url, { method: 'POST', ...delivery })
    return status
  }

  const keyOf = (event: AnySample) => dedupeKey(parseEvent(event))
  const callIdOf = (event: AnySample) => eventIds(parseEvent(event)).callId ?? ''
  const linesOf = (event: AnySample) => stack.processedLines().filter(({ key }) => key === keyOf(event))
  const mailsOf = (event: AnySample) =>
    stack.smtp.mails.filter(({ source }) => source.includes(callIdOf(event)))
  const httpCallsOf = (event: AnySample) =>
    stack.http.calls.filter(({ idempotencyKey }) => idempotencyKey === keyOf(event))

  /** Waits until workers have processed every event. */
  async function allDone(events: readonly AnySample[], timeout = SOON_MS): Promise<void> {
    await vi.waitFor(
      () => {
        const done = new Set(stack.processedLines().map(({ key }) => key))
        const missing = events.map(keyOf).filter((key) => !done.has(key))
        expect(missing, stack.worker().errorOutput().slice(-2000)).toEqual([])
      },
      { timeout, interval: 200 },
    )
  }

  /** The calls that are not in the CRM exactly once. */
  async function wrongInCrm(events: readonly AnySample[]): Promise<Record<string, number>> {
    const activities = await stack.activities()
    const counts = events.map((event) => [callIdOf(event), activities.get(callIdOf(event)) ?? 0] as const)
    return Object.fromEntries(counts.filter(([, count]) => count !== 1))
  }

  it('responds as an endpoint must, and processes each event once', async () => {
    const keys = await sendEveryCase(stack.url, SECRET)
    const processedKeys = () => stack.processedLines().map(({ key }) => key)
    await vi.waitFor(() => expect(processedKeys().sort()).toEqual(keys.sort()), SOON_MS)
    expect(stack.receiver().errorOutput() + stack.worker().errorOutput()).toBe('')
  })

  it('adds a job for every event, whatever its key contains', async () => {
    const batch = flatSampleEvent('batch.status.changed')
    const others = [
      batch,
      { ...batch, data: { ...batch.data, status: 'PAUSED' } },
      { ...sampleEvent('call.joined'), id: `ü /:%${'x'.repeat(500)}` },
      { event: 'org.changed', timestamp: new Date().toISOString(), data: {} },
    ]
    for (const event of others) expect(await post(event)).toBe(204)
    await allDone(others)
    for (const event of others) expect(linesOf(event)).toHaveLength(1)
  })

  const unjoined = flatSampleEvent('call.ended', { data: { end_reason: 'unjoined' } })
  const awkward = sampleEvent('call.ended', {
    data: { call: { summary: 'NUL \0, half a pair \ud83d, “quotes”' } },
  })
  const events: AnySample[] = (
    ['call.ended', 'call.failed', 'batch.completed', 'voice.training.completed'] as const
  )
    .flatMap((name): AnySample[] => [sampleEvent(name), flatSampleEvent(name)])
    .concat(sampleEvent('call.completed'), unjoined, awkward)
  const ofType = (...names: string[]) => events.filter(({ event }) => names.includes(event))

  async function expectEachEffectOnce(): Promise<void> {
    const ended = ofType('call.ended', 'call.completed')
    expect(await wrongInCrm(ended)).toEqual({})
    for (const event of ended) expect(mailsOf(event)).toHaveLength(event === unjoined ? 0 : 1)
    for (const event of ofType('call.failed', 'batch.completed')) expect(httpCallsOf(event)).toHaveLength(1)
    const voices = await stack.postgres.run('SELECT voice_id FROM voices WHERE is_active')
    for (const event of ofType('voice.training.completed')) {
      expect(voices.split('\n')).toContain(eventIds(parseEvent(event)).voiceId)
    }
  }

  it('performs the actions of an event once for three deliveries, two of them simultaneous', async () => {
    for (const event of events) {
      const statuses = await Promise.all([post(event), post(event)])
      expect(statuses).toContain(204)
      for (const status of statuses) expect([204, 503]).toContain(status)
      expect(await post(event)).toBe(204)
    }
    await allDone(events)
    for (const event of events) expect(linesOf(event)).toHaveLength(1)
    await expectEachEffectOnce()
  })

  it('passes the facts of an event to each action, in either form', async () => {
    const columns = 'seconds, cost_usd, end_reason, summary, agent_id IS NOT NULL'
    const [nested, flat] = ofType('call.ended') as [AnySample, AnySample]
    const rowOf = (event: AnySample) =>
      stack.postgres.run(`SELECT ${columns} FROM crm_activities WHERE call_id = '${callIdOf(event)}'`)
    expect(await rowOf(nested)).toMatch(/^123\|0\.12\|hangup\|The caller asked .*\|t$/)
    expect(await rowOf(flat)).toBe('123|0.12|hangup||t')
    expect(await rowOf(awkward)).toContain('NUL , half a pair \ufffd, “quotes”')

    for (const event of [nested, flat]) {
      const [mail] = mailsOf(event)
      expect(mail).toMatchObject({ to: 'sales@example.com' })
      const hash = createHash('sha256').update(keyOf(event)).digest('hex')
      expect(mail?.messageId).toBe(`<${hash}@example.com>`)
      expect(mail?.source).toContain(`Subject: Follow up on call`)
    }
    for (const event of ofType('call.failed')) {
      expect(httpCallsOf(event)[0]).toMatchObject({
        path: '/alert',
        idempotencyKey: keyOf(event),
        body: { callId: callIdOf(event), errorMessage: 'The connection to the caller was lost.' },
      })
    }
    for (const event of ofType('batch.completed')) {
      expect(httpCallsOf(event)[0]).toMatchObject({
        path: '/workflow',
        body: { batchId: eventIds(parseEvent(event)).batchId, status: 'COMPLETED', completedCount: 200 },
      })
    }
  })

  /** Processes an unrelated event. */
  async function doAnother(): Promise<void> {
    const event = sampleEvent('batch.completed')
    expect(await post(event)).toBe(204)
    await allDone([event])
  }

  /** Waits until the queue has this many completed jobs. */
  const completedJobs = (count: number) =>
    vi.waitFor(async () => expect(await stack.queue.completed()).toBe(count), SOON_MS)

  it('adds no second job for an event that comes again after 71 hours and a restart', async () => {
    await stack.queue.age(71)
    const jobs = await stack.queue.completed()
    expect(await stack.receiver().end('SIGTERM')).toBe(0)
    await stack.startReceiver()
    for (const event of events) expect(await post(event)).toBe(204)
    await doAnother()
    await completedJobs(jobs + 1)
    for (const event of events) expect(linesOf(event)).toHaveLength(1)
  })

  it('performs no action again after the queue has forgotten its jobs', async () => {
    await stack.queue.forget()
    await stack.postgres.run('UPDATE voices SET is_active = NOT is_active')
    for (const event of events) expect(await post(event)).toBe(204)
    await completedJobs(events.length)
    for (const event of events) expect(linesOf(event)).toHaveLength(1)
    await stack.postgres.run('UPDATE voices SET is_active = NOT is_active')
    await expectEachEffectOnce()
  })

  it('responds within half a second', async () => {
    const times: number[] = []
    for (let i = 0; i < 100; i += 1) {
      const delivery = await signDelivery(sampleEvent('call.joined'), SECRET)
      const began = performance.now()
      const { status } = await fetch(stack.url, { method: 'POST', ...delivery })
      times.push(performance.now() - began)
      expect(status).toBe(204)
    }
    times.sort((a, b) => a - b)
    const [median = 0, highest = 0] = [times[50], times[99]]
    console.log(
      `${queueName}: 204 after ${median.toFixed(1)} ms (median), ${highest.toFixed(1)} ms (longest)`,
    )
    expect(median).toBeLessThan(500)
  })

  it('repeats a failed action with the same key', async () => {
    const event = sampleEvent('call.failed')
    stack.http.answerNext(
      async () => 500,
      async () => 503,
    )
    await post(event)
    await allDone([event])
    expect(httpCallsOf(event)).toHaveLength(3)
    expect(new Set(httpCallsOf(event).map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
  })

  it('finishes the current job when the worker is told to stop', async () => {
    const event = sampleEvent('call.failed')
    stack.http.answerNext(() => delay(2000, 204))
    await post(event)
    await vi.waitFor(() => expect(httpCallsOf(event)).toHaveLength(1), SOON_MS)
    expect(linesOf(event)).toHaveLength(0)
    expect(await stack.worker().end('SIGTERM')).toBe(0)
    expect(linesOf(event)).toHaveLength(1)
    await stack.startWorker()
  })

  it('loses nothing if the receiver is killed', async () => {
    const sender = createSender(stack.url, SECRET, TRUEDY_TIMEOUT_MS)
    const sent: AnySample[] = []
    for (let kill = 0; kill < 4; kill += 1) {
      const burst = Array.from({ length: 50 }, () => sampleEvent('call.ended'))
      const before = sender.requests()
      for (const event of burst) sender.send(event)
      sent.push(...burst)
      await vi.waitFor(() => expect(sender.requests()).toBeGreaterThan(before + 5), {
        timeout: SOON_MS,
        interval: 1,
      })
      await stack.receiver().end('SIGKILL')
      await stack.startReceiver()
    }
    await sender.finish()
    console.log(`${queueName}: 4 kills of the receiver, ${sender.broken()} requests without an answer`)
    expect(sender.broken()).toBeGreaterThan(0)
    expect(sender.givenUp()).toBe(0)
    await allDone(sent, RECOVERY_MS)
    expect(await wrongInCrm(sent)).toEqual({})
    for (const event of sent) expect(mailsOf(event)).toHaveLength(1)
  }, 200_000)

  /** Locks a table against writes, delivers events, and does something while the worker waits to write. */
  async function whileBlocked(
    table: string,
    events: readonly AnySample[],
    act: (waiting: string) => Promise<unknown>,
  ): Promise<void> {
    const { postgres } = stack
    const locker = postgres.run(`BEGIN; LOCK TABLE ${table} IN EXCLUSIVE MODE; SELECT pg_sleep(60)`)
    const locked = locker.catch(() => {})
    const sessions = (state: string) => `FROM pg_locks WHERE relation = '${table}'::regclass AND ${state}`
    const waiting = sessions('NOT granted')
    const expectAny = (which: string, answer: string) =>
      vi.waitFor(async () => expect(await postgres.run(`SELECT count(*) > 0 ${which}`)).toBe(answer), {
        timeout: SOON_MS,
        interval: 50,
      })
    await expectAny(sessions(`granted AND mode = 'ExclusiveLock'`), 't')
    for (const event of events) expect(await post(event)).toBe(204)
    await expectAny(waiting, 't')
    await act(waiting)
    await expectAny(waiting, 'f')
    await postgres.run(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()`,
    )
    await locked
  }

  it('continues after a connection was lost in the middle of a transaction', async () => {
    const event = sampleEvent('call.ended')
    const worker = stack.worker()
    await whileBlocked('crm_activities', [event], (waiting) =>
      stack.postgres.run(`SELECT pg_terminate_backend(pid) ${waiting}`),
    )
    await allDone([event])
    expect(await wrongInCrm([event])).toEqual({})
    expect(worker.isRunning()).toBe(true)
  })

  it('loses nothing and writes nothing twice if workers are killed, two of them during the same job', async () => {
    const sent = Array.from({ length: 40 }, () => sampleEvent('call.ended'))
    async function kill(): Promise<void> {
      await stack.worker().end('SIGKILL')
      expect(stack.worker().isRunning()).toBe(false)
    }
    async function startAfterwards(): Promise<void> {
      if (!IS_FULL) await stack.expireLeases()
      await stack.startWorker()
    }

    const unanswered = sampleEvent('call.failed')
    const never = () => new Promise<number>(() => {})
    stack.http.answerNext(never, never)
    expect(await post(unanswered)).toBe(204)
    await vi.waitFor(() => expect(httpCallsOf(unanswered)).toHaveLength(1), SOON_MS)
    await whileBlocked('crm_activities', sent.slice(0, 10), kill)
    await startAfterwards()
    await vi.waitFor(() => expect(httpCallsOf(unanswered)).toHaveLength(2), RECOVERY_MS)
    await whileBlocked('truedy_webhooks', sent.slice(10, 20), kill)
    await startAfterwards()
    const before = stack.processedLines().length
    for (const event of sent.slice(20)) expect(await post(event)).toBe(204)
    await vi.waitFor(() => expect(stack.processedLines().length).toBeGreaterThan(before), {
      timeout: RECOVERY_MS,
      interval: 1,
    })
    await kill()
    await startAfterwards()
    await allDone([...sent, unanswered], RECOVERY_MS)
    expect(await wrongInCrm(sent)).toEqual({})
    expect(httpCallsOf(unanswered)).toHaveLength(3)
    expect(new Set(httpCallsOf(unanswered).map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)

    const mails = sent.map(mailsOf)
    const doubled = mails.filter((each) => each.length > 1)
    console.log(`${queueName}: 3 kills of the worker, ${doubled.length} mails twice`)
    expect(mails.filter((each) => each.length === 0)).toEqual([])
    // Only the mails of current jobs can be sent twice, and mail systems can recognize them.
    expect(doubled.length).toBeLessThanOrEqual(3 * CONCURRENCY)
    for (const each of doubled) expect(new Set(each.map(({ messageId }) => messageId)).size).toBe(1)
  }, 500_000)

  it('asks for a retry while the queue is down', async () => {
    const event = sampleEvent('call.ended')
    await stack.queue.halt()
    const began = performance.now()
    expect(await post(event)).toBe(500)
    expect(performance.now() - began).toBeLessThan(TRUEDY_TIMEOUT_MS)
    await stack.queue.resume()
    await vi.waitFor(async () => expect(await post(event)).toBe(204), { timeout: SOON_MS, interval: 500 })
    await allDone([event], RECOVERY_MS)
    expect(await wrongInCrm([event])).toEqual({})
  }, 200_000)

  it("loses nothing if the queue's server is restarted or crashes", async () => {
    const programs = [stack.receiver(), stack.worker()]
    const sender = createSender(stack.url, SECRET, TRUEDY_TIMEOUT_MS)
    const sent: AnySample[] = []
    for (const signal of [undefined, stack.queue.crashSignal]) {
      const burst = Array.from({ length: 50 }, () => sampleEvent('call.ended'))
      const before = stack.processedLines().length
      for (const event of burst) sender.send(event)
      sent.push(...burst)
      await vi.waitFor(() => expect(stack.processedLines().length).toBeGreaterThan(before), {
        timeout: SOON_MS,
        interval: 5,
      })
      await stack.queue.halt(signal)
      await delay(500)
      await stack.queue.resume()
      await sender.finish()
      await delay(2000)
    }
    expect(sender.givenUp()).toBe(0)
    await allDone(sent, RECOVERY_MS)
    expect(await wrongInCrm(sent)).toEqual({})
    expect(programs.map((program) => program.isRunning())).toEqual([true, true])
  }, 300_000)
}
