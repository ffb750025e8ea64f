/** Cases for keys and owners of any length and content, which a store must tell apart. */

import { claimAs, expectResult, LONG_MS, newKey } from './case-steps.js'
import type { StoreCase } from './store-case.js'

export const contentCases: readonly StoreCase[] = [
  {
    name: 'tells apart keys that differ only in case, in white space or at the end',
    async run(store) {
      const key = newKey()
      const alike = [key, key.toUpperCase(), `${key} `, ` ${key}`, `${key}:`, `${key}%`, `${key}_`]
      for (const [index, other] of alike.entries()) {
        expectResult(
          await claimAs(store, other, `owner-${index}`),
          'claimed',
          `claim() of the key ${JSON.stringify(other)}`,
        )
      }
    },
  },
  {
    name: 'accepts keys of any length and content',
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
        expectResult(
          await claimAs(store, one, 'a'),
          'claimed',
          `claim() of a key that contains ${JSON.stringify(part.slice(0, 20))}`,
        )
        expectResult(
          await claimAs(store, other, 'b'),
          'claimed',
          `claim() of another key that contains ${JSON.stringify(part.slice(0, 20))}`,
        )
        expectResult(
          await store.complete(one, { owner: 'a', ttlMs: LONG_MS }),
          true,
          `complete() of a key that contains ${JSON.stringify(part.slice(0, 20))}`,
        )
        expectResult(
          await claimAs(store, other, 'c'),
          'busy',
          'claim() of a key that is similar to a completed one',
        )
      }
    },
  },
  {
    name: 'tells apart keys that differ only in halves of surrogate pairs',
    async run(store) {
      const key = newKey()
      // UTF-8 can't represent the first three. A careless store turns each of them into the fourth, the replacement character.
      for (const [index, half] of ['\ud800', '\udbff', '\udc00', '\ufffd'].entries()) {
        expectResult(
          await claimAs(store, `${key}${half}`, `owner-${index}`),
          'claimed',
          `claim() of a key that ends in ${JSON.stringify(half)}`,
        )
      }
    },
  },
  {
    name: 'tells apart long keys that differ only at their end',
    async run(store) {
      // Around the limits that databases have for keys, in characters of one byte and of three bytes.
      for (const length of [200, 300, 700, 1000, 2000, 3000]) {
        for (const character of ['k', '世']) {
          const key = newKey() + character.repeat(length)
          for (const end of ['', 'a', 'b', '~']) {
            const what = `claim() of a key that ends in ${length} times ${JSON.stringify(character)} and ${JSON.stringify(end)}`
            expectResult(await claimAs(store, key + end, `owner-${end}`), 'claimed', what)
          }
        }
      }
    },
  },
  {
    name: 'accepts owners of any content',
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
        await claimAs(store, key, owner)
        expectResult(
          await claimAs(store, key, `${owner}x`),
          'busy',
          `claim() of a key that ${JSON.stringify(owner.slice(0, 40))} holds`,
        )
        expectResult(
          await store.complete(key, { owner, ttlMs: LONG_MS }),
          true,
          `complete() by ${JSON.stringify(owner.slice(0, 40))}`,
        )
        expectResult(
          await claimAs(store, key, owner),
          'done',
          `claim() of a key that ${JSON.stringify(owner.slice(0, 40))} completed`,
        )
      }
    },
  },
]
