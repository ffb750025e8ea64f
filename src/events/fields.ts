/** Reading fields that have several spellings in several places of a payload. */

import { isObject, isText } from '../json.js'
import { readTime } from './time.js'

/** A value that a field of a payload can have: plain JSON. */
export type FieldValue = string | number | boolean | Readonly<Record<string, string>>

/**
 * How a field is read: the function that returns the value if it is of the right kind, and the places to look, the best
 * source first. The spellings of
 * one source have spaces between them, and dots for nesting. Fields are plain literals, so that bundlers can drop a table of
 * fields that nobody uses.
 */
export type Field<Value extends FieldValue> = readonly [
  as: (value: unknown) => Value | undefined,
  ...sources: readonly string[],
]

/** A field for each member of a type of details. */
export type FieldsOf<Details> = {
  readonly [Name in keyof Details]-?: Field<Exclude<Details[Name], undefined> & FieldValue>
}

/** A field that was found. */
export interface FoundField {
  readonly name: string
  readonly value: FieldValue
  /** Which of its sources had it, from 0 for the best. */
  readonly source: number
}

/**
 * The fields that are there.
 *
 * @param fields - by name
 * @param roots - the objects to look in, in this order
 */
export function findFields(
  fields: Readonly<Record<string, Field<FieldValue>>>,
  roots: readonly unknown[],
): FoundField[] {
  return Object.entries(fields).flatMap(([name, [as, ...sources]]) => {
    for (const [source, places] of sources.entries()) {
      for (const root of roots) {
        const value = firstOf(as, root, places)
        if (value !== undefined) return [{ name, value, source }]
      }
    }
    return []
  })
}

/** The places of a call's, batch's or voice's fields: first the object of that name, then `data` itself. */
export function placesOf(event: { readonly data: unknown }, name: string): readonly unknown[] {
  const { data } = event
  return isObject(data) ? [data[name], data] : []
}

/** The values of fields that were found, by name. */
export function valuesOf(found: readonly FoundField[]): object {
  return Object.fromEntries(found.map(({ name, value }) => [name, value]))
}

/** The first value of the right kind in several places of an object. `places` lists them, separated by spaces. */
export function firstOf<Value>(
  as: (value: unknown) => Value | undefined,
  root: unknown,
  places: string,
): Value | undefined {
  for (const place of places.split(' ')) {
    let found = root
    for (const key of place.split('.')) found = isObject(found) ? found[key] : undefined
    const value = as(found)
    if (value !== undefined) return value
  }
  return undefined
}

export function asText(value: unknown): string | undefined {
  return isText(value) ? value : undefined
}

/** A number, or a text that is one, with or without the unit of seconds: `"123"`, `"123s"`. */
export function asAmount(value: unknown): number | undefined {
  const number =
    typeof value === 'string' && /^-?\d+(\.\d+)?s?$/.test(value) ? Number.parseFloat(value) : value
  // When -0 is written as JSON, it becomes 0. Adding 0 does the same here.
  return typeof number === 'number' && Number.isFinite(number) ? number + 0 : undefined
}

export function asFlag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

/** A time as ISO 8601 in UTC, so that two spellings of one moment are equal. */
export function asTime(value: unknown): string | undefined {
  const time = readTime(value)
  return time === undefined ? undefined : new Date(time).toISOString()
}

/** A map of texts, sorted by key. Numbers and flags in it become texts, and everything else is left out. */
export function asTextMap(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(value)) return undefined
  const texts = Object.entries(value).flatMap(([key, each]) =>
    key !== '__proto__' && ['string', 'number', 'boolean'].includes(typeof each)
      ? [[key, String(each)] as const]
      : [],
  )
  return texts.length > 0 ? Object.fromEntries(texts.sort(byKey)) : undefined
}

/** The order of the entries of a map, so that equal maps have equal JSON. */
export function byKey([key]: readonly [string, unknown], [otherKey]: readonly [string, unknown]): number {
  return key < otherKey ? -1 : 1
}
