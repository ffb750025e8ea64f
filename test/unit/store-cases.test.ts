import { describe, expect, it } from 'vitest'
import { type Claim, type DedupeStore, memoryStore } from '../../src/index.js'
import { storeCases } from '../../src/testing/index.js'

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

  it('say what was expected and what came', async () => {
    const store = { ...memoryStore(), claim: () => 'done' as const }
    await expect(storeCases[0]?.run(store)).rejects.toThrow(
      'The claim of an absent key must give "claimed", and gave "done".',
    )
  })
})
