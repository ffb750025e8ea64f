/** Renewal: a lease that is still held gets longer, and one that is gone stays gone. */

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

/** Claims a key for a short time and renews it for a long one. A store that is too slow for that gets a longer lease at first. */
async function claimAndRenew(store: DedupeStore): Promise<{ key: string; leaseMs: number }> {
  for (let leaseMs = SHORT_MS; ; leaseMs *= 2) {
    const key = newKey()
    const claimedAt = performance.now()
    await claimAs(store, key, 'a', leaseMs)
    const isRenewed = await renewAs(store, key, 'a')
    const tookTooLong = performance.now() - claimedAt >= leaseMs
    if (isRenewed === false && tookTooLong && leaseMs < LONG_MS) continue
    expectResult(isRenewed, true, 'renewal by the owner')
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
        'claim after the first lease, but not the renewed one, has ended',
      )
      expectResult(await renewAs(store, key, 'a'), true, 'second renewal by the owner')
    },
  },
  {
    name: 'counts a renewal from now',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', LONG_MS)
      expectResult(await renewAs(store, key, 'a', SHORT_MS), true, 'renewal for a shorter time')
      await elapse(PAST_SHORT_MS)
      expectResult(await claimAs(store, key, 'b'), 'claimed', 'claim after the renewed lease has ended')
    },
  },
  {
    name: 'renews nothing for another owner',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      expectResult(await renewAs(store, key, 'b'), false, 'renewal by another owner')
      await elapse(PAST_SHORT_MS)
      expectResult(await claimAs(store, key, 'c'), 'claimed', 'claim after a stranger tried to renew')
    },
  },
  {
    name: 'does not take back a lease that has ended, even if nobody else holds it',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      await elapse(PAST_SHORT_MS)
      expectResult(await renewAs(store, key, 'a'), false, 'renewal after the lease has ended')
      expectResult(await claimAs(store, key, 'b'), 'claimed', 'claim after a renewal that came too late')
    },
  },
  {
    name: 'renews nothing that was released, is absent or is done',
    async run(store) {
      const released = newKey()
      await claimAs(store, released, 'a')
      await store.release(released, { owner: 'a' })
      expectResult(await renewAs(store, released, 'a'), false, 'renewal after release')
      expectResult(
        await claimAs(store, released, 'b'),
        'claimed',
        'claim after a renewal of what was released',
      )
      const absent = newKey()
      expectResult(await renewAs(store, absent, 'a'), false, 'renewal of an absent key')
      expectResult(await claimAs(store, absent, 'b'), 'claimed', 'claim after a renewal of nothing')
      const done = newKey()
      await claimAs(store, done, 'a')
      await store.complete(done, { owner: 'a', ttlMs: LONG_MS })
      expectResult(await renewAs(store, done, 'a', SHORT_MS), false, 'renewal after completion')
      await elapse(PAST_SHORT_MS)
      expectResult(await claimAs(store, done, 'b'), 'done', 'claim after a renewal of what is done')
    },
  },
]
