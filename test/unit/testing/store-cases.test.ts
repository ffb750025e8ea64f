import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Claim, type DedupeStore, memoryStore } from '../../../src/index.js'
import { type StoreCase, storeCases } from '../../../src/testing/index.js'
import { numbering, withoutRuns } from '../support/readable.js'

interface Entry {
  owner: string
  isDone: boolean
  expiresAt: number
}

interface Mistakes {
  checksThenActs?: boolean
  leavesOutFencing?: boolean
  neverExpires?: boolean
  forgetsCompletion?: boolean
  isBusyForItsOwner?: boolean
  doesNotRenew?: boolean
  foldsCase?: boolean
  completesAnything?: boolean
  completesExpired?: boolean
  releasesCompleted?: boolean
  releasesExpired?: boolean
  keepsLeaseAsTtl?: boolean
  isNeverBusy?: boolean
  usesClockOfWorker?: boolean
  cutsKeys?: boolean
  encodesKeys?: boolean
}

/** A store as a hurried developer writes it: right, unless told to make a mistake. */
function storeWith(mistakes: Mistakes): DedupeStore {
  const entries = new Map<string, Entry>()
  const now = () => (mistakes.usesClockOfWorker ? Date.now() : performance.now())
  const nameOf = (key: string) => {
    if (mistakes.foldsCase) return key.toLowerCase().trim()
    if (mistakes.cutsKeys) return key.slice(0, 255)
    return mistakes.encodesKeys ? new TextDecoder().decode(new TextEncoder().encode(key)) : key
  }
  const live = (key: string) => {
    const entry = entries.get(nameOf(key))
    return entry && (mistakes.neverExpires || entry.expiresAt > now()) ? entry : undefined
  }
  const held = (key: string, owner: string) => {
    const entry = mistakes.completesExpired ? entries.get(nameOf(key)) : live(key)
    if (!entry || (entry.isDone && !mistakes.releasesCompleted)) return undefined
    return entry.owner === owner || mistakes.leavesOutFencing ? entry : undefined
  }

  return {
    async claim(key, { owner, leaseMs }): Promise<Claim> {
      const entry = live(key)
      if (mistakes.checksThenActs) await new Promise((resolve) => setTimeout(resolve, 1))
      if (entry?.isDone && !mistakes.forgetsCompletion) return 'done'
      if (
        entry &&
        !entry.isDone &&
        !mistakes.isNeverBusy &&
        (entry.owner !== owner || mistakes.isBusyForItsOwner)
      )
        return 'busy'
      if (entry?.owner === owner && mistakes.doesNotRenew) return 'claimed'
      entries.set(nameOf(key), { owner, isDone: false, expiresAt: now() + leaseMs })
      return 'claimed'
    },
    async complete(key, { owner, ttlMs }) {
      const entry = held(key, owner)
      if (!entry) return mistakes.completesAnything ?? false
      entry.isDone = true
      if (!mistakes.keepsLeaseAsTtl) entry.expiresAt = now() + ttlMs
      return true
    },
    async release(key, { owner }) {
      if (mistakes.releasesExpired) return entries.delete(nameOf(key))
      return held(key, owner) !== undefined && entries.delete(nameOf(key))
    },
  }
}

async function failuresOf(store: DedupeStore): Promise<string[]> {
  const results = await Promise.allSettled(storeCases.map(({ run }) => run(store)))
  return storeCases.flatMap(({ name }, index) => (results[index]?.status === 'rejected' ? [name] : []))
}

describe('the store cases', () => {
  it.concurrent.each(storeCases)('memoryStore $name', ({ run }) => run(memoryStore()))

  it('have distinct names', () => {
    expect(new Set(storeCases.map(({ name }) => name)).size).toBe(storeCases.length)
  })

  it('pass a store that makes no mistake', async () => {
    expect(await failuresOf(storeWith({}))).toEqual([])
  })

  const mistakes: (keyof Mistakes)[] = [
    'checksThenActs',
    'leavesOutFencing',
    'neverExpires',
    'forgetsCompletion',
    'isBusyForItsOwner',
    'doesNotRenew',
    'foldsCase',
    'completesAnything',
    'completesExpired',
    'releasesCompleted',
    'releasesExpired',
    'keepsLeaseAsTtl',
    'isNeverBusy',
    'usesClockOfWorker',
    'cutsKeys',
    'encodesKeys',
  ]

  it.concurrent.each(mistakes)('catch a store that %s', async (mistake) => {
    expect(await failuresOf(storeWith({ [mistake]: true }))).not.toEqual([])
  })

  it('say of a thousand owners how many were told that it is busy', async () => {
    let count = 0
    const store = { ...memoryStore(), claim: () => (++count === 1 ? 'claimed' : 'done') as Claim }
    await expect(caseOf('gives an absent key to exactly one of many').run(store)).rejects.toThrow(
      'The number of owners told "busy", of 1,000 claims of an absent key must give 999, and gave 0.',
    )
  })

  it('give a slow store longer leases, up to some seconds, and wait for their end', async () => {
    const waits: unknown[] = []
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms: number) => {
      waits.push(ms)
      setImmediate(run)
    }) as typeof setTimeout)
    onTestFinished(() => void vi.restoreAllMocks())
    const leases: number[] = []
    const store: DedupeStore = {
      claim(_, { leaseMs }) {
        leases.push(leaseMs)
        return 'claimed'
      },
      complete: () => false,
      release: () => false,
    }
    await expect(caseOf('remembers completion for longer than the lease').run(store)).rejects.toThrow(
      '"done"',
    )
    expect(leases).toEqual([150, 300, 600, 1200, 2400, 4800, 9600, 60_000])
    expect(waits).toEqual([10_000])
  })

  it('set the clock wrong for a worker, in all that Date tells, and right again', async () => {
    const RightDate = Date
    const memory = memoryStore()
    const minutes: number[] = []
    const store: DedupeStore = {
      ...memory,
      claim(...args) {
        const off = Date.now() - RightDate.now()
        const made = new Date()
        expect(Math.abs(made.getTime() - Date.now())).toBeLessThan(1000)
        expect(new Date(5).getTime()).toBe(5)
        expect(Date.UTC(1970, 0, 1)).toBe(0)
        minutes.push(Math.round(off / 60_000))
        return memory.claim(...args)
      },
    }
    await caseOf('keeps its time when the clock of a worker is wrong').run(store)
    expect(minutes).toEqual([0, 0, 10, 10, 0, 0, 0, 0, -10, -10, 0, 0])
    expect(Date).toBe(RightDate)
  })

  it('ask what they say, and say of each wrong answer what was expected', async () => {
    const scripts = await Promise.all(
      storeCases.map(async (storeCase) => [storeCase.name, ...(await scriptOf(storeCase))]),
    )
    const text = scripts.map((lines) => `${lines.join('\n    ')}\n`).join('\n')
    await expect(text).toMatchFileSnapshot('snapshots/store-cases.txt')
  })
})

function caseOf(name: string): StoreCase {
  const found = storeCases.find((each) => each.name === name)
  if (!found) throw new Error(`There is no case "${name}".`)
  return found
}

/** What a case asks, what a right store answers, and what the case says where it answers something else. */
async function scriptOf(storeCase: StoreCase): Promise<string[]> {
  const right = storeThatErrs()
  await storeCase.run(right.store)
  // Of a thousand owners who ask at the same moment the first ones are enough.
  const questions = right.questions.slice(0, right.questions.length < 1000 ? undefined : 3)
  return Promise.all(
    questions.map(async (question, index) => {
      const { store, readable } = storeThatErrs(index)
      const verdict = await storeCase.run(store).then(
        () => 'any answer will do',
        ({ message }: Error) => readable(message),
      )
      return withoutRuns(`${question}: ${verdict}`)
    }),
  )
}

/** A store that gives a wrong answer to one question, by its index, or to none; and the questions that it was asked. */
function storeThatErrs(wrongIndex?: number) {
  const memory = memoryStore()
  const questions: string[] = []
  // With names for the random parts of keys.
  const readable = numbering(/case:[\da-f-]{36}:\d+/gi, 'key')

  function ask<Answer>(question: string, right: Answer, wrong: Answer): Answer {
    questions.push(`${readable(question)} → ${right}`)
    return questions.length - 1 === wrongIndex ? wrong : right
  }

  const store: DedupeStore = {
    async claim(key, lease) {
      const right = await memory.claim(key, lease)
      const wrong = right === 'busy' ? 'claimed' : 'busy'
      return ask(`claim ${JSON.stringify([key, lease.owner, lease.leaseMs])}`, right, wrong)
    },
    async complete(key, { owner, ttlMs }) {
      const right = await memory.complete(key, { owner, ttlMs })
      return ask(`complete ${JSON.stringify([key, owner, ttlMs])}`, right, !right)
    },
    async release(key, { owner }) {
      const right = await memory.release(key, { owner })
      return ask(`release ${JSON.stringify([key, owner])}`, right, !right)
    },
  }
  return { store, questions, readable }
}
