/** Cases for times of any length, and for a worker whose clock is wrong. */

import { claimAs, elapse, expectResult, LONG_MS, newKey, PAST_SHORT_MS, SHORT_MS } from './case-steps.js'
import type { StoreCase } from './store-case.js'
import { withWrongClock } from './wrong-clock.js'

export const timeCases: readonly StoreCase[] = [
  {
    name: 'accepts fractional, very short and very long times',
    async run(store) {
      const brief = newKey()
      expectResult(
        await claimAs(store, brief, 'a', 0.25),
        'claimed',
        'claim() for a quarter of a millisecond',
      )
      await elapse(PAST_SHORT_MS)
      expectResult(
        await claimAs(store, brief, 'b'),
        'claimed',
        'claim() after a lease of a quarter of a millisecond',
      )
      for (const milliseconds of [60_000.5, 2 ** 31, 1e12, Number.MAX_SAFE_INTEGER]) {
        const key = newKey()
        expectResult(
          await claimAs(store, key, 'a', milliseconds),
          'claimed',
          `claim() for ${milliseconds} ms`,
        )
        expectResult(
          await claimAs(store, key, 'b'),
          'busy',
          `claim() of a key that is held for ${milliseconds} ms`,
        )
        expectResult(
          await store.complete(key, { owner: 'a', ttlMs: milliseconds }),
          true,
          `complete() for ${milliseconds} ms`,
        )
        expectResult(
          await claimAs(store, key, 'b'),
          'done',
          `claim() of a key that is done for ${milliseconds} ms`,
        )
      }
    },
  },
  {
    name: "is not affected by a worker's wrong clock",
    async run(store) {
      for (const minutes of [10, -10]) {
        const held = newKey()
        const brief = newKey()
        await claimAs(store, held, 'a')
        await claimAs(store, brief, 'a', SHORT_MS)
        await elapse(PAST_SHORT_MS)
        await withWrongClock(minutes, async () => {
          const clock = `, by a worker whose clock is ${Math.abs(minutes)} minutes ${minutes > 0 ? 'fast' : 'slow'},`
          expectResult(await claimAs(store, held, 'b'), 'busy', `claim() of a held key${clock}`)
          expectResult(
            await claimAs(store, brief, 'b'),
            'claimed',
            `claim() of a key whose lease has expired${clock}`,
          )
          expectResult(await store.complete(held, { owner: 'a', ttlMs: LONG_MS }), true, `complete()${clock}`)
        })
        expectResult(
          await claimAs(store, brief, 'c'),
          'busy',
          'claim() of a key that a worker with a wrong clock claimed',
        )
        expectResult(
          await claimAs(store, held, 'c'),
          'done',
          'claim() of a key that a worker with a wrong clock completed',
        )
      }
    },
  },
]
