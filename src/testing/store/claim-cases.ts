/** Cases for claims: the first to ask gets a key, and after its lease the next. */

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
    name: 'gives an absent key to whoever asks first',
    async run(store) {
      expectResult(await claimAs(store, newKey(), 'a'), 'claimed', 'claim of an absent key')
    },
  },
  {
    name: 'is busy for another owner while the lease lasts',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      expectResult(await claimAs(store, key, 'b'), 'busy', 'claim of a key that another owner holds')
    },
  },
  {
    name: 'lets the owner claim again',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a')
      expectResult(await claimAs(store, key, 'a'), 'claimed', 'claim of a key by the owner who holds it')
      expectResult(await claimAs(store, key, 'b'), 'busy', 'claim of a renewed key by another owner')
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
        'claim of a key by the owner who holds it',
      )
      await elapse(PAST_SHORT_MS)
      expectResult(
        await claimAs(store, key, 'b'),
        'busy',
        'claim after the first lease, but not the renewed one, has ended',
      )
    },
  },
  {
    name: 'gives a key to another owner when the lease has ended',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      await elapse(PAST_SHORT_MS)
      expectResult(await claimAs(store, key, 'b'), 'claimed', 'claim of a key whose lease has ended')
      expectResult(
        await store.complete(key, { owner: 'b', ttlMs: LONG_MS }),
        true,
        'completion by its new owner',
      )
      expectResult(await claimAs(store, key, 'c'), 'done', 'claim of a key that its new owner completed')
    },
  },
  {
    name: 'gives a key whose lease has ended to exactly one of many',
    async run(store) {
      const key = newKey()
      await claimAs(store, key, 'a', SHORT_MS)
      await elapse(PAST_SHORT_MS)
      await expectOneClaimed(store, key, 'claims of a key whose lease has ended')
    },
  },
  {
    name: 'gives an absent key to exactly one of many',
    async run(store) {
      await expectOneClaimed(store, newKey(), 'claims of an absent key')
    },
  },
]
