/** The name of every event type that Truedy documents, and the envelope (src/CONTRACT.md §3 and §4). */

import type { BatchData, CallData, VoiceData } from './payloads.js'

/** The names of the event types that this version knows. */
export const eventNames = [
  'call.started',
  'call.joined',
  'call.ended',
  'call.failed',
  'call.billed',
  'call.analyzed',
  'batch.status.changed',
  'batch.completed',
  'voice.training.completed',
  'voice.training.failed',
] as const

/** The name of a known event type. */
export type EventName = (typeof eventNames)[number]

/** Every known event type, with the type of its `data`. */
export type EventPayloads = {
  [Name in EventName]: Name extends `call.${string}`
    ? CallData
    : Name extends `batch.${string}`
      ? BatchData
      : VoiceData
}

/** The envelope of an event. Other fields that were sent are kept on the object, but have no type. */
export interface Envelope<Name extends string, Data> {
  event: Name
  /** The name as it was sent. It differs from `event` for an alias and for an unknown type. */
  rawEvent: string
  /** ISO 8601 or Unix time. {@link eventTime} reads both. */
  timestamp: string | number
  data: Data
  /** The id of the event, or of one attempt to deliver it (src/CONTRACT.md §5). Older senders leave it out. */
  id?: string
}

/** An event of a type that this version does not know. `rawEvent` names it. */
export type UnknownEvent = Envelope<'unknown', Record<string, unknown>>

/** The event with a given name. */
export type EventOf<Name extends EventName | 'unknown'> = Name extends EventName
  ? Envelope<Name, EventPayloads[Name]>
  : UnknownEvent

/** A parsed event: a union that narrows on `event`. */
export type TruedyEvent = { [Name in EventName]: EventOf<Name> }[EventName] | UnknownEvent

/**
 * Returns the value of `event` for a name that was sent: for the alias, the name it stands for (src/CONTRACT.md §4); for a name that
 * this version doesn't know, `'unknown'`.
 */
export function normalizeName(name: string): EventName | 'unknown' {
  if (name === 'call.completed') return 'call.ended'
  const names: readonly string[] = eventNames
  // A name that is in the list is one of the literals of `EventName`.
  return names.includes(name) ? (name as EventName) : 'unknown'
}
