/**
 * The catalogue: every event that Truedy documents, with the payload of each (src/CONTRACT.md §3 and §4). Payload types list
 * each documented field in each documented spelling, all optional, since none of them is guaranteed; they stay
 * open, since more will come.
 */

/** A union that completes its known members in an editor and takes any other string too. */
type OpenUnion<Known extends string> = Known | (string & {})

/** Why a call ended. More reasons may come. */
export type EndReason = OpenUnion<
  'unjoined' | 'hangup' | 'agent_hangup' | 'timeout' | 'connection_error' | 'system_error' | 'completed'
>

/** How far the billing of a call has come. */
export type BillingStatus = OpenUnion<
  | 'BILLING_STATUS_PENDING'
  | 'BILLING_STATUS_FREE_CONSOLE'
  | 'BILLING_STATUS_FREE_ZERO_EFFECTIVE_DURATION'
  | 'BILLING_STATUS_FREE_MINUTES'
  | 'BILLING_STATUS_FREE_SYSTEM_ERROR'
  | 'BILLING_STATUS_FREE_OTHER'
  | 'BILLING_STATUS_BILLED'
  | 'BILLING_STATUS_REFUNDED'
  | 'BILLING_STATUS_UNSPECIFIED'
>

/** How a campaign stands. */
export type BatchStatus = OpenUnion<'COMPLETED'>

/** How the training of a voice stands. */
export type VoiceStatus = OpenUnion<'training' | 'active' | 'failed'>

/** The agent of a call. */
export interface Agent {
  agentId?: string | null
  name?: string | null
  [field: string]: unknown
}

/** The nested, camelCase form of a call: Ultravox's `Call` with Truedy's additions. Times are ISO 8601. */
export interface Call {
  callId?: string
  call_id?: string
  agent?: Agent | null
  agentId?: string | null
  /** Seconds. */
  duration?: number | null
  /** US dollars. */
  costUsd?: number | null
  summary?: string | null
  shortSummary?: string | null
  endReason?: EndReason | null
  clientVersion?: string | null
  created?: string
  joined?: string | null
  ended?: string | null
  /** Seconds with their unit, such as `"123s"`. */
  billedDuration?: string | null
  billedSideInputTokens?: number | null
  billedSideOutputTokens?: number | null
  billingStatus?: BillingStatus
  firstSpeaker?: string
  firstSpeakerSettings?: unknown
  initialOutputMedium?: string
  joinUrl?: string | null
  metadata?: Record<string, string>
  initialState?: unknown
  requestContext?: unknown
  sipDetails?: unknown
  /** Seconds with their unit, such as `"30s"`. */
  joinTimeout?: string
  /** Seconds with their unit, such as `"3600s"`. */
  maxDuration?: string
  languageHint?: string | null
  medium?: unknown
  model?: string
  recordingEnabled?: boolean
  systemPrompt?: string | null
  temperature?: number
  timeExceededMessage?: string | null
  voice?: string | null
  externalVoice?: unknown
  transcriptOptional?: boolean
  inactivityMessages?: unknown
  vadSettings?: unknown
  dataConnectionConfig?: unknown
  callbacks?: unknown
  [field: string]: unknown
}

/** Places inside `data` where the id of the event itself can stand. */
interface EventIdFields {
  id?: string | null
  eventId?: string | null
  event_id?: string | null
  /** The name before Truedy normalised it, where it differs from the envelope's. */
  event?: string | null
}

/** `data` of the call events: a nested call, or its fields flat in snake_case. {@link callDetails} reads both. */
export interface CallData extends EventIdFields {
  call?: Call | null
  callId?: string | null
  call_id?: string | null
  agentId?: string | null
  agent_id?: string | null
  status?: string | null
  /** Seconds. */
  duration_seconds?: number | null
  /** US dollars. */
  cost_usd?: number | null
  end_reason?: EndReason | null
  recording_url?: string | null
  error_message?: string | null
  [field: string]: unknown
}

/** A campaign, as Ultravox describes it. */
export interface Batch {
  batchId?: string
  batch_id?: string
  [field: string]: unknown
}

/** `data` of the campaign events. Times are ISO 8601. */
export interface BatchData extends EventIdFields {
  batch_id?: string | null
  batchId?: string | null
  batch?: Batch | null
  status?: BatchStatus | null
  created?: string | null
  totalCount?: number | null
  completedCount?: number | null
  failedCount?: number | null
  endedAt?: string | null
  windowStart?: string | null
  windowEnd?: string | null
  paused?: boolean | null
  [field: string]: unknown
}

/** A voice. */
export interface Voice {
  voiceId?: string
  voice_id?: string
  [field: string]: unknown
}

/** `data` of the voice events. */
export interface VoiceData extends EventIdFields {
  voice_id?: string | null
  voiceId?: string | null
  voice?: Voice | null
  ultravox_voice_id?: string | null
  status?: VoiceStatus | null
  error_message?: string | null
  timestamp?: string | number | null
  org_id?: string | null
  /** The older name of `org_id`. */
  client_id?: string | null
  [field: string]: unknown
}

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

/** The envelope of an event. Further fields of the envelope stay on the object, but have no type. */
export interface Envelope<Name extends string, Data> {
  event: Name
  /** The name as it was sent: differs from `event` for an alias, and for an unknown type. */
  rawEvent: string
  /** ISO 8601, or Unix time; {@link eventTime} reads either. */
  timestamp: string | number
  data: Data
  /** The id of the event, the same in every delivery of it. Older senders leave it out. */
  id?: string
}

/** An event of a type that this version does not know. `rawEvent` names it. */
export type UnknownEvent = Envelope<'unknown', Record<string, unknown>>

/** The event of one name. */
export type EventOf<Name extends EventName | 'unknown'> = Name extends EventName
  ? Envelope<Name, EventPayloads[Name]>
  : UnknownEvent

/** A verified event: a union that narrows on `event`. */
export type TruedyEvent = { [Name in EventName]: EventOf<Name> }[EventName] | UnknownEvent

/** A name as sent → the name to switch on: the alias resolved (src/CONTRACT.md §4), what is not known `'unknown'`. */
export function normalizeName(name: string): EventName | 'unknown' {
  if (name === 'call.completed') return 'call.ended'
  const names: readonly string[] = eventNames
  // Whatever is in the list has one of its types.
  return names.includes(name) ? (name as EventName) : 'unknown'
}
