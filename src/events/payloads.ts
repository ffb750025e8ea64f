/**
 * The payload of each event (src/CONTRACT.md §4). The types have each documented field in each documented spelling. All fields are
 * optional, because none is guaranteed. The types accept other fields and values, because Truedy will add some.
 */

/** A union whose known members an editor suggests, and which accepts any other string, too. */
type OpenUnion<Known extends string> = Known | (string & {})

/** Why a call ended. Truedy may add more reasons. */
export type EndReason = OpenUnion<
  'unjoined' | 'hangup' | 'agent_hangup' | 'timeout' | 'connection_error' | 'system_error' | 'completed'
>

/** The progress of a call's billing. */
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

/** The status of a call as Truedy reports it. Some samples write `in_progress` and `completed`. */
export type ReportedCallStatus = OpenUnion<
  'queued' | 'ringing' | 'in-progress' | 'in_progress' | 'ended' | 'completed' | 'failed' | 'cancelled'
>

/** The direction of a call: `webrtc` is a call from a browser or an app. */
export type CallDirection = OpenUnion<'outbound' | 'inbound' | 'webrtc'>

/** How the telephone network ended a call. For an outbound call, this says most about what happened. */
export type SipTerminationReason = OpenUnion<
  | 'SIP_TERMINATION_NORMAL'
  | 'SIP_TERMINATION_INVALID_NUMBER'
  | 'SIP_TERMINATION_TIMEOUT'
  | 'SIP_TERMINATION_DESTINATION_UNAVAILABLE'
  | 'SIP_TERMINATION_BUSY'
  | 'SIP_TERMINATION_CANCELED'
  | 'SIP_TERMINATION_REJECTED'
  | 'SIP_TERMINATION_UNKNOWN'
>

/** The retention of a call's data. */
export type RetentionPolicy = OpenUnion<'retain' | 'auto_delete'>

type LowerCaseBatchStatus =
  | 'draft'
  | 'scheduled'
  | 'active'
  | 'running'
  | 'paused'
  | 'completed'
  | 'failed'
  | 'cancelled'

/** The status of a batch. It is sent in upper or lower case; {@link batchDetails} returns it in lower case. */
export type BatchStatus = OpenUnion<LowerCaseBatchStatus | Uppercase<LowerCaseBatchStatus>>

/** The status of a voice's training. */
export type VoiceStatus = OpenUnion<'training' | 'active' | 'failed'>

/** The agent of a call. */
export interface Agent {
  agentId?: string | null
  name?: string | null
  [field: string]: unknown
}

/** The telephone network's facts about a call. */
export interface SipDetails {
  /** Seconds with their unit, such as `"123s"`. */
  billedDuration?: string | null
  terminationReason?: SipTerminationReason | null
  [field: string]: unknown
}

/** Fields of Truedy's own call resource, in either form of a payload. */
interface CallResourceFields {
  status?: ReportedCallStatus | null
  direction?: CallDirection | null
  /** The number that was called. */
  to?: string | null
  /** The number that called. */
  from?: string | null
  cost_credits?: number | null
  transcript_url?: string | null
  /** The metadata that you gave the call when you created it. Truedy adds `campaign_id` and `contact_id`. */
  metadata?: Record<string, string> | null
}

/** The nested, camelCase form of a call: Ultravox's `Call` with Truedy's additions. Times are ISO 8601. */
export interface Call extends CallResourceFields {
  callId?: string
  call_id?: string
  agent?: Agent | null
  agentId?: string | null
  /** In seconds. */
  duration?: number | null
  /** In US dollars. */
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
  /** @deprecated Use `firstSpeakerSettings`. */
  firstSpeaker?: string
  firstSpeakerSettings?: unknown
  initialOutputMedium?: string
  joinUrl?: string | null
  initialState?: unknown
  requestContext?: unknown
  sipDetails?: SipDetails | null
  /** Seconds with their unit, such as `"30s"`. */
  joinTimeout?: string
  /** Seconds with their unit, such as `"3600s"`. */
  maxDuration?: string
  languageHint?: string | null
  medium?: unknown
  model?: string
  recordingEnabled?: boolean
  retentionPolicy?: RetentionPolicy
  systemPrompt?: string | null
  temperature?: number
  timeExceededMessage?: string | null
  voice?: string | null
  externalVoice?: unknown
  voiceOverrides?: unknown
  /** @deprecated Ultravox no longer uses it. */
  transcriptOptional?: boolean
  inactivityMessages?: unknown
  vadSettings?: unknown
  dataConnectionConfig?: unknown
  experimentalSettings?: unknown
  callbacks?: unknown
  [field: string]: unknown
}

/** Fields of `data` that can hold the id or the original name of the event itself. */
interface EventIdFields {
  id?: string | null
  eventId?: string | null
  event_id?: string | null
  /** The original name of the event, if Truedy normalized it. */
  event?: string | null
}

/** `data` of the call events: a nested call, or flat fields in snake_case. {@link callDetails} reads both. */
export interface CallData extends EventIdFields, CallResourceFields {
  call?: Call | null
  callId?: string | null
  call_id?: string | null
  agentId?: string | null
  agent_id?: string | null
  /** In seconds. */
  duration_seconds?: number | null
  /** In US dollars. */
  cost_usd?: number | null
  end_reason?: EndReason | null
  recording_url?: string | null
  error_message?: string | null
  [field: string]: unknown
}

/** A batch of a campaign, as Ultravox describes it. */
export interface Batch {
  batchId?: string
  batch_id?: string
  [field: string]: unknown
}

/** `data` of the batch events. Times are ISO 8601. {@link batchDetails} reads each spelling. */
export interface BatchData extends EventIdFields {
  batch_id?: string | null
  batchId?: string | null
  batch?: Batch | null
  status?: BatchStatus | null
  created?: string | null
  totalCount?: number | null
  /** Includes the failed ones. */
  completedCount?: number | null
  failedCount?: number | null
  total_contacts?: number | null
  called?: number | null
  completed?: number | null
  failed?: number | null
  pending?: number | null
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

/** `data` of the voice events. {@link voiceDetails} reads each spelling. */
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
