/**
 * The states of one event among several workers, explored without gaps: every order in which their steps, their crashes, the
 * answers of the store and the passing of time can come.
 *
 * A worker does what `processOnce` does (claim, renew, work, complete or release), each store operation being one atomic step,
 * and may crash or stand still between any two of them. The answer to a step may be lost: then the store has done it, and the
 * worker does not know. An answer may come late: then the worker has given up. The only clock is the store's: a worker whose own
 * clock is wrong or jumped, or that slept, is one whose steps come early or late, and every such order is among those explored.
 */

/** The length of a lease, and how long a record is kept, in moments. */
export const LEASE = 2
export const TTL = 3
const WORKERS = 3
/** Deliveries to each worker: the second begins a whole new round, after a death among other things. */
const DELIVERIES = 2
/** What a store remembers of the event, and for how many more moments. */
export type Entry =
  | { readonly kind: 'absent' }
  | { readonly kind: 'held'; readonly owner: string; readonly moments: number }
  | { readonly kind: 'done'; readonly moments: number }

export type Claim = 'claimed' | 'busy' | 'done'

/** A store as pure functions: what is answered, and what is remembered then. */
export interface StoreModel {
  claim(entry: Entry, owner: string): readonly [Claim, Entry]
  renew(entry: Entry, owner: string): readonly [boolean, Entry]
  complete(entry: Entry, owner: string): readonly [boolean, Entry]
  release(entry: Entry, owner: string): readonly [boolean, Entry]
  /** What is left of an entry a moment later. */
  later(entry: Entry): Entry
}

const ABSENT: Entry = { kind: 'absent' }

function isHeldBy(entry: Entry, owner: string): boolean {
  return entry.kind === 'held' && entry.owner === owner
}

/** The contract of `DedupeStore`. */
export const contract: StoreModel = {
  claim(entry, owner) {
    if (entry.kind === 'done') return ['done', entry]
    if (entry.kind === 'held' && entry.owner !== owner) return ['busy', entry]
    return ['claimed', { kind: 'held', owner, moments: LEASE }]
  },
  renew: (entry, owner) =>
    isHeldBy(entry, owner) ? [true, { kind: 'held', owner, moments: LEASE }] : [false, entry],
  complete: (entry, owner) =>
    entry.kind === 'held' && entry.owner !== owner ? [false, entry] : [true, { kind: 'done', moments: TTL }],
  release: (entry, owner) => (isHeldBy(entry, owner) ? [true, ABSENT] : [false, entry]),
  later(entry) {
    if (entry.kind === 'absent' || entry.moments === 1) return ABSENT
    return { ...entry, moments: entry.moments - 1 }
  },
}

/** One operation on a store, or a moment that passes. */
export type Operation =
  | { readonly name: 'claim' | 'renew' | 'complete' | 'release'; readonly owner: string }
  | { readonly name: 'tick' }

interface Worker {
  /** Deliveries that are still to come to it. */
  readonly left: number
  /**
   * `ready`: about to claim. `late`: claimed after it had given up. `working`: the handler runs. `aborted`: it runs, and knows that
   * the lease is lost. `worked`, `failed`: it has ended, and the store does not know.
   */
  readonly phase: 'idle' | 'ready' | 'late' | 'working' | 'aborted' | 'worked' | 'failed'
}

/** A state of the whole, with what an observer outside of the store knows. */
interface State {
  readonly entry: Entry
  readonly workers: readonly Worker[]
  /** For how many more moments each owner was promised the event, by the answers it got. */
  readonly promised: Readonly<Record<string, number>>
  /** For how many more the event was promised to count as done. */
  readonly doneFor: number
  /** Whether a handler has come to its end. */
  readonly isProcessed: boolean
}

/** What came of an exploration. */
export interface Exploration {
  readonly states: number
  readonly steps: number
  /** The first invariants that did not hold, each with the operations that led there. */
  readonly violations: readonly string[]
}

/** What is done to the store by a step, and what it answered. */
export type Observer = (path: readonly Operation[], operation: Operation, answer: Claim | boolean) => void

interface Step {
  readonly state: State
  readonly operation?: Operation
  readonly answer?: Claim | boolean
  readonly violation?: string | undefined
}

/**
 * Explores all states of a store.
 *
 * @param options - `observe`: is told each operation, with those that led to it; `enough`: violations that end the search
 */
export function explore(
  store: StoreModel,
  { observe = () => {}, enough = [] }: { observe?: Observer; enough?: readonly string[] } = {},
): Exploration {
  const first: State = {
    entry: ABSENT,
    workers: Array.from({ length: WORKERS }, () => ({ left: DELIVERIES, phase: 'idle' })),
    promised: {},
    doneFor: 0,
    isProcessed: false,
  }
  const seen = new Set([nameOf(first)])
  const queue: { state: State; path: readonly Operation[] }[] = [{ state: first, path: [] }]
  const violations = new Set<string>()
  let steps = 0

  for (let index = 0; index < queue.length; index++) {
    const { state, path } = queue[index] as (typeof queue)[number]
    if (enough.length > 0 && enough.every((violation) => violations.has(violation))) break
    const lost = whatIsLost(store, state)
    if (lost) violations.add(lost)
    for (const { state: next, operation, answer, violation } of stepsFrom(state, store)) {
      steps += 1
      if (violation) violations.add(violation)
      if (operation && answer !== undefined) observe(path, operation, answer)
      const name = nameOf(next)
      if (seen.has(name)) continue
      seen.add(name)
      queue.push({ state: next, path: operation ? [...path, operation] : path })
    }
  }
  return { states: seen.size, steps, violations: [...violations] }
}

function nameOf(state: State): string {
  return JSON.stringify(state)
}

/** An owner is one delivery to one worker. */
function ownerOf(worker: number, { left }: Worker): string {
  return `${worker}.${left}`
}

function* stepsFrom(state: State, store: StoreModel): Generator<Step> {
  yield { state: later(state, store), operation: { name: 'tick' } }
  for (const [index, worker] of state.workers.entries()) {
    const owner = ownerOf(index, worker)
    const become = (phase: Worker['phase'], changes: Partial<State> = {}, left = worker.left): State => ({
      ...state,
      ...changes,
      workers: state.workers.map((each, at) => (at === index ? { left, phase } : each)),
    })
    switch (worker.phase) {
      case 'idle':
        if (worker.left > 0) yield { state: become('ready', {}, worker.left - 1) }
        break
      case 'ready':
        yield claimStep(state, store, owner, (answer) => (answer === 'claimed' ? 'working' : 'idle'), become)
        // The answer is lost, or comes when the worker has given up.
        yield claimStep(state, store, owner, () => 'idle', become)
        yield claimStep(state, store, owner, (answer) => (answer === 'claimed' ? 'late' : 'idle'), become)
        yield { state: become('idle') }
        break
      case 'working':
        yield renewStep(state, store, owner, (answer) => (answer ? 'working' : 'aborted'), become)
        // The answer is lost.
        yield renewStep(state, store, owner, () => 'working', become)
        yield { state: become('worked', { isProcessed: true }) }
        yield { state: become('failed') }
        yield { state: become('idle') }
        break
      case 'aborted':
        // The handler goes on, since nobody can stop it.
        yield { state: become('worked', { isProcessed: true }) }
        yield { state: become('failed') }
        yield { state: become('idle') }
        break
      case 'worked':
        yield completeStep(state, store, owner, 'idle', become)
        // The answer is lost: tried again, or not.
        yield completeStep(state, store, owner, 'worked', become)
        yield { state: become('idle') }
        break
      case 'failed':
      case 'late': {
        const [answer, entry] = store.release(state.entry, owner)
        const isPromised = owner in state.promised
        yield {
          state: become('idle', answer ? { entry, promised: without(state.promised, owner) } : { entry }),
          operation: { name: 'release', owner },
          answer,
          violation: answer && !isPromised ? 'release acted for an owner whose lease was over' : undefined,
        }
        yield { state: become('idle') }
      }
    }
  }
}

type Become = (phase: Worker['phase'], changes: Partial<State>) => State

function claimStep(
  state: State,
  store: StoreModel,
  owner: string,
  phaseAfter: (answer: Claim) => Worker['phase'],
  become: Become,
): Step {
  const [answer, entry] = store.claim(state.entry, owner)
  const isDone = state.doneFor > 0
  const promised = answer === 'claimed' ? { ...state.promised, [owner]: LEASE } : state.promised
  return {
    state: become(phaseAfter(answer), { entry, promised: sorted(promised) }),
    operation: { name: 'claim', owner },
    answer,
    violation:
      answer === 'claimed' && isHeldByOther(state, owner)
        ? 'two owners at one time'
        : isDone && answer !== 'done'
          ? 'done was forgotten before its time'
          : answer === 'done' && !state.isProcessed
            ? 'done, though no handler has come to its end'
            : undefined,
  }
}

function renewStep(
  state: State,
  store: StoreModel,
  owner: string,
  phaseAfter: (answer: boolean) => Worker['phase'],
  become: Become,
): Step {
  const [answer, entry] = store.renew(state.entry, owner)
  const isPromised = owner in state.promised
  const promised = answer ? sorted({ ...state.promised, [owner]: LEASE }) : state.promised
  return {
    state: become(phaseAfter(answer), { entry, promised }),
    operation: { name: 'renew', owner },
    answer,
    violation:
      answer === isPromised
        ? undefined
        : answer
          ? 'renew took back a lease that was lost'
          : 'renew gave up a lease that was held',
  }
}

function completeStep(
  state: State,
  store: StoreModel,
  owner: string,
  phase: Worker['phase'],
  become: Become,
): Step {
  const [answer, entry] = store.complete(state.entry, owner)
  const isOthers = isHeldByOther(state, owner)
  const ended = { entry, promised: without(state.promised, owner), doneFor: TTL }
  return {
    state: become(phase, answer ? ended : { entry }),
    operation: { name: 'complete', owner },
    answer,
    violation: answer
      ? isOthers
        ? 'complete marked done what another owner holds'
        : undefined
      : isOthers
        ? undefined
        : 'complete said "not recorded" though nobody else holds the event',
  }
}

function isHeldByOther(state: State, owner: string): boolean {
  return Object.keys(state.promised).some((other) => other !== owner)
}

/** A moment later. */
function later(state: State, store: StoreModel): State {
  const promised = Object.entries(state.promised)
    .filter(([, moments]) => moments > 1)
    .map(([owner, moments]) => [owner, moments - 1] as const)
  return {
    ...state,
    entry: store.later(state.entry),
    promised: Object.fromEntries(promised),
    doneFor: Math.max(0, state.doneFor - 1),
  }
}

/** The event is lost where nobody has processed it, and nobody ever can: when every lease is over, a new delivery must get it. */
function whatIsLost(store: StoreModel, { entry, isProcessed }: State): string | undefined {
  if (isProcessed) return undefined
  let then = entry
  for (let moment = 0; moment < LEASE; moment++) then = store.later(then)
  const [answer] = store.claim(then, 'new')
  return answer === 'claimed' ? undefined : 'lost: not processed, and never given to anybody again'
}

/** In one order: two states that differ in nothing else are the same. */
function sorted(promised: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(promised).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function without(
  promised: Readonly<Record<string, number>>,
  owner: string,
): Readonly<Record<string, number>> {
  const { [owner]: _, ...others } = promised
  return others
}
