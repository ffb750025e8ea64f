/**
 * Every step of a store, with every fault, for every way a handler can end. The response comes in time and has the
 * right status. The handler's error is reported before any cleanup, and the store's error is reported, too. No event
 * is lost, and no rejection is unhandled. The test moves the clock.
 */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createReceiver, type DedupeStore, memoryStore, type Outcome } from '../../../src/index.js'
import { sampleEvent, signDelivery } from '../../../src/testing/index.js'

const SECRET = 'whsec_faults'
/** Truedy gives up after 10 s: the response must be on its way a second earlier. */
const DEADLINE_MS = 9000
const LEASE_MS = 3000
const HANDLER_TIMEOUT_MS = 2000

const STEPS = ['claim', 'renew', 'complete', 'release'] as const
type StepName = (typeof STEPS)[number]

/** What a store does instead of its step. `act` performs the step. */
const FAULTS: Readonly<Record<string, (act: () => unknown) => unknown>> = {
  rejects: () => Promise.reject(new Error('the store is down')),
  throws: () => {
    throw new Error('the store is down')
  },
  'never settles': () => new Promise(() => {}),
  'responds late': (act) => new Promise((resolve) => setTimeout(() => resolve(act()), 4000)),
  'returns an invalid value': () => 'nonsense',
  'succeeds but never responds': (act) => {
    act()
    return new Promise(() => {})
  },
  'succeeds but loses the connection': (act) => {
    act()
    return Promise.reject(new Error('the connection was lost'))
  },
}

/** How a handler ends. It takes long enough for one renewal. */
const HANDLERS = {
  succeeds: () => new Promise<void>((resolve) => setTimeout(resolve, 1500)),
  throws: () =>
    new Promise<void>((_, reject) => setTimeout(() => reject(new Error('the CRM is down')), 1500)),
  'never settles': () => new Promise<void>(() => {}),
}
type HandlerName = keyof typeof HANDLERS

/** A store with a fault in one step, either always or only the first time. */
function faultyStore(
  sound: DedupeStore,
  step: StepName,
  fault: (act: () => unknown) => unknown,
  isOnce: boolean,
) {
  let isFaulty = true
  const calls: string[] = []
  const store = Object.fromEntries(
    STEPS.map((name) => [
      name,
      (key: string, lease: { owner: string; leaseMs: number; ttlMs: number }) => {
        calls.push(name)
        const act = () => sound[name](key, lease)
        if (name !== step || !isFaulty) return act()
        isFaulty = !isOnce
        return fault(act)
      },
    ]),
  )
  // `Object.fromEntries` loses the names: the four steps are those of a store.
  return { store: store as unknown as DedupeStore, calls }
}

const cases = STEPS.flatMap((step) =>
  Object.keys(FAULTS).flatMap((fault) =>
    // The keys of HANDLERS.
    (Object.keys(HANDLERS) as HandlerName[]).flatMap((handler) =>
      [true, false].map((isOnce) => ({ step, fault, handler, isOnce, when: isOnce ? 'once' : 'always' })),
    ),
  ),
)

const unhandled: unknown[] = []
const onUnhandled = (reason: unknown) => unhandled.push(reason)

beforeEach(() => {
  vi.useFakeTimers()
  process.on('unhandledRejection', onUnhandled)
})
afterEach(() => {
  vi.useRealTimers()
  process.off('unhandledRejection', onUnhandled)
})

describe.each(cases)('if $step $fault $when and the handler $handler', ({ step, fault, handler, isOnce }) => {
  const run = async () => {
    const sound = memoryStore()
    const { store, calls } = faultyStore(
      sound,
      step,
      FAULTS[fault] as (act: () => unknown) => unknown,
      isOnce,
    )
    const outcomes: (Outcome & { readonly callsBefore: number })[] = []
    let started = 0
    let finished = 0
    const receive = createReceiver({
      secret: SECRET,
      store,
      leaseMs: LEASE_MS,
      handlerTimeoutMs: HANDLER_TIMEOUT_MS,
      onEvent: async () => {
        started += 1
        await HANDLERS[handler]()
        finished += 1
      },
      onOutcome: (outcome) => void outcomes.push({ ...outcome, callsBefore: calls.length }),
    })
    const deliver = async () => ({ method: 'POST', ...(await signDelivery(event, SECRET)) })
    const event = sampleEvent('call.ended')
    const request = await deliver()
    const sentAt = Date.now()
    let answeredAt = Number.NaN
    const replying = receive(request).then((reply) => {
      answeredAt = Date.now()
      return reply
    })
    await vi.advanceTimersByTimeAsync(30_000)
    const reply = await replying
    return {
      reply,
      tookMs: answeredAt - sentAt,
      outcomes,
      calls,
      sound,
      deliver,
      counts: () => ({ started, finished }),
      store,
    }
  }

  it('responds in time with the right status, and reports the outcome', async () => {
    unhandled.length = 0
    const { reply, tookMs, outcomes, calls, counts } = await run()
    expect(tookMs).toBeLessThanOrEqual(DEADLINE_MS)
    expect(outcomes).toHaveLength(1)
    const [outcome] = outcomes
    const claimFails = step === 'claim'
    if (claimFails) {
      expect(reply.status).toBe(500)
      expect(counts().started).toBe(0)
      expect(outcome).toMatchObject({ status: 'failed', error: expect.any(Error), key: expect.any(String) })
    } else if (handler === 'succeeds') {
      expect(reply.status).toBe(204)
      expect(outcome).toMatchObject({ status: 'processed' })
      const isRecorded = step !== 'complete' || isOnce
      expect(outcome).toMatchObject({
        recorded: isRecorded,
        ...(!isRecorded && { recordError: expect.any(Error) }),
      })
      expect(calls.filter((call) => call === 'release')).toEqual([])
    } else if (handler === 'throws') {
      expect(reply.status).toBe(500)
      expect(outcome).toMatchObject({ status: 'failed', error: new Error('the CRM is down') })
      // The outcome is reported before any cleanup.
      expect(calls.slice(0, outcome?.callsBefore)).not.toContain('release')
      expect(calls).toContain('release')
    } else {
      expect(reply.status).toBe(503)
      expect(outcome).toMatchObject({ status: 'failed', error: { code: 'handler_timeout' } })
      expect(calls).not.toContain('release')
    }
    await vi.advanceTimersByTimeAsync(0)
    vi.useRealTimers()
    await new Promise(setImmediate)
    expect(unhandled).toEqual([])
  })

  it('processes on the next delivery whatever was not acknowledged', async () => {
    const { reply, sound, deliver, counts } = await run()
    const { finished } = counts()
    if (reply.status === 204) return expect(finished).toBe(1)
    // By now the first lease has expired, the store works, and the handler succeeds.
    await vi.advanceTimersByTimeAsync(LEASE_MS)
    let again = 0
    const receive = createReceiver({ secret: SECRET, store: sound, onEvent: () => void again++ })
    const { status } = await receive(await deliver())
    expect([status, again + finished]).toEqual([204, 1])
  })
})
