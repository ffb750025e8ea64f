/** Cases for the end of a lease: its owner completes or releases it, and nobody else can. */

import { claimAs, elapse, expectResult, LONG_MS, newKey, PAST_SHORT_MS, SHORT_MS } from './case-steps.js'
import type { StoreCase } from './store-case.js'

export const completionCases: readonly StoreCase[] = [
  {
    name: 'is done for everyone after completion',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      expectResult(await store.complete(key, { owner: 'a', ttlMs: LONG_MS }), true, 'completion by the owner')
      expectResult(await claimAs(store, key, 'b'), 'done', 'claim of a completed key by another owner')
      expectResult(
        await claimAs(store, key, 'a'),
        'done',
        'claim of a completed key by the owner who completed it',
      )
    },
  },
  {
    name: 'remembers completion for longer than the lease',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      expectResult(await store.complete(key, { owner: 'a', ttlMs: LONG_MS }), true, 'completion by the owner')
      await elapse(PAST_SHORT_MS)
      expectResult(
        await claimAs(store, key, 'b'),
        'done',
        'claim of a completed key when the lease would have ended',
      )
    },
  },
  {
    name: 'forgets completion after its time',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      await store.complete(key, { owner: 'a', ttlMs: SHORT_MS })
      await elapse(PAST_SHORT_MS)
      expectResult(await claimAs(store, key, 'b'), 'claimed', 'claim of a completed key after its ttl')
    },
  },
  {
    name: 'frees a key that its owner releases',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      expectResult(await store.release(key, { owner: 'a' }), true, 'release by the owner')
      expectResult(await claimAs(store, key, 'b'), 'claimed', 'claim of a released key')
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
        'completion by another owner',
      )
      expectResult(await claimAs(store, key, 'c'), 'busy', 'claim after a stranger tried to complete')
    },
  },
  {
    name: 'lets nobody else release',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      expectResult(await store.release(key, { owner: 'b' }), false, 'release by another owner')
      expectResult(await claimAs(store, key, 'c'), 'busy', 'claim after a stranger tried to release')
    },
  },
  {
    name: 'completes after the lease has ended, if nobody else claims',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      await elapse(PAST_SHORT_MS)
      expectResult(
        await store.complete(key, { owner: 'a', ttlMs: LONG_MS }),
        true,
        'completion after the lease has ended',
      )
      expectResult(await claimAs(store, key, 'b'), 'done', 'claim after a late completion')
    },
  },
  {
    name: 'completes again what is done, as after an answer that was lost',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      await store.complete(key, { owner: 'a', ttlMs: LONG_MS })
      expectResult(await store.complete(key, { owner: 'a', ttlMs: LONG_MS }), true, 'second completion')
      expectResult(await claimAs(store, key, 'b'), 'done', 'claim after a second completion')
    },
  },
  {
    name: 'completes an absent key, whose record may have been swept',
    async run(store) {
      const key = newKey()
      expectResult(
        await store.complete(key, { owner: 'a', ttlMs: LONG_MS }),
        true,
        'completion of an absent key',
      )
      expectResult(await claimAs(store, key, 'b'), 'done', 'claim after a completion of an absent key')
    },
  },
  {
    name: 'rejects release when the lease has ended',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      await elapse(PAST_SHORT_MS)
      expectResult(await store.release(key, { owner: 'a' }), false, 'release after the lease has ended')
    },
  },
  {
    name: 'rejects completion, renewal and release by an owner who was overtaken',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      await elapse(PAST_SHORT_MS)
      await claimAs(store, key, 'b')
      expectResult(
        await store.complete(key, { owner: 'a', ttlMs: LONG_MS }),
        false,
        'completion by the overtaken owner',
      )
      expectResult(
        await store.renew(key, { owner: 'a', leaseMs: LONG_MS }),
        false,
        'renewal by the overtaken owner',
      )
      expectResult(await store.release(key, { owner: 'a' }), false, 'release by the overtaken owner')
      expectResult(await claimAs(store, key, 'c'), 'busy', 'claim while the new owner holds the lease')
      expectResult(
        await store.complete(key, { owner: 'b', ttlMs: LONG_MS }),
        true,
        'completion by the new owner',
      )
    },
  },
  {
    name: 'keeps completion when its owner releases afterwards',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      await store.complete(key, { owner: 'a', ttlMs: LONG_MS })
      expectResult(await store.release(key, { owner: 'a' }), false, 'release after completion')
      expectResult(await claimAs(store, key, 'b'), 'done', 'claim after a release that came too late')
    },
  },
  {
    name: 'has nothing to release under an absent key',
    async run(store) {
      const key = newKey()
      expectResult(await store.release(key, { owner: 'a' }), false, 'release of an absent key')
      expectResult(await claimAs(store, key, 'b'), 'claimed', 'claim after a release of nothing')
    },
  },
]
