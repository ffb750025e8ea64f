// These tests need no server. test/stores runs all others on a real one.

import { describe, expect, it } from 'vitest'
import { redisStore } from '../../../src/stores/redis.js'

/** A store whose commands return these responses in turn, and the commands that it sent. */
function storeOf(...answers: unknown[]) {
  const sent: unknown[][] = []
  const store = redisStore(async (...command) => {
    sent.push(command)
    return answers.shift()
  })
  return { store, sent }
}

describe('redisStore', () => {
  it("throws for a response that can't come from Redis", async () => {
    for (const answers of [
      [undefined],
      [1],
      ['QUEUED'],
      [null, 'OK'],
      [null, undefined],
      [null, {}],
      [null, '3'],
      // The second response would be valid.
      [undefined, 1],
      ['QUEUED', 1],
    ]) {
      const { store } = storeOf(...answers)
      await expect(store.claim('key', { owner: 'a', leaseMs: 1 })).rejects.toThrow(
        'Return the reply of Redis unchanged',
      )
    }
    for (const answer of ['OK', undefined, null, {}, '3']) {
      const { store } = storeOf(answer, answer)
      const rejection = 'Return the reply of Redis unchanged'
      await expect(store.complete('key', { owner: 'a', ttlMs: 1 })).rejects.toThrow(rejection)
      await expect(store.release('key', { owner: 'a' })).rejects.toThrow(rejection)
    }
    for (const answer of ['OK', undefined, null, {}, '3']) {
      const { store } = storeOf(answer)
      await expect(store.renew('key', { owner: 'a', leaseMs: 1 })).rejects.toThrow(
        'Return the reply of Redis unchanged',
      )
    }
  })

  it('says which response the command must have', async () => {
    // An error that is compared as a whole, because `toThrow` accepts a rejection with `undefined`.
    await expect(storeOf(1).store.claim('key', { owner: 'a', leaseMs: 1 })).rejects.toMatchObject({
      message:
        'The function given to redisStore returned the wrong value for this command (got 1). Return the reply of Redis unchanged, which is "OK" or null here.',
    })
    await expect(storeOf('OK').store.release('key', { owner: 'a' })).rejects.toMatchObject({
      message: expect.stringContaining('which is 0, 1 or 2 here'),
    })
  })

  it('names the function that it needs', () => {
    expect(() => redisStore({} as never)).toThrow(
      'redisStore needs a function that uses your client (got Object). Pass one such as (command) => client.sendCommand(command).',
    )
  })

  it('accepts integers as strings, as Redis over HTTP returns them', async () => {
    expect(await storeOf('1').store.release('key', { owner: 'a' })).toBe(true)
  })

  it('throws the errors of the client', async () => {
    const store = redisStore(async () => {
      throw new Error('connect ECONNREFUSED')
    })
    await expect(store.claim('key', { owner: 'a', leaseMs: 1 })).rejects.toThrow('ECONNREFUSED')
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('rejects a time of %s', async (milliseconds) => {
    const { store, sent } = storeOf('OK')
    await expect(store.claim('key', { owner: 'a', leaseMs: milliseconds })).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining('leaseMs'),
    })
    await expect(store.renew('key', { owner: 'a', leaseMs: milliseconds })).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining('leaseMs'),
    })
    await expect(store.complete('key', { owner: 'a', ttlMs: milliseconds })).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringContaining('ttlMs'),
    })
    expect(sent).toEqual([])
  })

  it('claims an absent key with one SET NX', async () => {
    const { store, sent } = storeOf('OK')
    expect(await store.claim('key', { owner: 'a', leaseMs: 1000.2 })).toBe('claimed')
    expect(sent).toEqual([[['SET', 'truedy:key', 'held:a', 'PX', '1001', 'NX'], 'truedy:key']])
  })

  it.each([
    [0, 'busy'],
    [1, 'claimed'],
    [2, 'done'],
  ])('claims an existing key with a script, whose %i means %s', async (answer, found) => {
    const { store, sent } = storeOf(null, answer)
    expect(await store.claim('key', { owner: 'a', leaseMs: 1000 })).toBe(found)
    const script = expect.stringContaining('KEYS[1]')
    expect(sent[1]).toEqual([['EVAL', script, '1', 'truedy:key', 'a', '1000'], 'truedy:key'])
  })

  it('renews, completes and releases with one script each, which gets the owner and the time as arguments', async () => {
    const { store, sent } = storeOf(1, 0, 1, 0)
    const owner = "' .. redis.call('FLUSHALL')"
    expect(await store.renew('key', { owner, leaseMs: 1000.2 })).toBe(true)
    expect(await store.renew('key', { owner, leaseMs: 1000 })).toBe(false)
    expect(await store.complete('key', { owner, ttlMs: Number.MAX_SAFE_INTEGER })).toBe(true)
    expect(await store.release('key', { owner })).toBe(false)
    const script = expect.stringMatching(/^(?=.*KEYS\[1\])(?!.*FLUSHALL)/s)
    expect(sent).toEqual([
      [['EVAL', script, '1', 'truedy:key', owner, '1001'], 'truedy:key'],
      [['EVAL', script, '1', 'truedy:key', owner, '1000'], 'truedy:key'],
      [['EVAL', script, '1', 'truedy:key', owner, '1000000000000000'], 'truedy:key'],
      [['EVAL', script, '1', 'truedy:key', owner], 'truedy:key'],
    ])
  })
})
