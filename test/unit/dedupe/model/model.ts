/**
 * All states of one event among several workers: every order in which their steps, their crashes, the results of the
 * store and the passing of time can occur.
 *
 * A worker does what `processOnce` does (claim, renew, work, complete or release). Each store operation is one atomic
 * step, and the worker may crash or pause between any two of them. A result may be lost: then the store did the step,
 * but the worker does not know. A result may come late: then the worker has given up. The only clock is the store's: a
 * worker whose own clock is wrong or jumped, or that slept, is one whose steps come early or late, and every such
 * order is explored.
 */

/** The length of a lease and the lifetime of a done record, in moments. */
export const LEASE = 2
export const TTL = 3
const WORKERS = 3
/** Deliveries to each worker. The second one begins a new round, for example after a crash. */
const DELIVERIES = 2
/** What a store remembers about the event, and for how many more moments. */
export type Entry =
  | { readonly kind: 'absent' }
  | { readonly kind: 'held'; readonly owner: string; readonly moments: number }
  | { readonly kind: 'done'; readonly moments: number }

export type Claim = 'claimed' | 'busy' | 'done'

/** A store as pure functions that return the result and the next entry. */
export interface StoreModel {
  claim(entry: Entry, owner: string): readonly [Claim, Entry]
  renew(entry: Entry, owner: string): readonly [boolean, Entry]
  complete(entry: Entry, owner: string): readonly [boolean, Entry]
  release(entry: Entry, owner: string): readonly [boolean, Entry]
  /** The entry one moment later. */
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

/** One operation on a store, or the passing of one moment. */
export type Operation =
  | { readonly name: 'claim' | 'renew' | 'complete' | 'release'; readonly owner: string }
  | { readonly name: 'tick' }

interface Worker {
  /** Deliveries that this worker has yet to receive. */
  readonly left: number
  /**
   * `ready`: about to claim. `late`: claimed after it gave up. `working`: the handler runs. `aborted`: the handler
   * runs and knows that the lease is lost. `worked`, `failed`: the handler ended, and the store does not know yet.
   */
  readonly phase: 'idle' | 'ready' | 'late' | 'working' | 'aborted' | 'worked' | 'failed'
}

/** The state of everything, including what an observer outside the store knows. */
interface State {
  readonly entry: Entry
  readonly workers: readonly Worker[]
  /** For how many more moments the store promised the event to each owner. */
  readonly promised: Readonly<Record<string, number>>
  /** For how many more moments the store promised to remember the event as done. */
  readonly doneFor: number
  /** True if a handler has run to its end. */
  readonly isProcessed: boolean
}

/** The result of an exploration. */
export interface Exploration {
  readonly states: number
  readonly steps: number
  /** The invariants that were violated. */
  readonly violations: readonly string[]
}

/** Receives each operation on the store, the operations before it, and its result. */
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
 * @param options - `observe` receives each operation and those that led to it; the search stops after finding all
 * violations in `enough`
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

/** The owner is one delivery to one worker. */
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
        // The result is lost, or comes after the worker gave up.
        yield claimStep(state, store, owner, () => 'idle', become)
        yield claimStep(state, store, owner, (answer) => (answer === 'claimed' ? 'late' : 'idle'), become)
        yield { state: become('idle') }
        break
      case 'working':
        yield renewStep(state, store, owner, (answer) => (answer ? 'working' : 'aborted'), become)
        // The result is lost.
        yield renewStep(state, store, owner, () => 'working', become)
        yield { state: become('worked', { isProcessed: true }) }
        yield { state: become('failed') }
        yield { state: become('idle') }
        break
      case 'aborted':
        // The handler continues, because nobody can stop it.
        yield { state: become('worked', { isProcessed: true }) }
        yield { state: become('failed') }
        yield { state: become('idle') }
        break
      case 'worked':
        yield completeStep(state, store, owner, 'idle', become)
        // The result is lost, and the worker may try again.
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
          violation: answer && !isPromised ? 'release acted for an owner whose lease had expired' : undefined,
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
        ? 'two owners at the same time'
        : isDone && answer !== 'done'
          ? 'done was forgotten before its time'
          : answer === 'done' && !state.isProcessed
            ? 'done, although no handler has run to its end'
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

/** The state one moment later. */
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

/**
 * The event is lost if nobody processed it and nobody ever can: once every lease has expired, a new delivery must get
 * it.
 */
function whatIsLost(store: StoreModel, { entry, isProcessed }: State): string | undefined {
  if (isProcessed) return undefined
  let then = entry
  for (let moment = 0; moment < LEASE; moment++) then = store.later(then)
  const [answer] = store.claim(then, 'new')
  return answer === 'claimed' ? undefined : 'lost: not processed, and never claimable again'
}

/** Sorts the owners, so that equal states have equal names. */
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
