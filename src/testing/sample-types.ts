/** The types of samples, and of what a test changes in them. */

import type { EventName } from '../events/catalogue.js'
import type { Agent, BatchData, Call, CallData, VoiceData } from '../events/payloads.js'

/** The names that samples have: every event type, the alias, and one that no version knows. */
export type SampleName = EventName | 'call.completed' | 'unknown'

/** The keys that a type names: payloads are open, but a misspelled override is an error. */
export type KnownKeys<Type> = keyof { [Key in keyof Type as string extends Key ? never : Key]: Type[Key] }

/**
 * What a test may change in a sample: any field, at any depth. `undefined` takes a field out. Lists, and objects whose keys are free
 * (`metadata`), are replaced as a whole.
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

/** An event as Truedy sends it, before it is signed: camelCase objects, and an id of the event. */
export interface SampleEvent<Name extends SampleName = SampleName> {
  event: Name extends 'unknown' ? string : Name
  /** ISO 8601. */
  timestamp: string
  id: string
  data: SampleData<Name>
}

/** The older form: snake_case fields, no id of the event, and a timestamp without a zone, which means UTC. */
export interface FlatSampleEvent<Name extends SampleName = SampleName> {
  event: Name extends 'unknown' ? string : Name
  /** ISO 8601 with microseconds and no zone, as the early sender wrote it. */
  timestamp: string
  data: FlatSampleData<Name>
}

/** The changes that {@link sampleEvent} makes to its sample. */
export interface SampleOverrides<Name extends SampleName> {
  /** ISO 8601. The times in `data` lie before it. Default: now. */
  readonly timestamp?: string | undefined
  /** Default: a new one. */
  readonly id?: string | undefined
  readonly data?: Overrides<SampleData<Name>> | undefined
}

/** The changes that {@link flatSampleEvent} makes to its sample. */
export interface FlatSampleOverrides<Name extends SampleName> {
  /** ISO 8601. Default: now. */
  readonly timestamp?: string | undefined
  readonly data?: Overrides<FlatSampleData<Name>> | undefined
}
