/** Pseudorandom choices that are the same in every run with the same seed. */

import { createRandom as createSeeded } from '../../src/testing/scenarios/random.js'

/** A source of choices. */
export interface Random {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number
  /** True once in so many times, on average. */
  onceIn(times: number): boolean
  of<Item>(items: readonly Item[]): Item
  bytes(length: number): Uint8Array<ArrayBuffer>
  text(length: number): string
  /** The same items in random order. */
  shuffled<Item>(items: readonly Item[]): Item[]
}

/** Characters that often cause trouble. */
const CHARACTERS = [
  ...'aZ09 _"\\/{}[]:,.+-eE\n\r\t\0\u007f\u00a0ßé\u2028\u202e\ufeff\ufffd世👩\u200d',
  '\ud800',
  '\udfff',
]

export function createRandom(seed: number): Random {
  // `send` uses the same generator for its scenarios.
  const { between, shuffled } = createSeeded(seed)
  const below = (limit: number) => between(0, limit - 1)
  const random: Random = {
    below,
    onceIn: (times) => below(times) === 0,
    of(items) {
      // Callers pass lists with at least one item.
      return items[below(items.length)] as (typeof items)[number]
    },
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
    text: (length) => Array.from({ length }, () => random.of(CHARACTERS)).join(''),
    shuffled,
  }
  return random
}
