/** Cases for completion and release: an owner may end its own lease, but not that of another owner. */

import { claimAs, elapse, expectResult, LONG_MS, newKey, PAST_SHORT_MS, SHORT_MS } from './case-steps.js'
import type { StoreCase } from './store-case.js'

export const completionCases: readonly StoreCase[] = [
  {
    name: 'is done for every owner after completion',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      expectResult(await store.complete(key, { owner: 'a', ttlMs: LONG_MS }), true, 'complete() by the owner')
      expectResult(await claimAs(store, key, 'b'), 'done', 'claim() of a completed key by another owner')
      expectResult(
        await claimAs(store, key, 'a'),
        'done',
        'claim() of a completed key by the owner that completed it',
      )
    },
  },
  {
    name: 'keeps a completed key done for longer than the lease',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      expectResult(await store.complete(key, { owner: 'a', ttlMs: LONG_MS }), true, 'complete() by the owner')
      await elapse(PAST_SHORT_MS)
      expectResult(
        await claimAs(store, key, 'b'),
        'done',
        'claim() of a completed key after its lease would have expired',
      )
    },
  },
  {
    name: 'frees a completed key after its ttl',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      await store.complete(key, { owner: 'a', ttlMs: SHORT_MS })
      await elapse(PAST_SHORT_MS)
      expectResult(await claimAs(store, key, 'b'), 'claimed', 'claim() of a completed key after its ttl')
    },
  },
  {
    name: 'frees a key that its owner releases',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      expectResult(await store.release(key, { owner: 'a' }), true, 'release() by the owner')
      expectResult(await claimAs(store, key, 'b'), 'claimed', 'claim() of a released key')
    },
  },
  {
    name: 'lets nobody else complete',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      expectResult(
        await store.complete(key, { owner: 'b', ttlMs: LONG_MS }),
        false,
        'complete() by another owner',
      )
      expectResult(await claimAs(store, key, 'c'), 'busy', 'claim() after another owner tried to complete')
    },
  },
  {
    name: 'lets nobody else release',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      expectResult(await store.release(key, { owner: 'b' }), false, 'release() by another owner')
      expectResult(await claimAs(store, key, 'c'), 'busy', 'claim() after another owner tried to release')
    },
  },
  {
    name: 'completes after the lease has expired, if nobody else has claimed the key',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      await elapse(PAST_SHORT_MS)
      expectResult(
        await store.complete(key, { owner: 'a', ttlMs: LONG_MS }),
        true,
        'complete() after the lease has expired',
      )
      expectResult(await claimAs(store, key, 'b'), 'done', 'claim() after a late complete()')
    },
  },
  {
    name: 'completes a done key a second time, because the first response may have been lost',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      await store.complete(key, { owner: 'a', ttlMs: LONG_MS })
      expectResult(
        await store.complete(key, { owner: 'a', ttlMs: LONG_MS }),
        true,
        'complete() of a key that is done',
      )
      expectResult(await claimAs(store, key, 'b'), 'done', 'claim() after a second complete()')
    },
  },
  {
    name: 'completes an absent key, whose record may have been swept',
    async run(store) {
      const key = newKey()
      expectResult(
        await store.complete(key, { owner: 'a', ttlMs: LONG_MS }),
        true,
        'complete() of an absent key',
      )
      expectResult(await claimAs(store, key, 'b'), 'done', 'claim() after complete() of an absent key')
    },
  },
  {
    name: 'releases nothing once the lease has expired',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      await elapse(PAST_SHORT_MS)
      expectResult(await store.release(key, { owner: 'a' }), false, 'release() after the lease has expired')
    },
  },
  {
    name: 'returns false from complete, renew and release after another owner has claimed the key',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      await elapse(PAST_SHORT_MS)
      await claimAs(store, key, 'b')
      expectResult(
        await store.complete(key, { owner: 'a', ttlMs: LONG_MS }),
        false,
        'complete() by an owner whose key another owner has claimed',
      )
      expectResult(
        await store.renew(key, { owner: 'a', leaseMs: LONG_MS }),
        false,
        'renew() by an owner whose key another owner has claimed',
      )
      expectResult(
        await store.release(key, { owner: 'a' }),
        false,
        'release() by an owner whose key another owner has claimed',
      )
      expectResult(await claimAs(store, key, 'c'), 'busy', 'claim() while the new owner holds the lease')
      expectResult(
        await store.complete(key, { owner: 'b', ttlMs: LONG_MS }),
        true,
        'complete() by the new owner',
      )
    },
  },
  {
    name: 'keeps a completed key done if its owner releases it afterward',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      await store.complete(key, { owner: 'a', ttlMs: LONG_MS })
      expectResult(await store.release(key, { owner: 'a' }), false, 'release() of a key that is done')
      expectResult(
        await claimAs(store, key, 'b'),
        'done',
        'claim() of a completed key after its owner called release()',
      )
    },
  },
  {
    name: 'releases nothing under an absent key',
    async run(store) {
      const key = newKey()
      expectResult(await store.release(key, { owner: 'a' }), false, 'release() of an absent key')
      expectResult(await claimAs(store, key, 'b'), 'claimed', 'claim() after release() of an absent key')
    },
  },
]
