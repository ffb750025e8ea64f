/** Cases for renewal: a lease that is held is extended, and one that is gone stays gone. */

import type { DedupeStore } from '../../dedupe/store.js'
import {
  claimAs,
  elapse,
  expectResult,
  LONG_MS,
  newKey,
  PAST_SHORT_MS,
  renewAs,
  SHORT_MS,
} from './case-steps.js'
import type { StoreCase } from './store-case.js'

/** Claims a key for a short time, then renews it for a long one. Starts again with a longer lease if the store is too slow. */
async function claimAndRenew(store: DedupeStore): Promise<{ key: string; leaseMs: number }> {
  for (let leaseMs = SHORT_MS; ; leaseMs *= 2) {
    const key = newKey()
    const claimedAt = performance.now()
    await claimAs(store, key, 'a', leaseMs)
    const isRenewed = await renewAs(store, key, 'a')
    const tookTooLong = performance.now() - claimedAt >= leaseMs
    if (isRenewed === false && tookTooLong && leaseMs < LONG_MS) continue
    expectResult(isRenewed, true, 'renew() by the owner')
    return { key, leaseMs }
  }
}

export const renewalCases: readonly StoreCase[] = [
  {
    name: 'renews a lease that its owner holds',
    async run(store) {
      const { key, leaseMs } = await claimAndRenew(store)
      await elapse(leaseMs + PAST_SHORT_MS - SHORT_MS)
      expectResult(
        await claimAs(store, key, 'b'),
        'busy',
        'claim() by another owner after the first lease, but before the renewed lease expires',
      )
      expectResult(await renewAs(store, key, 'a'), true, 'renew() by the owner for the second time')
    },
  },
  {
    name: 'renews from now, even for a shorter time',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', LONG_MS)
      expectResult(await renewAs(store, key, 'a', SHORT_MS), true, 'renew() for a shorter time')
      await elapse(PAST_SHORT_MS)
      expectResult(await claimAs(store, key, 'b'), 'claimed', 'claim() after the renewed lease has expired')
    },
  },
  {
    name: 'renews nothing for another owner',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      expectResult(await renewAs(store, key, 'b'), false, 'renew() by another owner')
      await elapse(PAST_SHORT_MS)
      expectResult(await claimAs(store, key, 'c'), 'claimed', 'claim() after another owner tried to renew')
    },
  },
  {
    name: 'does not renew a lease that has expired, even if nobody else holds it',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      await elapse(PAST_SHORT_MS)
      expectResult(await renewAs(store, key, 'a'), false, 'renew() after the lease has expired')
      expectResult(await claimAs(store, key, 'b'), 'claimed', 'claim() after a late renew()')
    },
  },
  {
    name: 'does not renew a key that was released, is absent or is done',
    async run(store) {
      const released = newKey()
      await claimAs(store, released, 'a')
      await store.release(released, { owner: 'a' })
      expectResult(await renewAs(store, released, 'a'), false, 'renew() of a released key')
      expectResult(await claimAs(store, released, 'b'), 'claimed', 'claim() after renew() of a released key')
      const absent = newKey()
      expectResult(await renewAs(store, absent, 'a'), false, 'renew() of an absent key')
      expectResult(await claimAs(store, absent, 'b'), 'claimed', 'claim() after renew() of an absent key')
      const done = newKey()
      await claimAs(store, done, 'a')
      await store.complete(done, { owner: 'a', ttlMs: LONG_MS })
      expectResult(await renewAs(store, done, 'a', SHORT_MS), false, 'renew() of a key that is done')
      await elapse(PAST_SHORT_MS)
      expectResult(await claimAs(store, done, 'b'), 'done', 'claim() after renew() of a key that is done')
    },
  },
]
