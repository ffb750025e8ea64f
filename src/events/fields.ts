/** Reads fields that can have several names, in several objects of a payload. */

import { isObject, isText } from '../json.js'
import { readTime } from './time.js'

/** A value that a fact can have: a string, a number, a flag, or a map of strings. */
export type FieldValue = string | number | boolean | Readonly<Record<string, string>>

/**
 * How to read a field. The first element is a function that returns the value if it has the right type. The others are the sources,
 * the best one first. A source is a list of paths, separated by spaces, with dots for nesting. Fields are plain literals, so that bundlers can drop an unused table
 * of them, such as `batchFields`.
 */
export type Field<Value extends FieldValue> = readonly [
  as: (value: unknown) => Value | undefined,
  ...sources: readonly string[],
]

/** How to read each member of a type such as `CallDetails`. */
export type FieldsOf<Details> = {
  readonly [Name in keyof Details]-?: Field<Exclude<Details[Name], undefined> & FieldValue>
}

/** A field that was found. */
export interface FoundField {
  readonly name: string
  readonly value: FieldValue
  /** The index of the source that had it; 0 is the best one. */
  readonly source: number
}

/**
 * Finds the fields that have a value.
 *
 * @param fields - how to read each field, by name
 * @param containers - the objects to look in, in this order
 */
export function findFields(
  fields: Readonly<Record<string, Field<FieldValue>>>,
  containers: readonly unknown[],
): FoundField[] {
  return Object.entries(fields).flatMap(([name, [as, ...sources]]) => {
    for (const [source, paths] of sources.entries()) {
      for (const container of containers) {
        const value = firstOf(as, container, paths)
        if (value !== undefined) return [{ name, value, source }]
      }
    }
    return []
  })
}

/** Returns the objects that can hold the fields of a call, batch or voice: `data.call`, for example, then `data`. */
export function containersOf(event: { readonly data: unknown }, name: string): readonly unknown[] {
  const { data } = event
  return isObject(data) ? [data[name], data] : []
}

/** Returns the values of fields that were found, by name. */
export function valuesOf(found: readonly FoundField[]): object {
  return Object.fromEntries(found.map(({ name, value }) => [name, value]))
}

/**
 * Returns the first value of the right type.
 *
 * @param root - the object to look in
 * @param paths - the paths to try, separated by spaces, with dots for nesting
 */
export function firstOf<Value>(
  as: (value: unknown) => Value | undefined,
  root: unknown,
  paths: string,
): Value | undefined {
  for (const path of paths.split(' ')) {
    let found = root
    for (const key of path.split('.')) found = isObject(found) ? found[key] : undefined
    const value = as(found)
    if (value !== undefined) return value
  }
  return undefined
}

export function asText(value: unknown): string | undefined {
  return isText(value) ? value : undefined
}

/** Reads a number, or a string with one, with or without the unit of seconds: `"123"`, `"123s"`. */
export function asAmount(value: unknown): number | undefined {
  const number =
    typeof value === 'string' && /^-?\d+(\.\d+)?s?$/.test(value) ? Number.parseFloat(value) : value
  // When -0 is written as JSON, it becomes 0. Adding 0 does the same here.
  return typeof number === 'number' && Number.isFinite(number) ? number + 0 : undefined
}

export function asFlag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

/** Reads a time as ISO 8601 in UTC, so that a moment has the same string in whichever format it was sent. */
export function asTime(value: unknown): string | undefined {
  const time = readTime(value)
  return time === undefined ? undefined : new Date(time).toISOString()
}

/** Reads a map of strings, sorted by key. Numbers and flags become strings. Other values are left out. */
export function asTextMap(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(value)) return undefined
  const texts = Object.entries(value).flatMap(([key, each]) =>
    key !== '__proto__' && ['string', 'number', 'boolean'].includes(typeof each)
      ? [[key, String(each)] as const]
      : [],
  )
  return texts.length > 0 ? Object.fromEntries(texts.sort(byKey)) : undefined
}

/** Compares the entries of a map by key, so that equal maps have equal JSON. */
export function byKey([key]: readonly [string, unknown], [otherKey]: readonly [string, unknown]): number {
  return key < otherKey ? -1 : 1
}
