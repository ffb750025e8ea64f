/**
 * The rule of `mergeCall` and `mergeBatch`: each field has the value with the highest rank. Among equal ranks, the greatest value
 * wins, or the smallest where `lessWins` is set. The result doesn't depend on the order of the events, nor on how often each one
 * is merged.
 */

import { byKey, type FieldValue } from '../events/fields.js'
import { isObject } from '../json.js'

/** The rank of a value. Ranks are compared number by number, and the first number is the most significant. */
export type Rank = readonly number[]

/** A value that an event has for a field. */
export interface Candidate {
  readonly name: string
  readonly value: FieldValue
  readonly rank: Rank
  /** True if the smaller of two values with this rank wins. Must be the same for all candidates with the same name and rank. */
  readonly lessWins?: boolean
}

/** The part of a state that merging needs. */
interface Merged {
  readonly provenance: Readonly<Record<string, unknown>>
}

/**
 * Merges the values of one more event into the fields of a state.
 *
 * @param state - the state before. It may come from a database, so the type of each value is checked
 * @param names - every field that a state can have, in their order
 * @param candidates - the values of the event
 * @returns the fields that have a value, in the order of `names`, and their ranks
 */
export function mergeFields(
  state: Merged | undefined,
  names: readonly string[],
  candidates: readonly Candidate[],
): {
  readonly fields: object
  readonly provenance: Readonly<Record<string, Rank>>
  readonly isChanged: boolean
} {
  // Reading any object by name is safe.
  const known = (state ?? {}) as Readonly<Record<string, unknown>>
  const knownRanks = isObject(known['provenance']) ? known['provenance'] : {}
  const fields: [string, unknown][] = []
  const ranks: [string, Rank][] = []
  let isChanged = false
  for (const name of names) {
    const own = Object.hasOwn(known, name) ? known[name] : undefined
    let best: Pick<Candidate, 'value' | 'rank'> | undefined = isFieldValue(own)
      ? { value: own, rank: toRank(knownRanks[name]) }
      : undefined
    for (const candidate of candidates) {
      if (candidate.name !== name || (best && !isGreater(candidate, best))) continue
      best = candidate
      isChanged = true
    }
    if (!best) continue
    fields.push([name, best.value])
    ranks.push([name, best.rank])
  }
  return { fields: Object.fromEntries(fields), provenance: Object.fromEntries(ranks), isChanged }
}

function isGreater(candidate: Candidate, best: Pick<Candidate, 'value' | 'rank'>): boolean {
  const order = compareRanks(candidate.rank, best.rank)
  if (order !== 0) return order > 0
  const valueOrder = compareValues(candidate.value, best.value)
  return candidate.lessWins ? valueOrder < 0 : valueOrder > 0
}

function compareRanks(one: Rank, other: Rank): number {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Compares numbers by size, and everything else as strings, which are the same for equal values. */
function compareValues(one: FieldValue, other: FieldValue): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  const [text, otherText] = [toText(one), toText(other)]
  return text === otherText ? 0 : text > otherText ? 1 : -1
}

function toText(value: FieldValue): string {
  return isObject(value) ? JSON.stringify(Object.entries(value).sort(byKey)) : String(value)
}

function isFieldValue(value: unknown): value is FieldValue {
  if (isObject(value)) return Object.values(value).every((each) => typeof each === 'string')
  return ['string', 'number', 'boolean'].includes(typeof value)
}

/** Reads a rank in a state. Anything that isn't a rank becomes `[]`, which compares like zeros. */
function toRank(value: unknown): Rank {
  return Array.isArray(value) && value.every(Number.isFinite) ? value : []
}
