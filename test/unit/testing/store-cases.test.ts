import { setImmediate } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Claim, type DedupeStore, memoryStore } from '../../../src/index.js'
import { type StoreCase, storeCases } from '../../../src/testing/index.js'
import { passTime, stopClock } from '../support/clock.js'

// The cases wait for leases to expire, so the clock must be simulated.
beforeEach(stopClock)

/** An operation of a store. */
type Step = keyof DedupeStore

interface Entry {
  owner: string
  isDone: boolean
  expiresAt: number
}

/** Common mistakes in a store, exactly the cases that must fail, and the step that each failure must name. */
const MISTAKES = {
  checksThenActs: {
    'gives a key whose lease has expired to exactly one of many owners': 'claim',
    'gives an absent key to exactly one of many owners': 'claim',
  },
  leavesOutFencing: {
    'lets nobody else complete': 'complete',
    'lets nobody else release': 'release',
    'returns false from complete, renew and release after another owner has claimed the key': 'complete',
    'renews nothing for another owner': 'renew',
  },
  neverExpires: {
    'renews from now, even for a shorter time': 'claim',
    'does not renew a lease that has expired, even if nobody else holds it': 'renew',
    'frees a completed key after its ttl': 'claim',
    'gives a key to another owner once the lease has expired': 'claim',
    'gives a key whose lease has expired to exactly one of many owners': 'claim',
    "is not affected by a worker's wrong clock": 'claim',
    'returns false from complete, renew and release after another owner has claimed the key': 'complete',
    'releases nothing once the lease has expired': 'release',
    'renews nothing for another owner': 'claim',
    'accepts fractional, very short and very long times': 'claim',
  },
  forgetsCompletion: {
    'completes after the lease has expired, if nobody else has claimed the key': 'claim',
    'completes a done key a second time, because the first response may have been lost': 'claim',
    'completes an absent key, whose record may have been swept': 'claim',
    'gives a key to another owner once the lease has expired': 'claim',
    'is done for every owner after completion': 'claim',
    'keeps a completed key done if its owner releases it afterward': 'claim',
    "is not affected by a worker's wrong clock": 'claim',
    'keeps a completed key done for longer than the lease': 'claim',
    'does not renew a key that was released, is absent or is done': 'claim',
    'accepts owners of any content': 'claim',
    'accepts fractional, very short and very long times': 'claim',
  },
  isBusyForItsOwner: {
    'extends the lease when the owner claims again': 'claim',
    'lets the owner claim again': 'claim',
  },
  doesNotExtendByClaim: {
    'extends the lease when the owner claims again': 'claim',
  },
  doesNotRenew: {
    'renews from now, even for a shorter time': 'claim',
    'renews a lease that its owner holds': 'claim',
  },
  renewsExpired: {
    'does not renew a lease that has expired, even if nobody else holds it': 'renew',
  },
  renewsDone: {
    'does not renew a key that was released, is absent or is done': 'renew',
  },
  foldsCase: {
    'tells apart keys that differ only in case, in white space or at the end': 'claim',
  },
  completesAnything: {
    'lets nobody else complete': 'complete',
    'returns false from complete, renew and release after another owner has claimed the key': 'complete',
  },
  completesOnlyForItsOwner: {
    'completes after the lease has expired, if nobody else has claimed the key': 'complete',
    'completes a done key a second time, because the first response may have been lost': 'complete',
    'completes an absent key, whose record may have been swept': 'complete',
  },
  releasesCompleted: {
    'keeps a completed key done if its owner releases it afterward': 'release',
  },
  releasesExpired: {
    'keeps a completed key done if its owner releases it afterward': 'release',
    'lets nobody else release': 'release',
    'returns false from complete, renew and release after another owner has claimed the key': 'release',
    'releases nothing once the lease has expired': 'release',
  },
  keepsLeaseAsTtl: {
    'frees a completed key after its ttl': 'claim',
    'keeps a completed key done for longer than the lease': 'claim',
  },
  isNeverBusy: {
    'extends the lease when the owner claims again': 'claim',
    'gives a key whose lease has expired to exactly one of many owners': 'claim',
    'gives an absent key to exactly one of many owners': 'claim',
    'is busy for other owners while the lease lasts': 'claim',
    "is not affected by a worker's wrong clock": 'claim',
    'lets nobody else complete': 'claim',
    'lets nobody else release': 'claim',
    'lets the owner claim again': 'claim',
    'returns false from complete, renew and release after another owner has claimed the key': 'claim',
    'renews a lease that its owner holds': 'claim',
    'accepts keys of any length and content': 'claim',
    'accepts owners of any content': 'claim',
    'accepts fractional, very short and very long times': 'claim',
  },
  usesClockOfWorker: {
    "is not affected by a worker's wrong clock": 'claim',
  },
  cutsKeys: {
    'accepts keys of any length and content': 'claim',
    'tells apart long keys that differ only at their end': 'claim',
  },
  encodesKeys: {
    'tells apart keys that differ only in halves of surrogate pairs': 'claim',
  },
} as const satisfies Record<string, Readonly<Record<string, Step>>>

type Mistake = keyof typeof MISTAKES
// The keys of MISTAKES.
const mistakes = Object.keys(MISTAKES) as Mistake[]

/** A correct store, except for the mistakes that it is told to make. */
function storeWith(...made: Mistake[]): DedupeStore {
  const makes = (mistake: Mistake) => made.includes(mistake)
  const entries = new Map<string, Entry>()
  const now = () => (makes('usesClockOfWorker') ? Date.now() : performance.now())
  const nameOf = (key: string) => {
    if (makes('foldsCase')) return key.toLowerCase().trim()
    if (makes('cutsKeys')) return key.slice(0, 255)
    return makes('encodesKeys') ? new TextDecoder().decode(new TextEncoder().encode(key)) : key
  }
  const live = (key: string) => {
    const entry = entries.get(nameOf(key))
    return entry && (makes('neverExpires') || entry.expiresAt > now()) ? entry : undefined
  }
  /** The lease, if the owner still holds it. */
  const held = (key: string, owner: string) => {
    const entry = live(key)
    if (!entry || (entry.isDone && !makes('releasesCompleted'))) return undefined
    return entry.owner === owner || makes('leavesOutFencing') ? entry : undefined
  }

  return {
    async claim(key, { owner, leaseMs }): Promise<Claim> {
      const entry = live(key)
      if (makes('checksThenActs')) await setImmediate()
      if (entry?.isDone && !makes('forgetsCompletion')) return 'done'
      if (
        entry &&
        !entry.isDone &&
        !makes('isNeverBusy') &&
        (entry.owner !== owner || makes('isBusyForItsOwner'))
      )
        return 'busy'
      if (entry?.owner === owner && makes('doesNotExtendByClaim')) return 'claimed'
      entries.set(nameOf(key), { owner, isDone: false, expiresAt: now() + leaseMs })
      return 'claimed'
    },
    async renew(key, { owner, leaseMs }) {
      const record = entries.get(nameOf(key))
      const entry = makes('renewsExpired') && record && !record.isDone ? record : live(key)
      if (!entry || (entry.owner !== owner && !makes('leavesOutFencing'))) return false
      if (entry.isDone && !makes('renewsDone')) return false
      if (!makes('doesNotRenew')) entry.expiresAt = now() + leaseMs
      return true
    },
    async complete(key, { owner, ttlMs }) {
      const entry = live(key)
      const isOthers = entry && !entry.isDone && entry.owner !== owner
      if (isOthers && !makes('leavesOutFencing') && !makes('completesAnything')) return false
      if (makes('completesOnlyForItsOwner') && (!entry || entry.isDone)) return false
      const expiresAt = entry && makes('keepsLeaseAsTtl') ? entry.expiresAt : now() + ttlMs
      entries.set(nameOf(key), { owner, isDone: true, expiresAt })
      return true
    },
    async release(key, { owner }) {
      if (makes('releasesExpired')) return entries.delete(nameOf(key))
      return held(key, owner) !== undefined && entries.delete(nameOf(key))
    },
  }
}

/** The first step that a message names. Quoted parts contain keys and results, so they don't count. */
function stepOf(error: unknown): Step | undefined {
  const steps: Readonly<Record<string, Step>> = {
    claim: 'claim',
    renew: 'renew',
    complet: 'complete',
    release: 'release',
  }
  const [stem = ''] = /claim|renew|complet|release/i.exec(String(error).replaceAll(/"[^"]*"/g, '')) ?? []
  return steps[stem.toLowerCase()]
}

/** The failing cases, and the step at which each fails. */
async function failuresOf(store: DedupeStore): Promise<Record<string, Step | undefined>> {
  const results = await passTime(Promise.allSettled(storeCases.map(({ run }) => run(store))))
  const failures = storeCases.flatMap(({ name }, index) => {
    const result = results[index]
    return result?.status === 'rejected' ? [[name, stepOf(result.reason)] as const] : []
  })
  return Object.fromEntries(failures)
}

/** How a store changes its arguments. */
interface Misreadings {
  readonly key?: (key: string) => string
  readonly owner?: (owner: string) => string
  /** Changes the time of a lease or of a completion, in milliseconds. */
  readonly time?: (ms: number) => number
}

/** A correct store that changes its arguments. */
function storeThatMisreads({ key = String, owner = String, time = Number }: Misreadings): DedupeStore {
  const memory = memoryStore()
  return {
    claim: (name, lease) =>
      memory.claim(key(name), { owner: owner(lease.owner), leaseMs: time(lease.leaseMs) }),
    renew: (name, lease) =>
      memory.renew(key(name), { owner: owner(lease.owner), leaseMs: time(lease.leaseMs) }),
    complete: (name, lease) =>
      memory.complete(key(name), { owner: owner(lease.owner), ttlMs: time(lease.ttlMs) }),
    release: (name, lease) => memory.release(key(name), { owner: owner(lease.owner) }),
  }
}

/** Removes a part of the string and everything after it. */
const cutAt = (part: string) => (text: string) => text.split(part, 1)[0] ?? ''

const ALIKE = 'tells apart keys that differ only in case, in white space or at the end'
const CONTENT = 'accepts keys of any length and content'
const LONG = 'tells apart long keys that differ only at their end'
const HALVES = 'tells apart keys that differ only in halves of surrogate pairs'
const OWNERS = 'accepts owners of any content'
const TIMES = 'accepts fractional, very short and very long times'

const MISREADINGS: readonly (readonly [what: string, Misreadings, found: string])[] = [
  ['lowercases keys', { key: (key) => key.toLowerCase() }, ALIKE],
  ['trims the start of keys', { key: (key) => key.trimStart() }, ALIKE],
  ...[' ', ':', '%', '_'].map((end) => {
    const key = (text: string) => (text.endsWith(end) ? text.slice(0, -1) : text)
    return [`drops ${JSON.stringify(end)} at the end of keys`, { key }, ALIKE] as const
  }),
  ...['\0', '"', "'", '\\', '\n', '%', '_', '{a}', '世界', '👩‍🚀', '; DROP TABLE x; --'].map(
    (part) => [`cuts keys at ${JSON.stringify(part)}`, { key: cutAt(part) }, CONTENT] as const,
  ),
  ['cuts keys at 10,000 characters', { key: (key) => key.slice(0, 10_000) }, CONTENT],
  ...[200, 300, 700, 1000, 2000, 3000].flatMap((length) => [
    [`cuts keys at ${length} characters`, { key: (key: string) => key.slice(0, length) }, LONG] as const,
    [
      `cuts keys at ${3 * length} bytes`,
      {
        key: (key: string) =>
          Buffer.from(key)
            .toString('latin1')
            .slice(0, 3 * length),
      },
      LONG,
    ] as const,
  ]),
  ...['\ud800', '\udbff', '\udc00'].map((half) => {
    const key = (text: string) => text.replace(half, '\ufffd')
    return [`replaces ${JSON.stringify(half)} in keys`, { key }, HALVES] as const
  }),
  ...['"', "'", '\\', ']]', "' .. redis.call('FLUSHALL') .. '", '$1', ':owner', '世界', 'done', 'held:a'].map(
    (part) => [`cuts owners at ${JSON.stringify(part)}`, { owner: cutAt(part) }, OWNERS] as const,
  ),
  ['cuts owners at 1000 characters', { owner: (owner) => owner.slice(0, 1000) }, OWNERS],
  ['lengthens a time under a millisecond', { time: (ms) => (ms < 1 ? 1000 : ms) }, TIMES],
  ['treats a time with a fraction as zero', { time: (ms) => (ms > 1000 && ms % 1 > 0 ? 0 : ms) }, TIMES],
  ...[2 ** 31, 1e12, Number.MAX_SAFE_INTEGER].map(
    (longest) =>
      [`treats ${longest} ms as zero`, { time: (ms: number) => (ms === longest ? 0 : ms) }, TIMES] as const,
  ),
]

function caseOf(name: string): StoreCase {
  const found = storeCases.find((each) => each.name === name)
  if (!found) throw new Error(`There is no case "${name}".`)
  return found
}

/** A store that returns a wrong result for one call, by its index, or for none; and its calls. */
function storeThatErrs(wrongIndex?: number) {
  const memory = memoryStore()
  const questions: { readonly step: Step; readonly right: unknown; readonly wrong: unknown }[] = []

  function answer<Answer>(step: Step, right: Answer, wrong: Answer): Answer {
    questions.push({ step, right, wrong })
    return questions.length - 1 === wrongIndex ? wrong : right
  }

  const store: DedupeStore = {
    async claim(key, lease) {
      const right = await memory.claim(key, lease)
      return answer('claim', right, right === 'busy' ? 'claimed' : 'busy')
    },
    async renew(key, lease) {
      const right = await memory.renew(key, lease)
      return answer('renew', right, !right)
    },
    async complete(key, lease) {
      const right = await memory.complete(key, lease)
      return answer('complete', right, !right)
    },
    async release(key, lease) {
      const right = await memory.release(key, lease)
      return answer('release', right, !right)
    },
  }
  return { store, questions }
}

/** The calls of a case, by their index, that only prepare it: their results are not checked. */
const PREPARATIONS: Readonly<Record<string, readonly number[]>> = {
  'gives an absent key to the first owner that claims it': [],
  'gives an absent key to exactly one of many owners': [],
  'frees a completed key after its ttl': [0, 1],
  'returns false from complete, renew and release after another owner has claimed the key': [0, 1],
  'keeps a completed key done if its owner releases it afterward': [0, 1],
  'completes a done key a second time, because the first response may have been lost': [0, 1],
  'does not renew a key that was released, is absent or is done': [0, 1, 6, 7],
  'releases nothing under an absent key': [],
  'completes an absent key, whose record may have been swept': [],
  'tells apart keys that differ only in case, in white space or at the end': [],
  'accepts keys of any length and content': [],
  'tells apart keys that differ only in halves of surrogate pairs': [],
  'tells apart long keys that differ only at their end': [],
  'accepts owners of any content': Array.from({ length: 11 }, (_, index) => index * 4),
  'accepts fractional, very short and very long times': [],
  "is not affected by a worker's wrong clock": [0, 1, 7, 8],
}
/** In most cases this is only the first claim. */
const preparationsOf = (name: string) => PREPARATIONS[name] ?? [0]

describe('the store cases', () => {
  it('have distinct names', () => {
    expect(new Set(storeCases.map(({ name }) => name)).size).toBe(storeCases.length)
  })

  it('pass for a correct store', async () => {
    expect(await failuresOf(storeWith())).toEqual({})
  })

  it.each(mistakes)('fail for a store that %s, each at the right step', async (mistake) => {
    expect(await failuresOf(storeWith(mistake))).toEqual(MISTAKES[mistake])
  })

  it.each(MISREADINGS)('fail for a store that %s', async (_, misreadings, found) => {
    const running = passTime(caseOf(found).run(storeThatMisreads(misreadings)))
    await expect(running).rejects.toThrow(/claim|complet/)
  })

  it.each(storeCases)('fail after one wrong result: $name', async ({ name, run }) => {
    const { store, questions } = storeThatErrs()
    await passTime(run(store))
    // Among a thousand concurrent owners only the number of results counts, so the first three calls are enough.
    const areMany = questions.length >= 1000
    const unchecked: number[] = []
    for (const [index, { step, right, wrong }] of questions.slice(0, areMany ? 3 : undefined).entries()) {
      const error = await passTime(run(storeThatErrs(index).store)).catch((reason: unknown) => reason)
      if (error === undefined) unchecked.push(index)
      else {
        const { message } = error as Error
        expect({ index, step: stepOf(message) }).toEqual({ index, step })
        if (!areMany) for (const value of [right, wrong]) expect(message).toContain(JSON.stringify(value))
      }
    }
    expect(unchecked).toEqual(preparationsOf(name))
  })

  it('report how many of a thousand owners were told that the key is busy', async () => {
    let count = 0
    const store = { ...memoryStore(), claim: () => (++count === 1 ? 'claimed' : 'done') as Claim }
    const running = caseOf('gives an absent key to exactly one of many owners').run(store)
    await expect(running).rejects.toThrow(/999.*"busy".*\b0\b/)
  })

  it('set the whole Date wrong for a worker, and restore it', async () => {
    const RightDate = Date
    const memory = memoryStore()
    const minutes: number[] = []
    const store: DedupeStore = {
      ...memory,
      claim(...args) {
        expect(new Date()).toEqual(new Date(Date.now()))
        expect(new Date(5).getTime()).toBe(5)
        expect(Date.UTC(1970, 0, 1)).toBe(0)
        minutes.push((Date.now() - RightDate.now()) / 60_000)
        return memory.claim(...args)
      },
    }
    await passTime(caseOf("is not affected by a worker's wrong clock").run(store))
    expect(minutes).toEqual([0, 0, 10, 10, 0, 0, 0, 0, -10, -10, 0, 0])
    expect(Date).toBe(RightDate)
  })
})
