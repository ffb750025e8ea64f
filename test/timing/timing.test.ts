/**
 * The time of a rejection must not reveal how much of a signature was right. The method is dudect (Reparaz, Balasch,
 * Verbauwhede: "Dude, is my code constant time?", 2017): measures two classes of inputs in random order and applies
 * Welch's t-test to their times. |t| of 4.5 or more means that the classes can be told apart.
 */

import crypto, { createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom, type Random } from '../support/random.js'

const SECRET = 'whsec_timing'
const SAMPLES = process.env['FULL'] === '1' ? 1_000_000 : 100_000
/** WebCrypto takes ten times as long per input. */
const WEB_SAMPLES = SAMPLES / 5
const LIMIT = 4.5
/**
 * The test looks at the fastest part of all times, in several sizes, as dudect does. On a busy machine, slow times
 * hide a difference that the fastest tenth shows clearly.
 */
const QUANTILES = [0.1, 0.25, 0.5, 0.9]
/** The number of right bytes, out of the 32 of the signature. Each is compared with none. */
const CLASSES = [8, 16, 31]

/**
 * The number of inputs per class and batch. Each is measured once, because its place in memory affects its time, and
 * repeating a few inputs would measure only their places.
 */
const ROUND = 4000
/** All deliveries share one body, because signing each would take longer than what is measured. */
const SHARED = 8

const timestamp = String(Math.floor(Date.now() / 1000))
// A fixed clock, because reading the system's would be part of what is measured.
const options = { now: () => Number(timestamp) * 1000 }

interface Delivery {
  readonly body: Uint8Array
  readonly headers: Record<string, string>
}

/**
 * Replaces digits with digits and letters with letters. Checking the form of a string takes longer for letters, which
 * is no secret.
 */
const OTHERS = new Map(
  ['0123456789', 'abcdef'].flatMap((alike) => {
    const codes = [...Buffer.from(alike)]
    return codes.map((code) => [code, codes.filter((each) => each !== code)] as const)
  }),
)

const digits = Buffer.alloc(64)

/**
 * A signature with only its first bytes right. It is created in the same steps for every class, and as one flat
 * string, as it comes from a network: leftovers in memory and the form of a string affect its time, too.
 */
function makeWrong(random: Random, right: string, bytes: number): string {
  for (let index = 0; index < digits.length; index++) {
    const code = right.charCodeAt(index)
    const other = random.of(OTHERS.get(code) ?? [])
    digits[index] = index < 2 * bytes ? code : other
  }
  return digits.toString('latin1')
}

/** Deliveries in random order, half of each class, that differ only in what is to be told apart. */
function makeRound(random: Random, bytes: number): readonly (readonly [which: 0 | 1, Delivery])[] {
  const round: [0 | 1, Delivery][] = []
  while (round.length < 2 * ROUND) {
    const id = Buffer.from(random.bytes(16)).toString('hex')
    const body = Buffer.from(`{"event":"call.ended","data":{"call_id":"${id}"}}`)
    const right = createHmac('sha256', SECRET).update(`${timestamp}.`).update(body).digest('hex')
    for (let count = 0; count < SHARED; count++) {
      // The order of creation is random, too, because what lies near the body in memory is faster to read.
      for (const which of random.of([[0, 1] as const, [1, 0] as const])) {
        const signature = makeWrong(random, right, which === 0 ? 0 : bytes)
        const headers = { 'x-truedy-timestamp': timestamp, 'x-truedy-signature': signature }
        round.push([which, { body, headers }])
      }
    }
  }
  return random.shuffled(round)
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

type Verify = (
  body: Uint8Array,
  headers: Record<string, string>,
  secret: string,
  settings: object,
) => { readonly ok: boolean } | Promise<{ readonly ok: boolean }>

async function nanosecondsOf(verify: Verify, { body, headers }: Delivery): Promise<number> {
  const began = process.hrtime.bigint()
  const verdict = verify(body, headers, SECRET, options)
  const { ok } = 'then' in verdict ? await verdict : verdict
  const took = Number(process.hrtime.bigint() - began)
  if (ok) throw new Error('A wrong signature was taken for right.')
  return took
}

/** The times of two classes, measured in random order. */
async function measure(
  timeOf: (delivery: Delivery, which: 0 | 1) => Promise<number>,
  bytes: number,
  samples: number,
) {
  const random = createRandom(Date.now())
  const times = [new Float64Array(samples), new Float64Array(samples)] as const
  const counts: [number, number] = [0, 0]
  for (const [which, delivery] of makeRound(random, bytes)) await timeOf(delivery, which)
  while (counts[0] < samples) {
    for (const [which, delivery] of makeRound(random, bytes))
      times[which][counts[which]++] = await timeOf(delivery, which)
  }
  return times
}

/** Prints |t| of two classes, and fails if they can be told apart. */
function expectAlike(what: string, times: readonly [Float64Array, Float64Array]): void {
  const values = QUANTILES.map((quantile) => {
    const [a, b] = fastest(times, quantile)
    return (b.mean - a.mean) / Math.sqrt(a.variance / a.count + b.variance / b.count)
  })
  expectBelowLimit(`${what}: ${times[0].length.toLocaleString('en')} samples each`, values)
}

function expectBelowLimit(what: string, values: readonly number[]): void {
  console.log(`${what}; t = ${values.map((t) => t.toFixed(2)).join(', ')}`)
  for (const t of values) expect(Math.abs(t)).toBeLessThan(LIMIT)
}

/** Mean and variance of each class, of the times up to a quantile of both classes together. */
function fastest([none, some]: readonly [Float64Array, Float64Array], quantile: number) {
  const all = new Float64Array(none.length + some.length)
  all.set(none)
  all.set(some, none.length)
  all.sort()
  const limit = all[Math.floor(all.length * quantile)] ?? 0
  return [momentsUpTo(none, limit), momentsUpTo(some, limit)] as const
}

function momentsUpTo(times: Iterable<number>, limit: number) {
  const moments = createMoments()
  for (const time of times) if (time <= limit) moments.add(time)
  return moments.result()
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'truedy-webhooks-timing-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Loads a copy of an entry, which shares no state with the entry and its other copies. */
async function loadCopy<Module>(entry: string, name: string): Promise<Module> {
  const copy = join(folder, `${entry}-${name}.mjs`)
  const code = await readFile(join(import.meta.dirname, `../../dist/${entry}.js`), 'utf8')
  // The source map is not copied.
  await writeFile(copy, code.replace(/\n\/\/# sourceMappingURL=.*/, ''))
  return import(/* @vite-ignore */ pathToFileURL(copy).href)
}

/** A copy of an entry that is loaded and first used in a runtime that lacks something. */
async function loadWithout<
  Module extends { readonly verifySignature?: Verify; readonly verifySignatureSync?: Verify },
>(entry: string, owner: object, name: string): Promise<Module> {
  const own = Object.getOwnPropertyDescriptor(owner, name)
  Object.defineProperty(owner, name, { value: undefined, configurable: true, writable: true })
  try {
    const loaded = await loadCopy<Module>(entry, name)
    // The package checks at its first delivery what the runtime has.
    await loaded.verifySignature?.(new Uint8Array(), signedNothing(), SECRET, options)
    return loaded
  } finally {
    if (own) Object.defineProperty(owner, name, own)
  }
}

function signedNothing(): Record<string, string> {
  return {
    'x-truedy-timestamp': timestamp,
    'x-truedy-signature': createHmac('sha256', SECRET).update(`${timestamp}.`).digest('hex'),
  }
}

/** One way to compare signatures for each source of the HMAC. */
const ways: Readonly<Record<string, { readonly samples: number; load(): Promise<Verify> }>> = {
  'one-shot hashes': {
    samples: SAMPLES,
    load: async () => (await import('../../dist/node.js')).verifySignatureSync,
  },
  createHmac: {
    samples: SAMPLES,
    load: async () =>
      (await loadWithout<{ verifySignatureSync: Verify }>('node', crypto, 'hash')).verifySignatureSync,
  },
  WebCrypto: {
    samples: WEB_SAMPLES,
    load: async () =>
      (await loadWithout<{ verifySignature: Verify }>('index', process, 'getBuiltinModule')).verifySignature,
  },
}

describe.each(Object.entries(ways))('the time of a rejection by %s', (_, { samples, load }) => {
  it.each(CLASSES)(
    'does not reveal that %i bytes of the signature are right',
    { timeout: 300_000 },
    async (bytes) => {
      const verify = await load()
      const times = await measure((delivery) => nanosecondsOf(verify, delivery), bytes, samples)
      expectAlike(`0 and ${bytes} bytes right`, times)
    },
  )
})

/**
 * Copies of the package for the test of tenants. A process creates one key for tenants that don't exist, and one for each that
 * does, and where a key lies in memory makes it some nanoseconds slower or faster for as long as the process runs. So two tenants
 * that both exist can be told apart in one process, too, and the samples to compare are copies, not deliveries.
 */
const COPIES = process.env['FULL'] === '1' ? 200 : 40

it('the time of a rejection does not reveal which tenants exist', { timeout: 300_000 }, async () => {
  const differences: Record<number, number[]> = {}
  for (let copy = 0; copy < COPIES; copy++) {
    const times = await measure(await timeOfRejections(copy), 0, ROUND)
    for (const quantile of QUANTILES) {
      const [unknown, known] = fastest(times, quantile)
      differences[quantile] = [...(differences[quantile] ?? []), unknown.mean - known.mean]
    }
  }
  const moments = QUANTILES.map((quantile) =>
    momentsUpTo(differences[quantile] ?? [], Number.POSITIVE_INFINITY),
  )
  const values = moments.map(({ count, mean, variance }) => mean / Math.sqrt(variance / count))
  expectBelowLimit(
    `no such tenant, and a wrong signature: ${moments.map(({ mean }) => mean.toFixed(1)).join(', ')} ns`,
    values,
  )
})

/** Measures the status 401 of a receiver for a tenant that doesn't exist and for one that does. */
async function timeOfRejections(copy: number) {
  const { createReceiver } = await loadCopy<typeof import('../../dist/index.js')>('index', `copy-${copy}`)
  const receive = createReceiver<[0 | 1]>({
    ...options,
    secret: (_delivery, which) => [null, SECRET][which] as string | null,
    onEvent: () => {},
    onOutcome: () => {},
  })
  return async ({ body, headers }: Delivery, which: 0 | 1): Promise<number> => {
    const began = process.hrtime.bigint()
    const { status } = await receive({ method: 'POST', headers, body }, which)
    const took = Number(process.hrtime.bigint() - began)
    if (status !== 401) throw new Error(`A wrong signature got ${status}.`)
    return took
  }
}
