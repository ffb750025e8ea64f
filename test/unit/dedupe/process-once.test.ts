import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type DedupeStore, memoryStore, parseEvent, processOnce } from '../../../src/index.js'
import { deferred, down, recording } from '../support/stores.js'

const event = parseEvent({ event: 'call.ended', timestamp: 1, data: { call_id: 'c1' } })
const KEY = 'call.ended:call:c1'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('processOnce', () => {
  it('runs the handler once and returns its value', async () => {
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

  it('passes the event, the key and a signal to the handler', async () => {
    await processOnce(event, memoryStore(), (received, context) => {
      expect(received).toBe(event)
      expect(context.key).toBe(KEY)
      expect(context.signal.aborted).toBe(false)
    })
    expect.assertions(3)
  })

  it('returns busy for another delivery while the handler runs', async () => {
    const store = memoryStore()
    const { promise, resolve } = deferred<void>()
    const first = processOnce(event, store, () => promise)
    expect(await processOnce(event, store, () => {})).toEqual({ status: 'busy' })
    resolve()
    expect(await first).toMatchObject({ status: 'processed' })
    expect(await processOnce(event, store, () => {})).toEqual({ status: 'duplicate' })
  })

  it('runs the handler once for 100 concurrent deliveries', async () => {
    const store = memoryStore()
    const handler = vi.fn()
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => processOnce(event, store, handler)))
    expect(handler).toHaveBeenCalledOnce()
    expect(outcomes.filter(({ status }) => status === 'processed')).toHaveLength(1)
  })

  it('releases the event if the handler throws, and rethrows the error unchanged', async () => {
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

  it('releases the event if the handler throws `undefined`', async () => {
    const { store, steps } = recording()
    await expect(processOnce(event, store, () => Promise.reject())).rejects.toBeUndefined()
    expect(steps).toEqual(['claim: claimed', 'release: true'])
  })

  it.each<[string, DedupeStore['release']]>([
    ['fails', down],
    ['never settles', () => new Promise<never>(() => {})],
  ])('throws the error of the handler even if the release %s', async (_, release) => {
    const outcome = processOnce(event, { ...memoryStore(), release }, () =>
      Promise.reject(new Error('CRM is down')),
    )
    outcome.catch(() => {})
    await vi.advanceTimersByTimeAsync(10_000)
    await expect(outcome).rejects.toThrow('CRM is down')
  })

  it('processes an event after the lease of a crashed process has expired', async () => {
    const store = memoryStore()
    const dead = 'owner of a process that died'
    await store.claim(KEY, { owner: dead, leaseMs: 60_000 })
    expect(await processOnce(event, store, () => {})).toEqual({ status: 'busy' })
    vi.advanceTimersByTime(60_000)
    expect(await processOnce(event, store, () => {})).toMatchObject({ status: 'processed', recorded: true })
    expect(await store.release(KEY, { owner: dead })).toBe(false)
  })

  it.each<[string, Partial<DedupeStore>, string]>([
    ['reports that another worker holds the event', { complete: () => false }, 'another worker'],
    [
      'returns undefined',
      { complete: () => undefined as never },
      "store.complete's result must be true or false",
    ],
    ['keeps failing', { complete: down }, 'store is down'],
    ['never settles', { complete: () => new Promise<never>(() => {}) }, 'did not finish within'],
  ])('returns processed but not recorded, with the reason, if complete %s', async (_, broken, message) => {
    const outcome = processOnce(event, { ...memoryStore(), ...broken }, () => 1)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await outcome).toEqual({
      status: 'processed',
      value: 1,
      recorded: false,
      recordError: expect.objectContaining({ message: expect.stringContaining(message) }),
    })
  })

  describe('if complete fails', () => {
    /** A store whose `complete` fails `failures` times before it works. */
    function failingStore(failures: number) {
      const store = memoryStore()
      const complete = vi.fn(store.complete)
      for (let i = 0; i < failures; i++) complete.mockImplementationOnce(down)
      return { ...store, complete }
    }

    it('tries again for six seconds, and waits 50 ms longer each time', async () => {
      const store = failingStore(100)
      const times: number[] = []
      const startedAt = Date.now()
      const complete: DedupeStore['complete'] = (...args) => {
        times.push(Date.now() - startedAt)
        return store.complete(...args)
      }
      const outcome = processOnce(event, { ...store, complete }, () => 1)
      await vi.advanceTimersByTimeAsync(6000)
      expect(await outcome).toMatchObject({ status: 'processed', value: 1, recorded: false })
      expect(times).toEqual([0, 50, 150, 300, 500, 750, 1050, 1400, 1800, 2250, 2750, 3300, 3900, 4550, 5250])
    })

    it('returns recorded after the first attempt that succeeds', async () => {
      const store = failingStore(6)
      const outcome = processOnce(event, store, () => 1)
      await vi.advanceTimersByTimeAsync(6000)
      expect(await outcome).toEqual({ status: 'processed', value: 1, recorded: true })
      expect(await processOnce(event, store, () => 1)).toEqual({ status: 'duplicate' })
    })

    it('returns recorded if only the response was lost', async () => {
      const store = memoryStore()
      const complete = vi.fn(store.complete).mockImplementationOnce((...args) => {
        store.complete(...args)
        return new Promise<never>(() => {})
      })
      const outcome = processOnce(event, { ...store, complete }, () => 1)
      await vi.advanceTimersByTimeAsync(4000)
      expect(await outcome).toMatchObject({ recorded: true })
      expect(complete).toHaveBeenCalledTimes(2)
    })

    it('returns recorded after the lease has expired if nobody else claims the event', async () => {
      const store = failingStore(6)
      const outcome = processOnce(event, store, () => 1, { leaseMs: 100 })
      await vi.advanceTimersByTimeAsync(6000)
      expect(await outcome).toMatchObject({ recorded: true })
    })

    it('stops trying once another worker holds the event', async () => {
      const complete = vi.fn().mockRejectedValueOnce(new Error('store is down')).mockResolvedValue(false)
      const outcome = processOnce(event, { ...memoryStore(), complete }, () => 1)
      await vi.advanceTimersByTimeAsync(10_000)
      expect(await outcome).toMatchObject({ recorded: false })
      expect(complete).toHaveBeenCalledTimes(2)
    })
  })

  it('gives up a claim that times out, and releases the event if the claim succeeds late', async () => {
    const inner = memoryStore()
    const handler = vi.fn()
    const claim: DedupeStore['claim'] = async (key, lease) => {
      await new Promise((resolve) => setTimeout(resolve, 5000))
      return inner.claim(key, lease)
    }
    const outcome = processOnce(event, { ...inner, claim }, handler)
    outcome.catch(() => {})
    await vi.advanceTimersByTimeAsync(3000)
    await expect(outcome).rejects.toMatchObject({
      code: 'step_timeout',
      message: expect.stringContaining('store.claim did not finish within 3000 ms'),
    })
    await vi.advanceTimersByTimeAsync(3000)
    expect(handler).not.toHaveBeenCalled()
    expect(await processOnce(event, inner, handler)).toMatchObject({ status: 'processed' })
  })

  it.each(['busy', 'done'] as const)(
    'releases nothing if a claim that timed out returns %s late',
    async (late) => {
      const release = vi.fn(() => true)
      const claim = async () => {
        await new Promise((resolve) => setTimeout(resolve, 5000))
        return late
      }
      const outcome = processOnce(event, { ...memoryStore(), claim, release }, () => {})
      outcome.catch(() => {})
      await vi.advanceTimersByTimeAsync(6000)
      await expect(outcome).rejects.toMatchObject({ code: 'step_timeout' })
      expect(release).not.toHaveBeenCalled()
    },
  )

  it('waits stepTimeoutMs for a step', async () => {
    const store = { ...memoryStore(), claim: () => new Promise<never>(() => {}) }
    const outcome = processOnce(event, store, () => {}, { stepTimeoutMs: 200 })
    outcome.catch(() => {})
    await vi.advanceTimersByTimeAsync(200)
    await expect(outcome).rejects.toMatchObject({ code: 'step_timeout' })
  })

  it('throws the error of claim without running the handler', async () => {
    const handler = vi.fn()
    await expect(processOnce(event, { ...memoryStore(), claim: down }, handler)).rejects.toThrow(
      'store is down',
    )
    expect(handler).not.toHaveBeenCalled()
  })

  it.each(['OK', true, undefined, null, 1])('rejects %s as the result of claim', async (answer) => {
    const handler = vi.fn()
    const store = { ...memoryStore(), claim: () => answer as never }
    await expect(processOnce(event, store, handler)).rejects.toMatchObject({ code: 'invalid_options' })
    expect(handler).not.toHaveBeenCalled()
  })

  it('leases an event for 60 seconds by default', async () => {
    const claim = vi.fn<DedupeStore['claim']>(() => 'busy')
    await processOnce(event, { ...memoryStore(), claim }, () => {})
    expect(claim).toHaveBeenCalledWith(KEY, expect.objectContaining({ leaseMs: 60_000 }))
  })

  it('rejects a scope that is not a string, and names it', async () => {
    const options = { scope: 5 } as never
    await expect(processOnce(event, memoryStore(), () => {}, options)).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining('scope must be'),
    })
  })

  it('remembers an event for 72 hours by default, longer than Truedy retries', async () => {
    const store = memoryStore()
    await processOnce(event, store, () => {})
    vi.advanceTimersByTime(72 * 3600 * 1000 - 1)
    expect(await processOnce(event, store, () => {})).toEqual({ status: 'duplicate' })
    vi.advanceTimersByTime(1)
    expect(await processOnce(event, store, () => {})).toMatchObject({ status: 'processed' })
  })

  it.each(['leaseMs', 'ttlMs', 'handlerTimeoutMs', 'stepTimeoutMs'])(
    'rejects an invalid %s',
    async (name) => {
      for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(processOnce(event, memoryStore(), () => {}, { [name]: value })).rejects.toMatchObject({
          code: 'invalid_options',
        })
      }
    },
  )

  it('uses the key of its `key` function', async () => {
    const store = memoryStore()
    const key = () => 'mine'
    await processOnce(event, store, (_, context) => expect(context.key).toBe('mine'), { key })
    expect(await store.claim('mine', { owner: 'x', leaseMs: 1 })).toBe('done')
  })

  it('processes the event once for each scope if endpoints share a store', async () => {
    const store = memoryStore()
    const keys: string[] = []
    for (const scope of ['a', 'b', undefined]) {
      const run = () => processOnce(event, store, (_, { key }) => void keys.push(key), { scope })
      expect(await run()).toMatchObject({ status: 'processed' })
      expect(await run()).toEqual({ status: 'duplicate' })
    }
    expect(keys).toEqual([`@a/${KEY}`, `@b/${KEY}`, KEY])
  })

  it.each<[string, unknown[], string]>([
    ['a store that is null', [event, null, () => {}], 'store must be an object (got null).'],
    [
      'a store without renew',
      [event, { ...memoryStore(), renew: undefined }, () => {}],
      'store.renew must be a function (got undefined).',
    ],
    ['no handler', [event, memoryStore()], 'handler must be a function (got undefined).'],
    [
      'options that are null',
      [event, memoryStore(), () => {}, null],
      'options must be an object (got null).',
    ],
    ['an option of 1.0.0', [event, memoryStore(), () => {}, { maxMs: 5 }], 'Unknown option "maxMs".'],
    ['an asynchronous key', [event, memoryStore(), () => {}, { key: async () => 'x' }], '(got Promise).'],
  ])('rejects %s', async (_, args, message) => {
    const call = processOnce as unknown as (...args: unknown[]) => Promise<unknown>
    await expect(call(...args)).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining(message),
    })
  })

  describe('the lease of processOnce', () => {
    /** Runs a handler that works until it is told to stop. */
    function work(store: DedupeStore, options: object = {}) {
      const { promise, resolve, reject } = deferred<string>()
      let signal = new AbortController().signal
      const handler = (_: unknown, context: { signal: AbortSignal }) => {
        signal = context.signal
        return promise
      }
      const outcome = processOnce(event, store, handler, { leaseMs: 3000, ...options })
      outcome.catch(() => {})
      return { outcome, resolve, reject, signal: () => signal }
    }

    it('is renewed every third of its length while the handler runs, and not afterward', async () => {
      const { store, steps } = recording()
      const { outcome, resolve } = work(store)
      await vi.advanceTimersByTimeAsync(8000)
      expect(steps).toEqual(['claim: claimed', ...Array(steps.length - 1).fill('renew: true')])
      expect(steps.length).toBeGreaterThan(6)
      expect(await store.claim(KEY, { owner: 'other', leaseMs: 1 })).toBe('busy')
      resolve('done')
      expect(await outcome).toEqual({ status: 'processed', value: 'done', recorded: true })
      await vi.advanceTimersByTimeAsync(60_000)
      expect(steps.at(-1)).toBe('complete: true')
      expect(vi.getTimerCount()).toBe(0)
    })

    it('is renewed until handlerTimeoutMs; then processOnce rejects, the signal is aborted, and the lease expires', async () => {
      const { store, steps } = recording()
      const { outcome, signal } = work(store, { handlerTimeoutMs: 10_000 })
      await vi.advanceTimersByTimeAsync(9999)
      expect(signal().aborted).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      expect(signal().aborted).toBe(true)
      await expect(outcome).rejects.toMatchObject({
        code: 'handler_timeout',
        status: 503,
        message: expect.stringContaining('handlerTimeoutMs (10000)'),
      })
      expect(signal().reason).toMatchObject({ code: 'handler_timeout' })
      expect(steps).not.toContain('release: true')
      expect(await processOnce(event, store, () => {})).toEqual({ status: 'busy' })
      expect(vi.getTimerCount()).toBe(0)
      await vi.advanceTimersByTimeAsync(3000)
      expect(await processOnce(event, store, () => 'other')).toMatchObject({ value: 'other' })
    })

    it.each([
      ['be marked done if the handler succeeds while the lease is held', 1000, 'duplicate'],
      ['be processed again if the handler succeeds after it expired', 4000, 'processed'],
    ])('lets an event whose handler timed out %s', async (_, lateMs, status) => {
      const store = memoryStore()
      const { outcome, resolve } = work(store, { handlerTimeoutMs: 10_000 })
      await vi.advanceTimersByTimeAsync(10_000)
      await expect(outcome).rejects.toMatchObject({ code: 'handler_timeout' })
      await vi.advanceTimersByTimeAsync(lateMs)
      resolve('late')
      await vi.advanceTimersByTimeAsync(0)
      expect(await processOnce(event, store, () => {})).toMatchObject({ status })
    })

    it('causes no unhandled rejection if the handler fails after its timeout', async () => {
      const { outcome, reject } = work(memoryStore(), { handlerTimeoutMs: 10_000 })
      await vi.advanceTimersByTimeAsync(10_000)
      await expect(outcome).rejects.toMatchObject({ code: 'handler_timeout' })
      // vitest fails on an unhandled rejection.
      reject(new Error('late'))
      await vi.advanceTimersByTimeAsync(0)
    })

    it('is not claimed back once it was lost and released', async () => {
      const inner = memoryStore()
      let owner = ''
      const claim: DedupeStore['claim'] = (key, lease) => {
        owner = lease.owner
        return inner.claim(key, lease)
      }
      const { store, steps } = recording({ ...inner, claim })
      const { signal } = work(store)
      await vi.advanceTimersByTimeAsync(0)
      inner.release(KEY, { owner })
      await vi.advanceTimersByTimeAsync(1200)
      expect(signal().aborted).toBe(true)
      expect(steps).toEqual(['claim: claimed', 'renew: false'])
      expect(await inner.claim(KEY, { owner: 'other', leaseMs: 1 })).toBe('claimed')
    })

    it('is renewed by one call at a time, however long the store takes', async () => {
      let running = 0
      const most: number[] = []
      const renew = async () => {
        most.push(++running)
        await new Promise((resolve) => setTimeout(resolve, 800))
        running -= 1
        return true
      }
      const { outcome, resolve } = work({ ...memoryStore(), renew })
      await vi.advanceTimersByTimeAsync(5000)
      expect(most.length).toBeGreaterThan(2)
      expect(Math.max(...most)).toBe(1)
      resolve('done')
      await outcome
    })

    it('is not renewed any more once the handler has ended', async () => {
      const renew = vi.fn(() => true)
      const { outcome, resolve } = work({ ...memoryStore(), renew })
      await vi.advanceTimersByTimeAsync(500)
      resolve('done')
      await outcome
      await vi.advanceTimersByTimeAsync(10_000)
      expect(renew).not.toHaveBeenCalled()
    })

    it.each([false, undefined, null, 'OK', 1])('aborts the signal once renew returns %o', async (answer) => {
      const store = { ...memoryStore(), renew: () => answer as boolean }
      const { resolve, signal, outcome } = work(store)
      await vi.advanceTimersByTimeAsync(999)
      expect(signal().aborted).toBe(false)
      await vi.advanceTimersByTimeAsync(200)
      expect(signal().aborted).toBe(true)
      expect(signal().reason).toHaveProperty('message', expect.stringContaining('lost'))
      resolve('late')
      await outcome
    })

    it('survives a store that is down for a moment', async () => {
      const inner = memoryStore()
      let isDown = false
      const store: DedupeStore = {
        ...inner,
        renew: (key, lease) => (isDown ? down() : inner.renew(key, lease)),
      }
      const { outcome, resolve, signal } = work(store)
      await vi.advanceTimersByTimeAsync(500)
      isDown = true
      await vi.advanceTimersByTimeAsync(2200)
      isDown = false
      await vi.advanceTimersByTimeAsync(3000)
      expect(signal().aborted).toBe(false)
      resolve('done')
      expect(await outcome).toMatchObject({ recorded: true })
    })

    it.each([
      ['always fails', () => Promise.reject(new Error('down')), new Error('down')],
      ['never settles', () => new Promise<never>(() => {}), undefined],
    ])('aborts the signal when it expires because renew %s', async (_, renew, cause) => {
      const { outcome, resolve, signal } = work({ ...memoryStore(), renew })
      await vi.advanceTimersByTimeAsync(2990)
      expect(signal().aborted).toBe(false)
      await vi.advanceTimersByTimeAsync(10)
      expect(signal().aborted).toBe(true)
      expect(signal().reason.message).toContain('expired')
      expect(signal().reason.cause).toEqual(cause)
      resolve('late')
      await outcome
    })

    it('is renewed once a third of its length has passed, to the millisecond', async () => {
      const renew = vi.fn(() => true)
      work({ ...memoryStore(), renew }, { leaseMs: 60_000 })
      await vi.advanceTimersByTimeAsync(19_999)
      expect(renew).not.toHaveBeenCalled()
      await vi.advanceTimersByTimeAsync(1)
      expect(renew).toHaveBeenCalledTimes(1)
    })

    it('expires with the reason of the last renewal that took too long', async () => {
      const store = { ...memoryStore(), renew: () => new Promise<never>(() => {}) }
      const { signal } = work(store, { stepTimeoutMs: 500 })
      await vi.advanceTimersByTimeAsync(3000)
      expect(signal().reason.cause.message).toContain('store.renew did not finish within 500 ms')
    })

    it('expires without the error of an earlier renewal as the cause if a later renewal succeeded', async () => {
      const inner = memoryStore()
      let renewals = 0
      const renew: DedupeStore['renew'] = (key, lease) => {
        if (++renewals === 1) throw new Error('down')
        return inner.renew(key, lease)
      }
      const { signal } = work({ ...inner, renew })
      await vi.advanceTimersByTimeAsync(2000)
      vi.setSystemTime(Date.now() + 3_600_000)
      await vi.advanceTimersByTimeAsync(200)
      expect(renewals).toBeGreaterThan(1)
      expect(signal().reason.message).toContain('expired')
      expect(signal().reason.cause).toBe(undefined)
    })

    it('is counted from before the claim, so that a slow claim shortens it', async () => {
      const inner = memoryStore()
      const renew = vi.fn<DedupeStore['renew']>(() => Promise.reject(new Error('down')))
      const claim: DedupeStore['claim'] = async (key, lease) => {
        const found = await inner.claim(key, lease)
        await new Promise((resolve) => setTimeout(resolve, 2500))
        return found
      }
      const { signal } = work({ ...inner, claim, renew })
      await vi.advanceTimersByTimeAsync(3200)
      expect(signal().aborted).toBe(true)
    })

    it('is counted from before a renewal', async () => {
      const inner = memoryStore()
      let renewals = 0
      const renew: DedupeStore['renew'] = async (key, lease) => {
        if (++renewals > 1) throw new Error('down')
        const isRenewed = await inner.renew(key, lease)
        await new Promise((resolve) => setTimeout(resolve, 1500))
        return isRenewed
      }
      const { signal } = work({ ...inner, renew })
      // The renewal starts after 1 s, so that the lease lasts until 4 s, however long the response takes.
      await vi.advanceTimersByTimeAsync(3900)
      expect(signal().aborted).toBe(false)
      await vi.advanceTimersByTimeAsync(400)
      expect(signal().aborted).toBe(true)
    })

    it('expires during a sleep of the machine, by the wall clock', async () => {
      const { signal } = work(memoryStore())
      await vi.advanceTimersByTimeAsync(500)
      vi.setSystemTime(Date.now() + 3_600_000)
      await vi.advanceTimersByTimeAsync(200)
      expect(signal().aborted).toBe(true)
    })

    it('survives a wall clock that is set back', async () => {
      const { signal, resolve, outcome } = work(memoryStore())
      vi.setSystemTime(Date.now() - 3_600_000)
      await vi.advanceTimersByTimeAsync(8000)
      expect(signal().aborted).toBe(false)
      resolve('done')
      expect(await outcome).toMatchObject({ recorded: true })
    })

    it('does not abort the signal after the handler succeeded', async () => {
      const { promise: slow, resolve: answer } = deferred<boolean>()
      const { promise: slower, resolve: complete } = deferred<boolean>()
      const { outcome, resolve, signal } = work({
        ...memoryStore(),
        renew: () => slow,
        complete: () => slower,
      })
      await vi.advanceTimersByTimeAsync(1200)
      resolve('done')
      await vi.advanceTimersByTimeAsync(0)
      answer(false)
      await vi.advanceTimersByTimeAsync(2000)
      complete(true)
      await outcome
      await vi.advanceTimersByTimeAsync(10_000)
      expect(signal().aborted).toBe(false)
      expect(vi.getTimerCount()).toBe(0)
    })

    it('is not claimed back by a renewal that was pending at the release', async () => {
      const inner = memoryStore()
      const { promise: slow, resolve: answer } = deferred<void>()
      const renew: DedupeStore['renew'] = async (key, lease) => {
        await slow
        return inner.renew(key, lease)
      }
      const { outcome, reject } = work({ ...inner, renew })
      await vi.advanceTimersByTimeAsync(1200)
      reject(new Error('CRM is down'))
      await expect(outcome).rejects.toThrow('CRM is down')
      answer()
      await vi.advanceTimersByTimeAsync(0)
      expect(await inner.claim(KEY, { owner: 'next', leaseMs: 1 })).toBe('claimed')
    })

    it('works in runtimes whose timers are numbers', async () => {
      vi.useRealTimers()
      const numbers = vi.spyOn(globalThis, 'setTimeout').mockImplementation((() => 1) as never)
      const outcome = await processOnce(event, memoryStore(), () => 'done')
      numbers.mockRestore()
      expect(outcome).toMatchObject({ value: 'done' })
    })

    it('has timers that do not keep the process alive while the handler runs', async () => {
      vi.useRealTimers()
      const setTimer = vi.spyOn(globalThis, 'setTimeout')
      await processOnce(event, memoryStore(), () => setTimer.mock.calls.length, {
        leaseMs: 1e15,
        handlerTimeoutMs: 1e15,
      })
      for (const [, delay] of setTimer.mock.calls) expect(delay).toBeLessThanOrEqual(2 ** 31 - 1)
      const timers = setTimer.mock.results.map(({ value }) => value as NodeJS.Timeout)
      // Two timers remain: the lease check and the handler's timeout. The deadlines of steps were cleared when the
      // steps ended.
      expect(timers.filter((timer) => !timer.hasRef()).length).toBeGreaterThanOrEqual(2)
      setTimer.mockRestore()
    })
  })
})
