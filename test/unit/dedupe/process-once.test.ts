import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type DedupeStore, isDuplicate, memoryStore, parseEvent, processOnce } from '../../../src/index.js'

const event = parseEvent({ event: 'call.ended', timestamp: 1, id: 'evt_1', data: {} })
const KEY = 'call.ended:event:evt_1'

/** A store that notes what it is asked. */
function recording(store: DedupeStore = memoryStore()) {
  const steps: string[] = []
  const recorder: DedupeStore = {
    async claim(key, lease) {
      const found = await store.claim(key, lease)
      steps.push(`claim: ${found}`)
      return found
    },
    async complete(key, lease) {
      const done = await store.complete(key, lease)
      steps.push(`complete: ${done}`)
      return done
    },
    async release(key, lease) {
      const done = await store.release(key, lease)
      steps.push(`release: ${done}`)
      return done
    },
  }
  return { store: recorder, steps }
}

function down(): never {
  throw new Error('store is down')
}

/** A promise to settle from outside. */
function deferred<Value>() {
  let resolve: (value: Value) => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('isDuplicate', () => {
  it('is false for the first caller only', async () => {
    const store = memoryStore()
    expect(await isDuplicate(event, store)).toBe(false)
    expect(await isDuplicate(event, store)).toBe(true)
    expect(await isDuplicate(event, store)).toBe(true)
  })

  it('one atomic step: is false for exactly one of many at the same moment', async () => {
    const store = memoryStore()
    const answers = await Promise.all(Array.from({ length: 100 }, () => isDuplicate(event, store)))
    expect(answers.filter((answer) => !answer)).toHaveLength(1)
  })

  it('needs only claim', async () => {
    const seen = new Set<string>()
    const claim = (key: string) => {
      const isNew = !seen.has(key)
      seen.add(key)
      return isNew ? 'claimed' : 'done'
    }
    expect(await isDuplicate(event, { claim })).toBe(false)
    expect(await isDuplicate(event, { claim })).toBe(true)
  })

  it('claims the key for the whole ttl, 72 hours by default', async () => {
    const claim = vi.fn<DedupeStore['claim']>(() => 'claimed')
    await isDuplicate(event, { claim })
    await isDuplicate(event, { claim }, { ttlMs: 1000, key: () => 'mine' })
    expect(claim.mock.calls).toEqual([
      [KEY, { owner: expect.any(String), leaseMs: 72 * 3600 * 1000 }],
      ['mine', { owner: expect.any(String), leaseMs: 1000 }],
    ])
    expect(claim.mock.calls[0]?.[1].owner).not.toBe(claim.mock.calls[1]?.[1].owner)
  })

  it('forgets after the ttl', async () => {
    const store = memoryStore()
    await isDuplicate(event, store, { ttlMs: 1000 })
    vi.advanceTimersByTime(999)
    expect(await isDuplicate(event, store, { ttlMs: 1000 })).toBe(true)
    vi.advanceTimersByTime(1)
    expect(await isDuplicate(event, store, { ttlMs: 1000 })).toBe(false)
  })

  it('does not fill a bounded store with leases that nobody works on', async () => {
    const store = memoryStore({ maxKeys: 2 })
    for (let i = 0; i < 10; i++)
      expect(await isDuplicate(event, store, { key: () => `key ${i}` })).toBe(false)
  })

  it('is false also where the store cannot complete', async () => {
    expect(await isDuplicate(event, { ...memoryStore(), complete: down })).toBe(false)
  })

  it('throws what the store throws', async () => {
    await expect(isDuplicate(event, { claim: down })).rejects.toThrow('store is down')
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1000'])('refuses a ttl of %s', async (ttlMs) => {
    await expect(isDuplicate(event, memoryStore(), { ttlMs: ttlMs as number })).rejects.toMatchObject({
      code: 'invalid_options',
    })
  })
})

describe('processOnce', () => {
  it('runs the handler once and says what it returned', async () => {
    const { store, steps } = recording()
    const handler = vi.fn(() => 42)
    expect(await processOnce(event, store, handler)).toEqual({
      status: 'processed',
      value: 42,
      recorded: true,
    })
    expect(await processOnce(event, store, handler)).toEqual({ status: 'duplicate' })
    expect(handler).toHaveBeenCalledOnce()
    expect(steps).toEqual(['claim: claimed', 'complete: true', 'claim: done'])
  })

  it('hands the handler the event, the key and a signal', async () => {
    await processOnce(event, memoryStore(), (received, context) => {
      expect(received).toBe(event)
      expect(context.key).toBe(KEY)
      expect(context.signal.aborted).toBe(false)
    })
    expect.assertions(3)
  })

  it('busy is not done: is busy for another delivery while the handler runs', async () => {
    const store = memoryStore()
    const { promise, resolve } = deferred<void>()
    const first = processOnce(event, store, () => promise)
    expect(await processOnce(event, store, () => {})).toEqual({ status: 'busy' })
    resolve()
    expect(await first).toMatchObject({ status: 'processed' })
    expect(await processOnce(event, store, () => {})).toEqual({ status: 'duplicate' })
  })

  it('one atomic step: runs one handler of a hundred deliveries at the same moment', async () => {
    const store = memoryStore()
    const handler = vi.fn()
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => processOnce(event, store, handler)))
    expect(handler).toHaveBeenCalledOnce()
    expect(outcomes.filter(({ status }) => status === 'processed')).toHaveLength(1)
  })

  it('no loss, no double: releases the event when the handler throws, and throws its error unchanged', async () => {
    const { store, steps } = recording()
    const error = new Error('CRM is down')
    await expect(
      processOnce(event, store, () => {
        throw error
      }),
    ).rejects.toBe(error)
    expect(steps).toEqual(['claim: claimed', 'release: true'])
    expect(await processOnce(event, store, () => 'again')).toMatchObject({
      status: 'processed',
      value: 'again',
    })
  })

  it('throws the error of the handler also where the release fails', async () => {
    const store = { ...memoryStore(), release: down }
    await expect(processOnce(event, store, () => Promise.reject(new Error('CRM is down')))).rejects.toThrow(
      'CRM is down',
    )
  })

  it('no loss, no double: a process that dies leaves a lease that ends', async () => {
    const store = memoryStore()
    const dead = 'owner of a process that died'
    await store.claim(KEY, { owner: dead, leaseMs: 60_000 })
    expect(await processOnce(event, store, () => {})).toEqual({ status: 'busy' })
    vi.advanceTimersByTime(60_000)
    expect(await processOnce(event, store, () => {})).toMatchObject({ status: 'processed', recorded: true })
    expect(await store.complete(KEY, { owner: dead, ttlMs: 1000 })).toBe(false)
  })

  it.each([
    ['says that the lease was lost', { complete: () => false }],
    ['says nothing', { complete: () => undefined as never }],
  ])('is processed but not recorded where the completion %s', async (_, broken) => {
    expect(await processOnce(event, { ...memoryStore(), ...broken }, () => 1)).toEqual({
      status: 'processed',
      value: 1,
      recorded: false,
    })
  })

  describe('where the completion fails', () => {
    /** A store whose `complete` fails so many times, before it does what it should. */
    function failingStore(failures: number) {
      const store = memoryStore()
      const complete = vi.fn(store.complete)
      for (let i = 0; i < failures; i++) complete.mockImplementationOnce(down)
      return { ...store, complete }
    }

    it('tries again, before Truedy stops waiting', async () => {
      const store = failingStore(7)
      const outcome = processOnce(event, store, () => 1)
      await vi.advanceTimersByTimeAsync(6400)
      expect(await outcome).toEqual({ status: 'processed', value: 1, recorded: true })
      expect(store.complete).toHaveBeenCalledTimes(8)
      expect(await processOnce(event, store, () => 1)).toEqual({ status: 'duplicate' })
    })

    it('gives up after 6.4 seconds', async () => {
      const store = failingStore(100)
      const times: number[] = []
      const startedAt = Date.now()
      const complete: DedupeStore['complete'] = (...args) => {
        times.push(Date.now() - startedAt)
        return store.complete(...args)
      }
      const outcome = processOnce(event, { ...store, complete }, () => 1)
      await vi.advanceTimersByTimeAsync(6400)
      expect(await outcome).toEqual({ status: 'processed', value: 1, recorded: false })
      expect(times).toEqual([0, 50, 150, 350, 750, 1550, 3150, 6350])
    })

    it('keeps the lease until it is recorded', async () => {
      const inner = memoryStore()
      let isDown = false
      const store: DedupeStore = {
        ...inner,
        claim: (key, lease) => (isDown ? down() : inner.claim(key, lease)),
        complete: (key, lease) => (isDown ? down() : inner.complete(key, lease)),
      }
      const work = () => {
        isDown = true
      }
      // Tried after 1.6 and after 3.2 seconds: without a renewal the lease would be over.
      const outcome = processOnce(event, store, work, { leaseMs: 3000 })
      await vi.advanceTimersByTimeAsync(2000)
      isDown = false
      await vi.advanceTimersByTimeAsync(1200)
      expect(await outcome).toMatchObject({ recorded: true })
    })

    it('asks no more when the lease was lost', async () => {
      const complete = vi.fn().mockRejectedValueOnce(new Error('store is down')).mockResolvedValue(false)
      const outcome = processOnce(event, { ...memoryStore(), complete }, () => 1)
      await vi.advanceTimersByTimeAsync(10_000)
      expect(await outcome).toMatchObject({ recorded: false })
      expect(complete).toHaveBeenCalledTimes(2)
    })
  })

  it('throws what the store throws at the claim, and runs nothing', async () => {
    const handler = vi.fn()
    await expect(processOnce(event, { ...memoryStore(), claim: down }, handler)).rejects.toThrow(
      'store is down',
    )
    expect(handler).not.toHaveBeenCalled()
  })

  it.each(['OK', true, undefined, null, 1])('does not take %s for a claim', async (answer) => {
    const handler = vi.fn()
    const store = { ...memoryStore(), claim: () => answer as never }
    await expect(processOnce(event, store, handler)).rejects.toMatchObject({ code: 'invalid_options' })
    expect(handler).not.toHaveBeenCalled()
  })

  it('remembers for 72 hours, longer than Truedy retries', async () => {
    const store = memoryStore()
    await processOnce(event, store, () => {})
    vi.advanceTimersByTime(72 * 3600 * 1000 - 1)
    expect(await processOnce(event, store, () => {})).toEqual({ status: 'duplicate' })
    vi.advanceTimersByTime(1)
    expect(await processOnce(event, store, () => {})).toMatchObject({ status: 'processed' })
  })

  it.each(['leaseMs', 'ttlMs', 'maxMs'])('refuses %s that is not positive and finite', async (name) => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(processOnce(event, memoryStore(), () => {}, { [name]: value })).rejects.toMatchObject({
        code: 'invalid_options',
      })
    }
  })

  it('takes another key', async () => {
    const store = memoryStore()
    const key = () => 'mine'
    await processOnce(event, store, (_, context) => expect(context.key).toBe('mine'), { key })
    expect(await store.claim('mine', { owner: 'x', leaseMs: 1 })).toBe('done')
  })

  describe('renews the lease', () => {
    const options = { leaseMs: 3000, maxMs: 10_000 }

    /** Runs a handler that works until told to stop. */
    function work(store: DedupeStore) {
      const { promise, resolve, reject } = deferred<string>()
      let signal = new AbortController().signal
      const outcome = processOnce(
        event,
        store,
        (_, context) => {
          signal = context.signal
          return promise
        },
        options,
      )
      outcome.catch(() => {})
      return { outcome, resolve, reject, signal: () => signal }
    }

    it('every third of its length, while the handler runs', async () => {
      const { store, steps } = recording()
      const { outcome, resolve } = work(store)
      await vi.advanceTimersByTimeAsync(8000)
      expect(steps).toEqual(Array(9).fill('claim: claimed'))
      expect(await store.claim(KEY, { owner: 'other', leaseMs: 1 })).toBe('busy')
      resolve('done')
      expect(await outcome).toEqual({ status: 'processed', value: 'done', recorded: true })
      await vi.advanceTimersByTimeAsync(60_000)
      expect(steps.at(-1)).toBe('complete: true')
      expect(vi.getTimerCount()).toBe(0)
    })

    it('no longer than maxMs: then the signal is aborted, and another worker may have it', async () => {
      const { store } = recording()
      const { outcome, resolve, signal } = work(store)
      await vi.advanceTimersByTimeAsync(9999)
      expect(signal().aborted).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      expect(signal().aborted).toBe(true)
      expect(signal().reason).toHaveProperty('message', expect.stringContaining('lease'))
      expect(vi.getTimerCount()).toBe(0)
      await vi.advanceTimersByTimeAsync(3000)
      expect(await processOnce(event, store, () => 'other')).toMatchObject({
        status: 'processed',
        value: 'other',
      })
      resolve('late')
      expect(await outcome).toEqual({ status: 'processed', value: 'late', recorded: false })
    })

    it('and aborts the signal when another worker took it', async () => {
      let owners = 0
      const inner = memoryStore()
      const store: DedupeStore = {
        ...inner,
        claim: (key, lease) => (++owners > 2 ? 'busy' : inner.claim(key, lease)),
      }
      const { resolve, signal, outcome } = work(store)
      await vi.advanceTimersByTimeAsync(1999)
      expect(signal().aborted).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      expect(signal().aborted).toBe(true)
      resolve('late')
      await outcome
    })

    it('through a store that is down for a moment', async () => {
      const inner = memoryStore()
      let isDown = false
      const store: DedupeStore = {
        ...inner,
        claim: (key, lease) => (isDown ? down() : inner.claim(key, lease)),
      }
      const { outcome, resolve, signal } = work(store)
      await vi.advanceTimersByTimeAsync(500)
      isDown = true
      await vi.advanceTimersByTimeAsync(2400)
      isDown = false
      await vi.advanceTimersByTimeAsync(3000)
      expect(signal().aborted).toBe(false)
      resolve('done')
      expect(await outcome).toMatchObject({ recorded: true })
    })

    it('and gives it up for lost when the store stays down', async () => {
      const inner = memoryStore()
      let isDown = false
      const store: DedupeStore = {
        ...inner,
        claim: (key, lease) => (isDown ? Promise.reject(new Error('down')) : inner.claim(key, lease)),
      }
      const { outcome, resolve, signal } = work(store)
      await vi.advanceTimersByTimeAsync(0)
      isDown = true
      await vi.advanceTimersByTimeAsync(2999)
      expect(signal().aborted).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      expect(signal().aborted).toBe(true)
      resolve('late')
      await outcome
      expect(vi.getTimerCount()).toBe(0)
    })

    it('and gives it up for lost when the store hangs', async () => {
      const inner = memoryStore()
      let claims = 0
      const store: DedupeStore = {
        ...inner,
        claim: (key, lease) => (++claims > 1 ? new Promise(() => {}) : inner.claim(key, lease)),
      }
      const { signal } = work(store)
      await vi.advanceTimersByTimeAsync(3000)
      expect(signal().aborted).toBe(true)
    })

    it('never after the release: a renewal that is under way is awaited', async () => {
      const inner = memoryStore()
      const { promise: slow, resolve: answer } = deferred<void>()
      let claims = 0
      const store: DedupeStore = {
        ...inner,
        async claim(key, lease) {
          if (++claims === 2) await slow
          return inner.claim(key, lease)
        },
      }
      const { outcome, reject } = work(store)
      await vi.advanceTimersByTimeAsync(1000)
      expect(claims).toBe(2)
      reject(new Error('CRM is down'))
      await vi.advanceTimersByTimeAsync(100)
      answer()
      await expect(outcome).rejects.toThrow('CRM is down')
      expect(await inner.claim(KEY, { owner: 'next', leaseMs: 1 })).toBe('claimed')
      expect(vi.getTimerCount()).toBe(0)
    })

    it('never after the end, also where the renewal that was under way fails', async () => {
      const { promise: slow, reject: fail } = deferred<never>()
      let claims = 0
      const store: DedupeStore = { ...memoryStore(), claim: () => (++claims === 2 ? slow : 'claimed') }
      const { outcome, resolve } = work(store)
      await vi.advanceTimersByTimeAsync(1000)
      resolve('done')
      await vi.advanceTimersByTimeAsync(0)
      fail(new Error('down'))
      await outcome
      await vi.advanceTimersByTimeAsync(10_000)
      expect(claims).toBe(2)
      expect(vi.getTimerCount()).toBe(0)
    })

    it('where timers are numbers', async () => {
      vi.useRealTimers()
      const numbers = vi.spyOn(globalThis, 'setTimeout').mockImplementation((() => 1) as never)
      const outcome = await processOnce(event, memoryStore(), () => 'done')
      numbers.mockRestore()
      expect(outcome).toMatchObject({ value: 'done' })
    })

    it('with timers that keep no process alive', async () => {
      vi.useRealTimers()
      const setTimer = vi.spyOn(globalThis, 'setTimeout')
      await processOnce(event, memoryStore(), () => {}, { leaseMs: 1e15, maxMs: 1e15 })
      const timers = setTimer.mock.results.map(({ value }) => value as NodeJS.Timeout)
      expect(timers).toHaveLength(3)
      for (const timer of timers) expect(timer.hasRef()).toBe(false)
      for (const [, delay] of setTimer.mock.calls) expect(delay).toBeLessThanOrEqual(2 ** 31 - 1)
      setTimer.mockRestore()
    })
  })
})
