/** Measures steps of stores side by side: each in turn, round after round, in a changing order. */

import { performance } from 'node:perf_hooks'

/** The measured operation, on a key that nobody else uses. */
export interface Candidate {
  readonly name: string
  run(key: string, owner: string): unknown
  /** Creates the state in which the operation is measured. */
  prepare?(key: string): unknown
}

export interface Measured {
  readonly candidate: Candidate
  readonly perSecond: number
  /** The time of one operation, in microseconds. */
  readonly median: number
  readonly p99: number
  /** The median of the ratios to the rate of the first candidate in the same round. */
  readonly ratio: number
}

const ROUNDS = 21

export async function measure(
  candidates: readonly Candidate[],
  operations: number,
  inFlight: number,
): Promise<Measured[]> {
  const rates = new Map(candidates.map((candidate) => [candidate, [] as number[]]))
  const times = new Map(candidates.map((candidate) => [candidate, [] as number[]]))
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const candidate of shuffled(candidates)) {
      const found = await measureRound(candidate, operations, inFlight)
      if (round === 0) continue
      rates.get(candidate)?.push(found.perSecond)
      times.get(candidate)?.push(...found.times)
    }
  }
  const base = rates.get(candidates[0] as Candidate) ?? []
  return candidates.map((candidate) => {
    const own = rates.get(candidate) ?? []
    const sorted = (times.get(candidate) ?? []).sort((a, b) => a - b)
    return {
      candidate,
      perSecond: median(own),
      median: at(sorted, 0.5),
      p99: at(sorted, 0.99),
      ratio: median(own.map((rate, round) => rate / (base[round] ?? Number.NaN))),
    }
  })
}

async function measureRound(candidate: Candidate, operations: number, inFlight: number) {
  // Created before the clock starts, because random numbers take longer than some of what is measured.
  const work = Array.from({ length: operations }, () => ({
    key: `call.ended:call:${crypto.randomUUID()}`,
    owner: crypto.getRandomValues(new Uint32Array(4)).join('-'),
  }))
  if (candidate.prepare) for (const { key } of work) await candidate.prepare(key)
  const times: number[] = []
  const start = performance.now()
  async function runAll(): Promise<void> {
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      const begun = performance.now()
      await candidate.run(next.key, next.owner)
      times.push((performance.now() - begun) * 1000)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, runAll))
  return { perSecond: (operations / (performance.now() - start)) * 1000, times }
}

function shuffled<Value>(values: readonly Value[]): Value[] {
  const places = values.map((value) => ({ value, place: Math.random() }))
  return places.sort((a, b) => a.place - b.place).map(({ value }) => value)
}

function median(numbers: readonly number[]): number {
  return at(
    [...numbers].sort((a, b) => a - b),
    0.5,
  )
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
