/** Creates events as Truedy sends them. */

import { invalidOption, requireObject, requireOptions, requireText } from '../checks.js'
import { didYouMean } from '../did-you-mean.js'
import { eventNames } from '../events/catalogue.js'
import { parseTimestamp } from '../timestamp.js'
import { dataFieldsOf } from './known-fields.js'
import { mergeOverrides } from './merge-overrides.js'
import { flatData, nestedData, type SampleFacts } from './sample-data.js'
import type {
  FlatSampleEvent,
  FlatSampleOverrides,
  SampleEvent,
  SampleName,
  SampleOverrides,
} from './sample-types.js'

export const sampleNames: readonly SampleName[] = [...eventNames, 'call.completed', 'unknown']

/**
 * Creates a sample of an event, with its documented fields. Each call creates a new event with its own ids. For a duplicate,
 * deliver the same object twice. Times, duration and cost are consistent with each other and with your overrides.
 *
 * @param name - an event type; `call.completed` for the alias; `unknown` for a type that the library does not know
 * @param overrides - `timestamp`, `id` and fields of `data`, merged at any depth. `undefined` removes a field. Lists, and objects
 * with arbitrary keys (`metadata`), are replaced. `data` of `unknown` takes any field.
 * @returns an envelope for `deliver`, `signDelivery` or `parseEvent`
 * @throws `WebhookError` `invalid_options` for a misspelled name, option or field, with a suggestion
 *
 * @example
 * ```ts
 * import { parseEvent } from 'truedy-webhooks'
 * import { sampleEvent } from 'truedy-webhooks/testing'
 *
 * const event = sampleEvent('call.ended', { data: { call: { duration: 5, endReason: 'agent_hangup' } } })
 * console.log(event.data.call.callId, parseEvent(event).data.call?.duration)
 * ```
 */
export function sampleEvent<Name extends SampleName>(
  name: Name,
  overrides: SampleOverrides<Name> = {},
): SampleEvent<Name> {
  const { id, ...rest } = readOverrides(name, overrides, ['timestamp', 'id', 'data'])
  if (id !== undefined) requireText('id', id)
  const { event, timestamp, data } = createSample(name, rest, nestedData)
  // `data` has the fields that the types require for this name.
  return { event, timestamp, id: id ?? `evt_${crypto.randomUUID()}`, data } as SampleEvent<Name>
}

/**
 * Creates a sample in the older, flat form: snake_case fields in `data`, no event id, and a timestamp with microseconds and no
 * zone. Truedy's documentation shows both forms.
 *
 * @param name - as for {@link sampleEvent}
 * @param overrides - `timestamp`, and fields of `data`
 * @returns an envelope for `deliver`, `signDelivery` or `parseEvent`
 * @throws `WebhookError` `invalid_options` for a misspelled name, option or field, with a suggestion
 *
 * @example
 * ```ts
 * import { flatSampleEvent } from 'truedy-webhooks/testing'
 *
 * const event = flatSampleEvent('call.failed', { data: { duration_seconds: 0, error_message: 'The line was busy.' } })
 * console.log(event.data.call_id)
 * ```
 */
export function flatSampleEvent<Name extends SampleName>(
  name: Name,
  overrides: FlatSampleOverrides<Name> = {},
): FlatSampleEvent<Name> {
  const given = readOverrides(name, overrides, ['timestamp', 'data'])
  const { event, timestamp, data } = createSample(name, given, flatData)
  const flatTimestamp = given.timestamp ?? timestamp.replace('Z', '000')
  // `data` has the fields that the types require for this name.
  return { event, timestamp: flatTimestamp, data } as FlatSampleEvent<Name>
}

interface Given {
  readonly timestamp?: string
  readonly id?: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Checks the overrides that all samples have in common. */
function readOverrides(name: SampleName, overrides: unknown, names: readonly string[]): Given {
  if (!sampleNames.includes(name)) {
    const hint = didYouMean(String(name), sampleNames)
    throw invalidOption(
      `There is no sample of "${String(name)}".${hint} The samples are ${sampleNames.join(', ')}.`,
    )
  }
  const { timestamp, id, data } = requireOptions(overrides, names, (option) => didYouMean(option, names))
  if (timestamp !== undefined) requireText('timestamp', timestamp)
  // The checks above and in sampleEvent leave only strings.
  const strings = { ...(timestamp !== undefined && { timestamp }), ...(id !== undefined && { id }) } as Given
  return { ...strings, data: data === undefined ? {} : requireObject('data', data) }
}

function createSample(
  name: SampleName,
  { timestamp, data: given }: Given,
  createData: (facts: SampleFacts) => Record<string, unknown>,
): { event: string; timestamp: string; data: Record<string, unknown> } {
  const event = name === 'unknown' ? 'call.transferred' : name
  const sentMs = (timestamp === undefined ? undefined : parseTimestamp(timestamp)) ?? Date.now()
  const sample = createData({ event, sentMs, given })
  return {
    event,
    timestamp: timestamp ?? new Date(sentMs).toISOString(),
    data: mergeOverrides(sample, given, 'data', dataFieldsOf(name)),
  }
}
