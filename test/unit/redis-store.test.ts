// What needs no server. Everything else is in test/stores, on a real one.

import { describe, expect, it } from 'vitest'
import { redisStore } from '../../src/stores/redis.js'

describe('redisStore', () => {
  it('does not take an answer that is none of Redis for one', async () => {
    for (const answer of ['OK', undefined, null, {}, '3']) {
      const store = redisStore(async () => answer)
      await expect(store.claim('key', { owner: 'a', leaseMs: 1 })).rejects.toThrow(
        'must return what Redis answered',
      )
    }
  })

  it('takes integers as text, as Redis over HTTP gives them', async () => {
    const store = redisStore(async () => '1')
    expect(await store.claim('key', { owner: 'a', leaseMs: 1 })).toBe('claimed')
  })

  it('passes on what the client throws', async () => {
    const store = redisStore(async () => {
      throw new Error('connect ECONNREFUSED')
    })
    await expect(store.claim('key', { owner: 'a', leaseMs: 1 })).rejects.toThrow('ECONNREFUSED')
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a time of %s', async (milliseconds) => {
    const store = redisStore(async () => 1)
    await expect(store.claim('key', { owner: 'a', leaseMs: milliseconds })).rejects.toMatchObject({
      code: 'invalid_options',
    })
  })

  it('sends one EVAL a step, with one key, and owner and time as arguments', async () => {
    const sent: string[][] = []
    const store = redisStore(async (command) => {
      sent.push(command)
      return 1
    })
    await store.claim('key', { owner: "' .. redis.call('FLUSHALL')", leaseMs: 1000.2 })
    await store.complete('key', { owner: 'a', ttlMs: Number.MAX_SAFE_INTEGER })
    await store.release('key', { owner: 'a' })
    const script = expect.stringContaining('KEYS[1]')
    expect(sent).toEqual([
      ['EVAL', script, '1', 'truedy:key', "' .. redis.call('FLUSHALL')", '1001'],
      ['EVAL', script, '1', 'truedy:key', 'a', '1000000000000000'],
      ['EVAL', script, '1', 'truedy:key', 'a'],
    ])
    expect(sent.every(([, text]) => !text?.includes('FLUSHALL'))).toBe(true)
  })

  it.each([
    [0, 'busy'],
    [1, 'claimed'],
    [2, 'done'],
  ])('reads %i as %s', async (answer, found) => {
    expect(await redisStore(async () => answer).claim('key', { owner: 'a', leaseMs: 1 })).toBe(found)
    const lease = { owner: 'a', ttlMs: 1 }
    expect(await redisStore(async () => answer).complete('key', lease)).toBe(answer === 1)
    expect(await redisStore(async () => answer).release('key', lease)).toBe(answer === 1)
  })
})
