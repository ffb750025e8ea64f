/** Merges a test's overrides into a sample. */

import { invalidOption, requireObject } from '../checks.js'
import { didYouMean } from '../did-you-mean.js'
import { isObject } from '../json.js'
import type { KnownFields } from './known-fields.js'

type Fields = Readonly<Record<string, unknown>>

/**
 * Returns a sample with overrides. Objects are merged field by field; lists, and objects with arbitrary keys, are replaced.
 * `undefined` removes a field.
 *
 * @param path - the path of the object, for messages: `data.call`
 * @param known - the fields that may be overridden, besides those of the sample; without it, any field
 * @throws WebhookError `invalid_options` for an unknown field
 */
export function mergeOverrides(
  sample: Fields,
  overrides: Fields,
  path: string,
  known?: KnownFields,
): Record<string, unknown> {
  const merged = { ...sample }
  for (const [name, value] of Object.entries(overrides)) {
    if (known) requireKnown(name, path, [...Object.keys(known), ...Object.keys(sample)])
    const inner = known?.[name]
    if (value === undefined) delete merged[name]
    else if (typeof inner === 'object' && value !== null) {
      const before = sample[name]
      const given = requireObject(`${path}.${name}`, value)
      merged[name] = mergeOverrides(isObject(before) ? before : {}, given, `${path}.${name}`, inner)
    } else merged[name] = value
  }
  return merged
}

function requireKnown(name: string, path: string, names: readonly string[]): void {
  if (names.includes(name)) return
  const hint = didYouMean(name, names, (candidate) => `"${path}.${candidate}"`)
  throw invalidOption(
    `Unknown field "${path}.${name}" in overrides.${hint || ' Add a field of your own to the sample: { ...sample.data, … }.'}`,
  )
}
