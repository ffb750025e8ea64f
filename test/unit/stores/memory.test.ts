import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../../src/index.js'
import { storeCases } from '../../../src/testing/index.js'
import { passTime, stopClock } from '../support/clock.js'

/** A store with a clock that only the test moves. */
function storeAt(maxKeys: number) {
  const clock = { time: 0 }
  return { clock, store: memoryStore({ maxKeys, now: () => clock.time }) }
}

const lease = (owner: string, leaseMs = 1000) => ({ owner, leaseMs })

describe('memoryStore', () => {
  it.each(storeCases)('$name', ({ run }) => {
    stopClock()
    return passTime(run(memoryStore()))
  })

  it('frees a key at the moment its lease or record ends', () => {
    const { store, clock } = storeAt(10)
    store.claim('a', lease('1', 10))
    store.claim('b', lease('1', 10))
    store.complete('b', { owner: '1', ttlMs: 20 })
    clock.time = 9
    expect([store.claim('a', lease('2')), store.claim('b', lease('2'))]).toEqual(['busy', 'done'])
    clock.time = 10
    expect(store.renew('a', lease('1', 10))).toBe(false)
    expect(store.release('a', { owner: '1' })).toBe(false)
    expect(store.claim('a', lease('2'))).toBe('claimed')
    clock.time = 19
    expect(store.claim('b', lease('2'))).toBe('done')
    clock.time = 20
    expect(store.claim('b', lease('2'))).toBe('claimed')
  })

  it('also makes room for a key that is completed without a claim', () => {
    const { store, clock } = storeAt(2)
    for (const key of ['a', 'b']) store.complete(key, { owner: '1', ttlMs: 1000 })
    // A known key needs no room.
    store.complete('b', { owner: '1', ttlMs: 1000 })
    expect(store.claim('a', lease('2'))).toBe('done')
    store.complete('c', { owner: '1', ttlMs: 1000 })
    expect([store.claim('b', lease('2')), store.claim('c', lease('2'))]).toEqual(['done', 'done'])
    expect(store.claim('a', lease('2', 10))).toBe('claimed')
    // A lease that has just expired is no obstacle.
    clock.time = 10
    expect(store.complete('a', { owner: '3', ttlMs: 1000 })).toBe(true)
  })

  it('rejects a clock that is not a function', () => {
    expect(() => memoryStore({ now: 5 as never })).toThrow('now must be a function')
  })

  it('evicts the oldest completed key when it is full', () => {
    const { store } = storeAt(3)
    for (const key of ['a', 'b', 'c']) {
      store.claim(key, lease('1'))
      store.complete(key, { owner: '1', ttlMs: 1000 })
    }
    expect(store.claim('d', lease('1'))).toBe('claimed')
    expect(store.claim('b', lease('2'))).toBe('done')
    expect(store.claim('c', lease('2'))).toBe('done')
    expect(store.claim('a', lease('2'))).toBe('claimed')
  })

  it('evicts expired keys before completed ones', () => {
    const { store, clock } = storeAt(3)
    store.claim('done', lease('1'))
    store.complete('done', { owner: '1', ttlMs: 10_000 })
    store.claim('expired', lease('1', 10))
    store.claim('live', lease('1', 10_000))
    clock.time = 10
    expect(store.claim('new', lease('2'))).toBe('claimed')
    expect(store.claim('done', lease('2'))).toBe('done')
    expect(store.claim('live', lease('2'))).toBe('busy')
  })

  it('throws instead of evicting a live lease', () => {
    const { store, clock } = storeAt(2)
    store.claim('a', lease('1'))
    store.claim('b', lease('1'))
    expect(() => store.claim('c', lease('1'))).toThrow(/full of live leases \(2\)/)
    expect(store.claim('a', lease('2'))).toBe('busy')
    expect(store.claim('a', lease('1'))).toBe('claimed')
    clock.time = 1000
    expect(store.claim('c', lease('1'))).toBe('claimed')
  })

  it('stays within maxKeys and remembers at least 99% of them', () => {
    const { store } = storeAt(1000)
    for (let i = 0; i < 5000; i++) {
      store.claim(`key ${i}`, lease('1'))
      store.complete(`key ${i}`, { owner: '1', ttlMs: 1000 })
    }
    const remembered = Array.from({ length: 1000 }, (_, i) =>
      store.claim(`key ${4999 - i}`, lease('2', 1)),
    ).filter((found) => found === 'done')
    expect(remembered.length).toBeGreaterThanOrEqual(990)
  })

  it('evicts nothing while there is room', () => {
    const store = memoryStore({ maxKeys: 150 })
    const keys = Array.from({ length: 150 }, (_, index) => `key ${index}`)
    for (const key of keys) {
      store.claim(key, { owner: 'a', leaseMs: 1000 })
      store.complete(key, { owner: 'a', ttlMs: 1000 })
    }
    expect(keys.map((key) => store.claim(key, { owner: 'b', leaseMs: 1000 }))).toEqual(keys.map(() => 'done'))
  })

  it('counts a key that was claimed again as the newest', () => {
    const { store, clock } = storeAt(2)
    store.claim('a', lease('1', 10))
    store.claim('b', lease('1', 10_000))
    store.complete('b', { owner: '1', ttlMs: 10_000 })
    clock.time = 10
    store.claim('a', lease('2', 10_000))
    store.complete('a', { owner: '2', ttlMs: 10_000 })
    store.claim('c', lease('2'))
    expect(store.claim('a', lease('3'))).toBe('done')
  })

  it('uses a clock that does not follow the wall clock', () => {
    const store = memoryStore()
    store.claim('a', lease('1', 60_000))
    const { now } = Date
    Date.now = () => now() + 3_600_000
    try {
      expect(store.claim('a', lease('2'))).toBe('busy')
    } finally {
      Date.now = now
    }
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '10'])('rejects a maxKeys of %s', (maxKeys) => {
    expect(() => memoryStore({ maxKeys: maxKeys as number })).toThrow(/maxKeys/)
  })
})
