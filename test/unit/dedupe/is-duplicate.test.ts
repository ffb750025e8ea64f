import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createReceiver, type DedupeStore, isDuplicate, memoryStore, parseEvent } from '../../../src/index.js'
import { sampleEvent, signDelivery } from '../../../src/testing/index.js'
import { deferred, down } from '../support/stores.js'

const event = parseEvent({ event: 'call.ended', timestamp: 1, data: { call_id: 'c1' } })
const KEY = 'call.ended:call:c1'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('isDuplicate', () => {
  it('returns false for the first caller only', async () => {
    const store = memoryStore()
    expect(await isDuplicate(event, store)).toBe(false)
    expect(await isDuplicate(event, store)).toBe(true)
    expect(await isDuplicate(event, store)).toBe(true)
  })

  it('returns false for exactly one of 100 concurrent callers', async () => {
    const store = memoryStore()
    const answers = await Promise.all(Array.from({ length: 100 }, () => isDuplicate(event, store)))
    expect(answers.filter((answer) => !answer)).toHaveLength(1)
  })

  it('needs a store with claim only', async () => {
    const seen = new Set<string>()
    const claim = (key: string) => {
      const isNew = !seen.has(key)
      seen.add(key)
      return isNew ? 'claimed' : 'done'
    }
    expect(await isDuplicate(event, { claim })).toBe(false)
    expect(await isDuplicate(event, { claim })).toBe(true)
  })

  it('returns true for a lease in a store with claim only, where the lease is the record', async () => {
    expect(await isDuplicate(event, { claim: () => 'busy' })).toBe(true)
  })

  it('throws busy if a lease holds the event, because its worker may still fail', async () => {
    const store = memoryStore()
    await store.claim(KEY, { owner: 'a receiver', leaseMs: 60_000 })
    const found = isDuplicate(event, store)
    await expect(found).rejects.toMatchObject({ code: 'busy', status: 503 })
    await expect(found).rejects.toThrow(
      'If the receiver has a store on the same table, leave that store out.',
    )
    await store.release(KEY, { owner: 'a receiver' })
    expect(await isDuplicate(event, store)).toBe(false)
  })

  it('loses no event if a receiver has a store on the same table', async () => {
    const store = memoryStore()
    const written: unknown[] = []
    const errors: unknown[] = []
    const receive = createReceiver({
      secret: 'whsec_test',
      store,
      onEvent: async (each) => {
        if (!(await isDuplicate(each, store))) written.push(each)
      },
      onOutcome: (outcome) => errors.push(outcome.status === 'failed' && outcome.error),
    })
    const delivery = await signDelivery(sampleEvent('call.ended'), 'whsec_test', { timestamp: new Date() })
    expect((await receive({ method: 'POST', ...delivery })).status).toBe(500)
    expect(errors).toMatchObject([{ code: 'busy' }])
    expect(written).toEqual([])
  })

  it('claims the key for the whole ttlMs, 72 hours by default', async () => {
    const claim = vi.fn<DedupeStore['claim']>(() => 'claimed')
    await isDuplicate(event, { claim })
    await isDuplicate(event, { claim }, { ttlMs: 1000, key: () => 'mine' })
    expect(claim.mock.calls).toEqual([
      [KEY, { owner: expect.any(String), leaseMs: 72 * 3600 * 1000 }],
      ['mine', { owner: expect.any(String), leaseMs: 1000 }],
    ])
    expect(claim.mock.calls[0]?.[1].owner).not.toBe(claim.mock.calls[1]?.[1].owner)
  })

  it('returns false again after ttlMs', async () => {
    const store = memoryStore()
    await isDuplicate(event, store, { ttlMs: 1000 })
    vi.advanceTimersByTime(999)
    expect(await isDuplicate(event, store, { ttlMs: 1000 })).toBe(true)
    vi.advanceTimersByTime(1)
    expect(await isDuplicate(event, store, { ttlMs: 1000 })).toBe(false)
  })

  it('fills a bounded store with completed keys, which it can evict, rather than with leases', async () => {
    const store = memoryStore({ maxKeys: 2 })
    for (let i = 0; i < 10; i++)
      expect(await isDuplicate(event, store, { key: () => `key ${i}` })).toBe(false)
  })

  it('throws the error of complete, because swallowing it inside a transaction would lose data', async () => {
    await expect(isDuplicate(event, { ...memoryStore(), complete: down })).rejects.toThrow('store is down')
  })

  it('waits for the store without a deadline, because the transaction has one', async () => {
    const { promise, resolve } = deferred<'claimed'>()
    const found = isDuplicate(event, { claim: () => promise })
    await vi.advanceTimersByTimeAsync(600_000)
    resolve('claimed')
    expect(await found).toBe(false)
  })

  it('throws the error of claim', async () => {
    await expect(isDuplicate(event, { claim: down })).rejects.toThrow('store is down')
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1000'])('rejects a ttlMs of %s', async (ttlMs) => {
    await expect(isDuplicate(event, memoryStore(), { ttlMs: ttlMs as number })).rejects.toMatchObject({
      code: 'invalid_options',
    })
  })

  it('returns false once for each scope if endpoints share a store', async () => {
    const store = memoryStore()
    for (const scope of ['a', 'b', undefined]) {
      expect(await isDuplicate(event, store, { scope })).toBe(false)
      expect(await isDuplicate(event, store, { scope })).toBe(true)
    }
  })

  it.each<[string, unknown[], string]>([
    ['a store that is null', [event, null], 'store must be an object (got null).'],
    ['a store without claim', [event, {}], 'store.claim must be a function (got undefined).'],
    ['options that are null', [event, memoryStore(), null], 'options must be an object (got null).'],
    [
      'an unknown option',
      [event, memoryStore(), { ttlms: 5 }],
      'Unknown option "ttlms". The options are ttlMs, key, scope.',
    ],
    [
      'an asynchronous key',
      [event, memoryStore(), { key: async () => 'x' }],
      "key's result must be a non-empty string (got Promise).",
    ],
    [
      'an asynchronous key that rejects',
      [event, memoryStore(), { key: () => Promise.reject(new Error('x')) }],
      '(got Promise).',
    ],
  ])('rejects %s', async (_, args, message) => {
    const call = isDuplicate as (...args: unknown[]) => Promise<boolean>
    await expect(call(...args)).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining(message),
    })
  })
})
