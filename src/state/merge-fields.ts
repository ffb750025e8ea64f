/**
 * The law behind `mergeCall` and `mergeBatch`. Each field takes the greatest of all values that events give it, by rank and then
 * by value. A greatest value doesn't depend on the order of its candidates, nor on how often each one comes.
 */

import { byKey, type FieldValue } from '../events/fields.js'
import { isObject } from '../json.js'

/** The weight of a value, compared number by number; the first is the most significant. */
export type Rank = readonly number[]

/** A value that an event gives a field. */
export interface Candidate {
  readonly name: string
  readonly value: FieldValue
  readonly rank: Rank
  /** True if the lesser of two values with this rank wins. Must be the same for all candidates with the same name and rank. */
  readonly lessWins?: boolean
}

/** A state, as far as merging needs it. */
interface Merged {
  readonly provenance: Readonly<Record<string, unknown>>
}

/**
 * The fields of a state after one more event, in the order of their names, and their ranks.
 *
 * @param state - what was known before. It may come from a database, so nothing in it is trusted to have its type
 * @param names - every field that the state can have, in the order in which it has them
 * @param candidates - what the event gives
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
  // Any object can be read by names.
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

/** Numbers by size; everything else by its text, which is the same for equal values. */
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

/** The rank in a state. Anything that isn't a rank becomes `[]`, which compares like all zeros. */
function toRank(value: unknown): Rank {
  return Array.isArray(value) && value.every(Number.isFinite) ? value : []
}
