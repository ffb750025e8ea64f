/**
 * What a dedupe store must do, as cases without a test framework. Every case uses keys of its own, so that one store,
 * and one database, serves them all, in any order and in parallel.
 */

import type { Claim, DedupeStore } from '../dedupe/store.js'

/** A case to run on a store. */
export interface StoreCase {
  /** What the store must do, as a sentence. */
  readonly name: string
  /** Rejects, with an `Error` that says what was expected, where the store does not. */
  run(store: DedupeStore): Promise<void>
}

/** A lease that ends while a case waits, and how long it waits; for stores across a network, too. In milliseconds. */
const SHORT_MS = 150
const LONGER_MS = 400
/** A lease that outlives every case. */
const LONG_MS = 60_000

/**
 * The conformance cases for a {@link DedupeStore}. They take about a second each at most, longer on a slow store, and can
 * run in parallel. One of them makes `Date` wrong for the whole process for a moment, which no store may mind.
 *
 * @example
 * ```ts
 * import { memoryStore } from 'truedy-webhooks'
 * import { storeCases } from 'truedy-webhooks/testing'
 *
 * const store = memoryStore()
 * for (const { name, run } of storeCases) {
 *   await run(store)
 *   console.log('passed:', name)
 * }
 * ```
 */
export const storeCases: readonly StoreCase[] = [
  {
    name: 'gives an absent key to whoever asks first',
    async run(store) {
      expect(await claim(store, newKey(), 'a'), 'claimed', 'claim of an absent key')
    },
  },
  {
    name: 'is busy for another owner while the lease lasts',
    async run(store) {
      const key = newKey()
      await claim(store, key, 'a')
      expect(await claim(store, key, 'b'), 'busy', 'claim of a key that another owner holds')
    },
  },
  {
    name: 'lets the owner claim again',
    async run(store) {
      const key = newKey()
      await claim(store, key, 'a')
      expect(await claim(store, key, 'a'), 'claimed', 'claim of a key by the owner who holds it')
      expect(await claim(store, key, 'b'), 'busy', 'claim of a renewed key by another owner')
    },
  },
  {
    name: 'extends the lease when the owner claims again',
    async run(store) {
      const key = newKey()
      await claim(store, key, 'a', SHORT_MS)
      expect(await claim(store, key, 'a', LONG_MS), 'claimed', 'claim of a key by the owner who holds it')
      await wait(LONGER_MS)
      expect(
        await claim(store, key, 'b'),
        'busy',
        'claim after the first, but not the renewed lease has ended',
      )
    },
  },
  {
    name: 'gives a key to another owner when the lease has ended',
    async run(store) {
      const key = newKey()
      await claim(store, key, 'a', SHORT_MS)
      await wait(LONGER_MS)
      expect(await claim(store, key, 'b'), 'claimed', 'claim of a key whose lease has ended')
      expect(await store.complete(key, { owner: 'b', ttlMs: LONG_MS }), true, 'completion by its new owner')
      expect(await claim(store, key, 'c'), 'done', 'claim of a key that its new owner completed')
    },
  },
  {
    name: 'gives a key whose lease has ended to exactly one of many',
    async run(store) {
      const key = newKey()
      await claim(store, key, 'a', SHORT_MS)
      await wait(LONGER_MS)
      await expectOneClaimed(store, key, 'claims of a key whose lease has ended')
    },
  },
  {
    name: 'gives an absent key to exactly one of many',
    async run(store) {
      await expectOneClaimed(store, newKey(), 'claims of an absent key')
    },
  },
  {
    name: 'is done for everyone after completion',
    async run(store) {
      const key = newKey()
      await claim(store, key, 'a')
      expect(await store.complete(key, { owner: 'a', ttlMs: LONG_MS }), true, 'completion by the owner')
      expect(await claim(store, key, 'b'), 'done', 'claim of a completed key by another owner')
      expect(await claim(store, key, 'a'), 'done', 'claim of a completed key by the owner who completed it')
    },
  },
  {
    name: 'remembers completion for longer than the lease',
    async run(store) {
      let leaseMs = SHORT_MS
      let key = newKey()
      await claim(store, key, 'a', leaseMs)
      // A slow store may need longer than that to complete: then again with a longer lease.
      while (!(await store.complete(key, { owner: 'a', ttlMs: LONG_MS })) && leaseMs < 5000) {
        leaseMs *= 2
        key = newKey()
        await claim(store, key, 'a', leaseMs)
      }
      await wait(leaseMs + LONGER_MS)
      expect(await claim(store, key, 'b'), 'done', 'claim of a completed key when the lease would have ended')
    },
  },
  {
    name: 'forgets completion after its time',
    async run(store) {
      const key = newKey()
      await claim(store, key, 'a')
      await store.complete(key, { owner: 'a', ttlMs: SHORT_MS })
      await wait(LONGER_MS)
      expect(await claim(store, key, 'b'), 'claimed', 'claim of a completed key after its ttl')
    },
  },
  {
    name: 'frees a key that its owner releases',
    async run(store) {
      const key = newKey()
      await claim(store, key, 'a')
      expect(await store.release(key, { owner: 'a' }), true, 'release by the owner')
      expect(await claim(store, key, 'b'), 'claimed', 'claim of a released key')
    },
  },
  {
    name: 'lets nobody else complete',
    async run(store) {
      const key = newKey()
      await claim(store, key, 'a')
      expect(await store.complete(key, { owner: 'b', ttlMs: LONG_MS }), false, 'completion by another owner')
      expect(await claim(store, key, 'c'), 'busy', 'claim after a stranger tried to complete')
    },
  },
  {
    name: 'lets nobody else release',
    async run(store) {
      const key = newKey()
      await claim(store, key, 'a')
      expect(await store.release(key, { owner: 'b' }), false, 'release by another owner')
      expect(await claim(store, key, 'c'), 'busy', 'claim after a stranger tried to release')
    },
  },
  {
    name: 'refuses completion when the lease has ended',
    async run(store) {
      const key = newKey()
      await claim(store, key, 'a', SHORT_MS)
      await wait(LONGER_MS)
      expect(
        await store.complete(key, { owner: 'a', ttlMs: LONG_MS }),
        false,
        'completion after the lease has ended',
      )
      expect(await claim(store, key, 'b'), 'claimed', 'claim after a late completion was refused')
    },
  },
  {
    name: 'refuses release when the lease has ended',
    async run(store) {
      const key = newKey()
      await claim(store, key, 'a', SHORT_MS)
      await wait(LONGER_MS)
      expect(await store.release(key, { owner: 'a' }), false, 'release after the lease has ended')
    },
  },
  {
    name: 'refuses completion and release by an owner who was overtaken',
    async run(store) {
      const key = newKey()
      await claim(store, key, 'a', SHORT_MS)
      await wait(LONGER_MS)
      await claim(store, key, 'b')
      expect(
        await store.complete(key, { owner: 'a', ttlMs: LONG_MS }),
        false,
        'completion by the overtaken owner',
      )
      expect(await store.release(key, { owner: 'a' }), false, 'release by the overtaken owner')
      expect(await claim(store, key, 'c'), 'busy', 'claim while the new owner holds the lease')
      expect(await store.complete(key, { owner: 'b', ttlMs: LONG_MS }), true, 'completion by the new owner')
    },
  },
  {
    name: 'keeps completion when its owner releases afterwards',
    async run(store) {
      const key = newKey()
      await claim(store, key, 'a')
      await store.complete(key, { owner: 'a', ttlMs: LONG_MS })
      expect(await store.release(key, { owner: 'a' }), false, 'release after completion')
      expect(await claim(store, key, 'b'), 'done', 'claim after a release that came too late')
    },
  },
  {
    name: 'has nothing to complete or release under an absent key',
    async run(store) {
      const key = newKey()
      expect(await store.complete(key, { owner: 'a', ttlMs: LONG_MS }), false, 'completion of an absent key')
      expect(await store.release(key, { owner: 'a' }), false, 'release of an absent key')
      expect(await claim(store, key, 'b'), 'claimed', 'claim after a completion of nothing')
    },
  },
  {
    name: 'tells keys apart that differ in case, in white space or at the end only',
    async run(store) {
      const key = newKey()
      const alike = [key, key.toUpperCase(), `${key} `, ` ${key}`, `${key}:`, `${key}%`, `${key}_`]
      for (const [index, other] of alike.entries()) {
        expect(await claim(store, other, `owner-${index}`), 'claimed', `claim of ${JSON.stringify(other)}`)
      }
    },
  },
  {
    name: 'takes keys of any length and content',
    async run(store) {
      const key = newKey()
      const odd = [
        'k'.repeat(10_000),
        '\0',
        '"',
        "'",
        '\\',
        '\n',
        '%',
        '_',
        '{a}',
        '世界',
        '👩‍🚀',
        '; DROP TABLE x; --',
      ]
      for (const part of odd) {
        const one = `${key}${part}1`
        const other = `${key}${part}2`
        expect(
          await claim(store, one, 'a'),
          'claimed',
          `claim of ${JSON.stringify(part.slice(0, 20))} in a key`,
        )
        expect(
          await claim(store, other, 'b'),
          'claimed',
          `claim of ${JSON.stringify(part.slice(0, 20))} in another key`,
        )
        expect(await store.complete(one, { owner: 'a', ttlMs: LONG_MS }), true, 'completion of such a key')
        expect(await claim(store, other, 'c'), 'busy', 'claim of a key like one that is completed')
      }
    },
  },
  {
    name: 'tells keys apart that differ in halves of surrogate pairs only',
    async run(store) {
      const key = newKey()
      // What UTF-8 cannot carry, and becomes one and the same replacement character where nobody takes care.
      for (const [index, half] of ['\ud800', '\udbff', '\udc00', '\ufffd'].entries()) {
        expect(
          await claim(store, `${key}${half}`, `owner-${index}`),
          'claimed',
          `claim of a key with ${JSON.stringify(half)} at its end`,
        )
      }
    },
  },
  {
    name: 'tells long keys apart that differ at their end only',
    async run(store) {
      // Around the limits of databases' keys, in characters of one byte, and of three.
      for (const length of [200, 300, 700, 1000, 2000, 3000]) {
        for (const character of ['k', '世']) {
          const key = newKey() + character.repeat(length)
          for (const end of ['', 'a', 'b', '~']) {
            const what = `claim of a key of ${length} characters, and ${JSON.stringify(end)} at its end`
            expect(await claim(store, key + end, `owner-${end}`), 'claimed', what)
          }
        }
      }
    },
  },
  {
    name: 'takes owners of any content',
    async run(store) {
      for (const owner of [
        '"',
        "'",
        '\\',
        ']]',
        "' .. redis.call('FLUSHALL') .. '",
        '$1',
        ':owner',
        '世界',
        'done',
        'held:a',
        'o'.repeat(1000),
      ]) {
        const key = newKey()
        await claim(store, key, owner)
        expect(
          await claim(store, key, `${owner}x`),
          'busy',
          `claim of a key that ${JSON.stringify(owner.slice(0, 40))} holds`,
        )
        expect(
          await store.complete(key, { owner, ttlMs: LONG_MS }),
          true,
          `completion by ${JSON.stringify(owner.slice(0, 40))}`,
        )
        expect(
          await claim(store, key, owner),
          'done',
          `claim of a key that ${JSON.stringify(owner.slice(0, 40))} completed`,
        )
      }
    },
  },
  {
    name: 'takes times that are no whole numbers, very short ones, and very long ones',
    async run(store) {
      const brief = newKey()
      expect(await claim(store, brief, 'a', 0.25), 'claimed', 'claim for a quarter of a millisecond')
      await wait(LONGER_MS)
      expect(await claim(store, brief, 'b'), 'claimed', 'claim after a quarter of a millisecond')
      for (const milliseconds of [60_000.5, 2 ** 31, 1e12, Number.MAX_SAFE_INTEGER]) {
        const key = newKey()
        expect(await claim(store, key, 'a', milliseconds), 'claimed', `claim for ${milliseconds} ms`)
        expect(await claim(store, key, 'b'), 'busy', `claim of a key that is held for ${milliseconds} ms`)
        expect(
          await store.complete(key, { owner: 'a', ttlMs: milliseconds }),
          true,
          `completion for ${milliseconds} ms`,
        )
        expect(await claim(store, key, 'b'), 'done', `claim of a key that is done for ${milliseconds} ms`)
      }
    },
  },
  {
    name: 'keeps its time when the clock of a worker is wrong',
    async run(store) {
      for (const minutes of [10, -10]) {
        const held = newKey()
        const brief = newKey()
        await claim(store, held, 'a')
        await claim(store, brief, 'a', SHORT_MS)
        await wait(LONGER_MS)
        await withWrongClock(minutes, async () => {
          const clock = `where the clock of the worker is wrong by ${minutes} minutes`
          expect(await claim(store, held, 'b'), 'busy', `claim of a held key ${clock}`)
          expect(await claim(store, brief, 'b'), 'claimed', `claim of a key whose lease has ended ${clock}`)
          expect(await store.complete(held, { owner: 'a', ttlMs: LONG_MS }), true, `completion ${clock}`)
        })
        expect(await claim(store, brief, 'c'), 'busy', 'claim of a key that was claimed by a wrong clock')
        expect(await claim(store, held, 'c'), 'done', 'claim of a key that was completed by a wrong clock')
      }
    },
  },
]

let clockIsRight: Promise<unknown> = Promise.resolve()

/** Runs something while `Date` is wrong by some minutes, for everyone in this process; one at a time. */
function withWrongClock(minutes: number, run: () => Promise<void>): Promise<void> {
  const turn = clockIsRight.then(async () => {
    const RightDate = globalThis.Date
    const now = () => RightDate.now() + minutes * 60_000
    globalThis.Date = new Proxy(RightDate, {
      construct: (target, args, newTarget) =>
        Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
      get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
    })
    try {
      await run()
    } finally {
      globalThis.Date = RightDate
    }
  })
  clockIsRight = turn.catch(() => {})
  return turn
}

let lastKey = 0

function newKey(): string {
  lastKey += 1
  return `case:${crypto.randomUUID()}:${lastKey}`
}

function claim(
  store: DedupeStore,
  key: string,
  owner: string,
  leaseMs = LONG_MS,
): PromiseLike<Claim> | Claim {
  return store.claim(key, { owner, leaseMs })
}

async function expectOneClaimed(store: DedupeStore, key: string, what: string): Promise<void> {
  const owners = Array.from({ length: 1000 }, (_, index) => `owner-${index}`)
  const claims = await Promise.all(owners.map(async (owner) => claim(store, key, owner)))
  const winners = claims.filter((found) => found === 'claimed').length
  expect(winners, 1, `number of owners who got the key, of 1,000 ${what} at the same moment`)
  expect(
    claims.filter((found) => found === 'busy').length,
    999,
    `number of owners told "busy", of 1,000 ${what}`,
  )
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

function expect(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) {
    throw new Error(`The ${what} must give ${JSON.stringify(expected)}, and gave ${JSON.stringify(actual)}.`)
  }
}
