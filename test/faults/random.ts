/** Repeatable chance: the same seed makes the same choices. Times, which decide the rest, depend on the machine. */

export const seed = Number(process.env['FAULTS_SEED'] ?? Math.floor(Math.random() * 2 ** 32))

let state = seed

/** A whole number from `from` to `to`, by mulberry32. */
export function randomBetween(from: number, to: number): number {
  state = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  const fraction = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  return from + Math.floor(fraction * (to - from + 1))
}

/** One of several items at random. */
export function randomOf<Item>(items: readonly Item[]): Item {
  const item = items[randomBetween(0, items.length - 1)]
  if (item === undefined) throw new RangeError('There is nothing to choose from.')
  return item
}
