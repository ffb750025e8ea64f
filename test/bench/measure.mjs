/** Measures candidates side by side: all of a group in turn, round after round, in one process. */

import { performance } from 'node:perf_hooks'

export const ROUNDS = 31

/** @typedef {Map<import('./candidates.mjs').Candidate, number[]>} Times nanoseconds of a call, for each round */

/** Keeps results alive, so that no work can be optimized away. */
let last

/**
 * The time of one call of each candidate, in nanoseconds, for each round. Every round has an order of its own,
 * so that none always runs after the same neighbour, whose garbage it would have to collect.
 *
 * @param {import('./candidates.mjs').Candidate[]} candidates
 * @param {import('./deliveries.mjs').Delivery} delivery
 * @param {number} iterations calls of each candidate in each round
 * @returns {Promise<Times>}
 */
export async function measure(candidates, delivery, iterations) {
  const times = new Map(candidates.map((candidate) => [candidate, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const candidate of shuffled(candidates)) {
      times.get(candidate).push(await timeOne(candidate, delivery, iterations))
    }
  }
  return times
}

function shuffled(candidates) {
  const places = candidates.map((candidate) => ({ candidate, place: Math.random() }))
  return places.sort((a, b) => a.place - b.place).map(({ candidate }) => candidate)
}

/** Runs every candidate without measuring until the compiler is done with it. */
export async function warmUp(candidates, delivery, iterations) {
  for (const candidate of candidates) await timeOne(candidate, delivery, iterations)
}

async function timeOne({ run, isAsync }, delivery, iterations) {
  const start = performance.now()
  if (isAsync) for (let i = 0; i < iterations; i++) last = await run(delivery)
  else for (let i = 0; i < iterations; i++) last = run(delivery)
  const elapsed = performance.now() - start
  if (last === undefined) throw new Error('A candidate returned nothing.')
  return (elapsed * 1e6) / iterations
}

/** The median of the ratios of two candidates' rounds, because a disturbance of a round affects both. */
export function ratio(times, candidate, base) {
  const baseTimes = times.get(base)
  return median(times.get(candidate).map((time, round) => time / baseTimes[round]))
}

/** @param {number[]} numbers */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * Throws unless a candidate accepts the delivery and rejects another body: one that does not verify would be fast.
 *
 * @param {import('./candidates.mjs').Candidate} candidate
 * @param {import('./deliveries.mjs').Delivery} delivery
 */
export async function requireVerifying({ name, run }, delivery) {
  const event = await run(delivery)
  if (event?.data?.call?.callId === undefined) throw new Error(`${name} gives no event.`)
  const body = Buffer.from(delivery.body)
  body[body.indexOf('hangup')] ^= 1
  const isRefused = await Promise.resolve(body)
    .then((tampered) => run({ ...delivery, body: tampered }))
    .then(
      () => false,
      () => true,
    )
  if (!isRefused) throw new Error(`${name} accepts a body that was not signed.`)
}
