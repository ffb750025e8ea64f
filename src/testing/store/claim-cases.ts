/** Cases for claims: the first owner that claims a key gets it, and another one only after that lease. */

import {
  claimAs,
  elapse,
  expectOneClaimed,
  expectResult,
  LONG_MS,
  newKey,
  PAST_SHORT_MS,
  SHORT_MS,
} from './case-steps.js'
import type { StoreCase } from './store-case.js'

export const claimCases: readonly StoreCase[] = [
  {
    name: 'gives an absent key to the first owner that claims it',
    async run(store) {
      expectResult(await claimAs(store, newKey(), 'a'), 'claimed', 'claim() of an absent key')
    },
  },
  {
    name: 'is busy for other owners while the lease lasts',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      expectResult(await claimAs(store, key, 'b'), 'busy', 'claim() of a key that another owner holds')
    },
  },
  {
    name: 'lets the owner claim again',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      expectResult(await claimAs(store, key, 'a'), 'claimed', 'claim() by the owner that holds the key')
      expectResult(await claimAs(store, key, 'b'), 'busy', 'claim() by another owner after that')
    },
  },
  {
    name: 'extends the lease when the owner claims again',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      expectResult(
        await claimAs(store, key, 'a', LONG_MS),
        'claimed',
        'claim() by the owner that holds the key',
      )
      await elapse(PAST_SHORT_MS)
      expectResult(
        await claimAs(store, key, 'b'),
        'busy',
        'claim() by another owner after the first lease, but before the renewed lease expires',
      )
    },
  },
  {
    name: 'gives a key to another owner once the lease has expired',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      await elapse(PAST_SHORT_MS)
      expectResult(await claimAs(store, key, 'b'), 'claimed', 'claim() of a key whose lease has expired')
      expectResult(
        await store.complete(key, { owner: 'b', ttlMs: LONG_MS }),
        true,
        'complete() by its new owner',
      )
      expectResult(await claimAs(store, key, 'c'), 'done', 'claim() of a key that its new owner completed')
    },
  },
  {
    name: 'gives a key whose lease has expired to exactly one of many owners',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      await elapse(PAST_SHORT_MS)
      await expectOneClaimed(store, key, 'a key whose lease has expired')
    },
  },
  {
    name: 'gives an absent key to exactly one of many owners',
    async run(store) {
      await expectOneClaimed(store, newKey(), 'an absent key')
    },
  },
]
