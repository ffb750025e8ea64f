import { beforeAll, describe, expect, it } from 'vitest'
import { memoryStore } from '../../../../src/index.js'
import {
  contract,
  type Exploration,
  explore,
  LEASE,
  type Observer,
  type Operation,
  type StoreModel,
  TTL,
} from './model.js'

/** Faulty stores, and the violations that must be found in each. */
const WRONG: Readonly<
  Record<string, { readonly store: Partial<StoreModel>; readonly found: readonly string[] }>
> = {
  'gives a leased event to another owner': {
    store: {
      claim: (entry, owner) =>
        entry.kind === 'done' ? ['done', entry] : ['claimed', { kind: 'held', owner, moments: LEASE }],
    },
    found: ['two owners at the same time'],
  },
  'lets an owner complete whose lease another owner has claimed': {
    store: { complete: () => [true, { kind: 'done', moments: TTL }] },
    found: ['complete marked done what another owner holds'],
  },
  'lets only the owner complete, as version 1.0.0 did': {
    store: {
      complete: (entry, owner) =>
        entry.kind === 'held' && entry.owner === owner
          ? [true, { kind: 'done', moments: TTL }]
          : [false, entry],
    },
    found: ['complete said "not recorded" though nobody else holds the event'],
  },
  'renews a lease that was released, as version 1.0.0 did': {
    store: {
      renew: (entry, owner) => {
        const [answer, next] = contract.claim(entry, owner)
        return [answer === 'claimed', next]
      },
    },
    found: ['renew took back a lease that was lost'],
  },
  'does not renew': {
    store: { renew: (entry) => [false, entry] },
    found: ['renew gave up a lease that was held'],
  },
  'lets any owner release': {
    store: { release: (entry) => (entry.kind === 'held' ? [true, { kind: 'absent' }] : [false, entry]) },
    found: ['release acted for an owner whose lease had expired', 'two owners at the same time'],
  },
  'marks the event done at the claim': {
    store: {
      claim: (entry) =>
        entry.kind === 'done' ? ['done', entry] : ['claimed', { kind: 'done', moments: 2 * LEASE }],
    },
    found: ['lost: not processed, and never claimable again', 'done, although no handler has run to its end'],
  },
  'has leases that never expire': {
    store: { later: (entry) => (entry.kind === 'held' ? entry : contract.later(entry)) },
    found: ['lost: not processed, and never claimable again'],
  },
  'ends a lease too early': {
    store: { later: (entry) => (entry.kind === 'held' ? { kind: 'absent' } : contract.later(entry)) },
    found: ['two owners at the same time'],
  },
  'forgets a done event': {
    store: { complete: (entry, owner) => [contract.complete(entry, owner)[0], { kind: 'absent' }] },
    found: ['done was forgotten before its time'],
  },
  'releases a done event': {
    store: { release: () => [true, { kind: 'absent' }] },
    found: ['done was forgotten before its time'],
  },
}

/** How the results of the memory store differ from the contract, in every state, and how many were compared. */
const compared = { answers: 0, differences: [] as string[] }

const observe: Observer = (path, operation, expected) => {
  let now = 0
  const store = memoryStore({ now: () => now })
  const run = ({ name, ...rest }: Operation) => {
    const owner = 'owner' in rest ? rest.owner : ''
    switch (name) {
      case 'tick':
        now += 1
        return undefined
      case 'claim':
        return store.claim('key', { owner, leaseMs: LEASE })
      case 'renew':
        return store.renew('key', { owner, leaseMs: LEASE })
      case 'complete':
        return store.complete('key', { owner, ttlMs: TTL })
      case 'release':
        return store.release('key', { owner })
    }
  }
  for (const each of path) run(each)
  compared.answers += 1
  const answer = run(operation)
  if (answer === expected) return
  compared.differences.push(
    `${JSON.stringify([...path, operation])}: ${String(answer)}, not ${String(expected)}`,
  )
}

// Explored once for all tests, because it takes a second.
let explored: Exploration
beforeAll(() => {
  explored = explore(contract, { observe })
})

describe('the exploration of three workers', () => {
  it('finds no violation for the contract in any order of steps, crashes and time', () => {
    const { states, steps, violations } = explored
    console.log(`${states.toLocaleString('en')} states, ${steps.toLocaleString('en')} steps`)
    expect(violations).toEqual([])
    // A lower number would mean that something is no longer explored.
    expect(states).toBeGreaterThan(10_000)
  })

  it.each(Object.entries(WRONG))('finds the fault of a store that %s', (_, { store, found }) => {
    expect(explore({ ...contract, ...store }, { enough: found }).violations).toEqual(
      expect.arrayContaining([...found]),
    )
  })
})

describe('memoryStore', () => {
  it('returns what the contract returns in every state', () => {
    const { answers, differences } = compared
    console.log(`${answers.toLocaleString('en')} answers compared`)
    expect(differences.slice(0, 10)).toEqual([])
    expect(answers).toBeGreaterThan(10_000)
  })
})
