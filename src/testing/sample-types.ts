/** The types of samples, and of their overrides. */

import type { EventName } from '../events/catalogue.js'
import type { Agent, BatchData, Call, CallData, VoiceData } from '../events/payloads.js'

/** The names of samples: every event type, the alias, and `unknown`, an event of a made-up type. */
export type SampleName = EventName | 'call.completed' | 'unknown'

/** The keys that a type names. Payloads may have any other field, too, but a misspelled override must be an error. */
export type KnownKeys<Type> = keyof { [Key in keyof Type as string extends Key ? never : Key]: Type[Key] }

/**
 * The fields that a test may override in a sample, at any depth. `undefined` removes a field. Lists, and objects with arbitrary
 * keys (`metadata`), are replaced as a whole.
 */
export type Overrides<Type> = Type extends readonly unknown[]
  ? Type
  : Type extends object
    ? [KnownKeys<Type>] extends [never]
      ? Type
      : { readonly [Key in KnownKeys<Type>]?: Overrides<Type[Key]> | undefined }
    : Type

/** `data` of the nested sample of a call. */
export type NestedCallData = CallData & {
  call: Call & { callId: string; agent: Agent & { agentId: string; name: string } }
}

/** `data` of {@link SampleEvent}. */
export type SampleData<Name extends SampleName> = Name extends `call.${string}`
  ? NestedCallData
  : Name extends `batch.${string}`
    ? BatchData & { batchId: string }
    : Name extends `voice.${string}`
      ? VoiceData & { voiceId: string }
      : Record<string, unknown>

/** `data` of {@link FlatSampleEvent}. */
export type FlatSampleData<Name extends SampleName> = Name extends `call.${string}`
  ? CallData & { call_id: string; agent_id: string }
  : Name extends `batch.${string}`
    ? BatchData & { batch_id: string }
    : Name extends `voice.${string}`
      ? VoiceData & { voice_id: string }
      : Record<string, unknown>

/** An event as Truedy sends it, before it is signed: camelCase fields, nested objects, and an event id. */
export interface SampleEvent<Name extends SampleName = SampleName> {
  event: Name extends 'unknown' ? string : Name
  /** ISO 8601. */
  timestamp: string
  id: string
  data: SampleData<Name>
}

/** The older form of an event: snake_case fields, no event id, and a timestamp without a zone, which means UTC. */
export interface FlatSampleEvent<Name extends SampleName = SampleName> {
  event: Name extends 'unknown' ? string : Name
  /** ISO 8601 with microseconds and no zone, as the early sender wrote it. */
  timestamp: string
  data: FlatSampleData<Name>
}

/** The fields that {@link sampleEvent} overrides in its sample. */
export interface SampleOverrides<Name extends SampleName> {
  /** ISO 8601. The times that the sample puts into `data` are not later than this. Default: now. */
  readonly timestamp?: string | undefined
  /** Default: a new id. */
  readonly id?: string | undefined
  readonly data?: Overrides<SampleData<Name>> | undefined
}

/** The fields that {@link flatSampleEvent} overrides in its sample. */
export interface FlatSampleOverrides<Name extends SampleName> {
  /** ISO 8601. Default: now. */
  readonly timestamp?: string | undefined
  readonly data?: Overrides<FlatSampleData<Name>> | undefined
}
