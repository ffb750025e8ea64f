/** Random choices that are reproducible: the same seed gives the same choices. */

/** A source of random choices. */
export interface Random {
  /** Returns a whole number from `from` to `to`, both included. */
  between(from: number, to: number): number
  /** Returns one of the items. */
  of<const Items extends readonly [unknown, ...unknown[]]>(items: Items): Items[number]
  /** Returns an id in the format of `crypto.randomUUID` (RFC 9562, version 4). */
  uuid(): string
  /** Returns the same items in random order. */
  shuffled<Item>(items: readonly Item[]): Item[]
}

/** The largest seed. */
export const MAX_SEED = 2 ** 32 - 1

/** Creates a source of choices from a seed, with the generator mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed | 0

  function fraction(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  const between = (from: number, to: number) => from + Math.floor(fraction() * (to - from + 1))
  const hex = (from: number, to: number) => between(from, to).toString(16)
  const digits = (count: number) => Array.from({ length: count }, () => hex(0, 15)).join('')
  return {
    between,
    of: (items) => items[between(0, items.length - 1)] ?? items[0],
    uuid: () => [digits(8), digits(4), `4${digits(3)}`, `${hex(8, 11)}${digits(3)}`, digits(12)].join('-'),
    shuffled: (items) =>
      items
        .map((item) => ({ item, rank: fraction() }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ item }) => item),
  }
}
