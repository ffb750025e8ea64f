/**
 * Does the time of a refusal tell how much of a signature was right? After dudect (Reparaz, Balasch, Verbauwhede: "Dude, is my
 * code constant time?", 2017): two classes of inputs in random order, and Welch's t-test on their times. |t| over 4.5
 * would mean that they can be told apart.
 */

import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { verifySignatureSync } from '../../dist/node.js'
import { createRandom, type Random } from '../support/random.js'

const SECRET = 'whsec_timing'
const SAMPLES = 1_000_000
const LIMIT = 4.5
/** How many of the signature's 32 bytes are right; compared with none. */
const CLASSES = [8, 16, 31]

/** Deliveries of a class: many, since no two bodies and signatures take the same time to read. */
const POOL = 512

const timestamp = String(Math.floor(Date.now() / 1000))
// A fixed clock: reading the system's would be a part of what is measured.
const options = { now: () => Number(timestamp) * 1000 }

interface Delivery {
  readonly body: Uint8Array
  readonly headers: Record<string, string>
}

/**
 * Two deliveries that differ in what is to be told apart, and in nothing else: of the one no byte of the signature is
 * right, of the other the first ones. Where a digit is wrong it is another digit, and a letter another letter: checking the
 * form of a text takes longer for letters, which is no secret.
 */
function makePair(random: Random, bytes: number): readonly [Delivery, Delivery] {
  const body = Buffer.from(
    `{"event":"call.ended","data":{"call_id":"${Buffer.from(random.bytes(16)).toString('hex')}"}}`,
  )
  const right = createHmac('sha256', SECRET).update(`${timestamp}.`).update(body).digest('hex')
  const other = (character: string) => {
    const alike = [...(/\d/.test(character) ? '0123456789' : 'abcdef')]
    return random.of(alike.filter((each) => each !== character))
  }
  const sharing = (count: number): Delivery => {
    const signature = right.slice(0, 2 * count) + [...right.slice(2 * count)].map(other).join('')
    // In one piece, as it comes from a network: engines keep a sum of texts as two, which takes longer to read.
    const flat = Buffer.from(signature).toString('latin1')
    return { body, headers: { 'x-truedy-timestamp': timestamp, 'x-truedy-signature': flat } }
  }
  return [sharing(0), sharing(bytes)]
}

/** Mean and variance, one value at a time (Welford). */
function createMoments() {
  let count = 0
  let mean = 0
  let squares = 0
  return {
    add(value: number) {
      count += 1
      const difference = value - mean
      mean += difference / count
      squares += difference * (value - mean)
    },
    result: () => ({ count, mean, variance: squares / (count - 1) }),
  }
}

function nanosecondsOf({ body, headers }: Delivery): number {
  const began = process.hrtime.bigint()
  const { ok } = verifySignatureSync(body, headers, SECRET, options)
  const took = Number(process.hrtime.bigint() - began)
  if (ok) throw new Error('A wrong signature was taken for right.')
  return took
}

/** Times of two classes in random order, without what other programs and the collector of garbage add. */
function measure(bytes: number) {
  const random = createRandom(Date.now())
  const pairs = Array.from({ length: POOL }, () => makePair(random, bytes))
  const pools = [pairs.map(([none]) => none), pairs.map(([, some]) => some)] as const
  const times: Float64Array[] = pools.map(() => new Float64Array(SAMPLES))
  const counts = [0, 0]
  for (let index = 0; index < 50_000; index++) nanosecondsOf(random.of(pools[index % 2 === 0 ? 0 : 1]))
  while (Math.min(...counts) < SAMPLES) {
    const which = random.below(2)
    const took = nanosecondsOf(random.of(pools[which === 0 ? 0 : 1]))
    const count = counts[which] ?? 0
    // One class may be ahead of the other for a while.
    if (count < SAMPLES) (times[which] as Float64Array)[count] = took
    counts[which] = count + 1
  }
  // dudect crops both classes at one percentile of all: outliers are not of this program.
  const all = Float64Array.from([...(times[0] ?? []), ...(times[1] ?? [])]).sort()
  const limit = all[Math.floor(all.length * 0.9)] ?? 0
  return times.map((each) => {
    const moments = createMoments()
    for (const time of each) if (time <= limit) moments.add(time)
    return moments.result()
  })
}

describe('the time of a refusal', () => {
  it.each(CLASSES)(
    'does not tell that %i bytes of the signature are right',
    { timeout: 300_000 },
    (bytes) => {
      const [none, some] = measure(bytes)
      if (!none || !some) throw new Error('Nothing was measured.')
      const t = (some.mean - none.mean) / Math.sqrt(none.variance / none.count + some.variance / some.count)
      console.log(
        `0 and ${bytes} bytes right: t = ${t.toFixed(2)}, means ${none.mean.toFixed(0)} and ${some.mean.toFixed(0)} ns, ${SAMPLES.toLocaleString('en')} samples each`,
      )
      expect(Math.abs(t)).toBeLessThan(LIMIT)
    },
  )
})
