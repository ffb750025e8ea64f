/** Lists the documented fields of payloads, to check overrides at run time. The types keep each list complete. */

import type {
  Agent,
  Batch,
  BatchData,
  Call,
  CallData,
  SipDetails,
  Voice,
  VoiceData,
} from '../events/payloads.js'
import type { KnownKeys, SampleName } from './sample-types.js'

/** The fields of an object. `true` stands for a field that is replaced as a whole; a merged one lists its own fields. */
export interface KnownFields {
  readonly [name: string]: true | KnownFields
}

/** All fields of a type, and no others. */
type FieldsOf<Type> = { readonly [Key in KnownKeys<Type>]: true | KnownFields }

const EVENT_ID = { id: true, eventId: true, event_id: true, event: true } as const

const AGENT = { agentId: true, name: true } as const satisfies FieldsOf<Agent>

const SIP_DETAILS = { billedDuration: true, terminationReason: true } as const satisfies FieldsOf<SipDetails>

const CALL_RESOURCE = {
  status: true,
  direction: true,
  to: true,
  from: true,
  cost_credits: true,
  transcript_url: true,
  metadata: true,
} as const

const CALL = {
  ...CALL_RESOURCE,
  callId: true,
  call_id: true,
  agent: AGENT,
  agentId: true,
  duration: true,
  costUsd: true,
  summary: true,
  shortSummary: true,
  endReason: true,
  clientVersion: true,
  created: true,
  joined: true,
  ended: true,
  billedDuration: true,
  billedSideInputTokens: true,
  billedSideOutputTokens: true,
  billingStatus: true,
  firstSpeaker: true,
  firstSpeakerSettings: true,
  initialOutputMedium: true,
  joinUrl: true,
  initialState: true,
  requestContext: true,
  sipDetails: SIP_DETAILS,
  joinTimeout: true,
  maxDuration: true,
  languageHint: true,
  medium: true,
  model: true,
  recordingEnabled: true,
  retentionPolicy: true,
  systemPrompt: true,
  temperature: true,
  timeExceededMessage: true,
  voice: true,
  externalVoice: true,
  voiceOverrides: true,
  transcriptOptional: true,
  inactivityMessages: true,
  vadSettings: true,
  dataConnectionConfig: true,
  experimentalSettings: true,
  callbacks: true,
} as const satisfies FieldsOf<Call>

const CALL_DATA = {
  ...EVENT_ID,
  ...CALL_RESOURCE,
  call: CALL,
  callId: true,
  call_id: true,
  agentId: true,
  agent_id: true,
  duration_seconds: true,
  cost_usd: true,
  end_reason: true,
  recording_url: true,
  error_message: true,
} as const satisfies FieldsOf<CallData>

const BATCH = { batchId: true, batch_id: true } as const satisfies FieldsOf<Batch>

const BATCH_DATA = {
  ...EVENT_ID,
  batch_id: true,
  batchId: true,
  batch: BATCH,
  status: true,
  created: true,
  totalCount: true,
  completedCount: true,
  failedCount: true,
  total_contacts: true,
  called: true,
  completed: true,
  failed: true,
  pending: true,
  endedAt: true,
  windowStart: true,
  windowEnd: true,
  paused: true,
} as const satisfies FieldsOf<BatchData>

const VOICE = { voiceId: true, voice_id: true } as const satisfies FieldsOf<Voice>

const VOICE_DATA = {
  ...EVENT_ID,
  voice_id: true,
  voiceId: true,
  voice: VOICE,
  ultravox_voice_id: true,
  status: true,
  error_message: true,
  timestamp: true,
  org_id: true,
  client_id: true,
} as const satisfies FieldsOf<VoiceData>

/** Returns the fields of an event's `data`, or `undefined` if none are known for its type. */
export function dataFieldsOf(name: SampleName): KnownFields | undefined {
  if (name.startsWith('call.')) return CALL_DATA
  if (name.startsWith('batch.')) return BATCH_DATA
  return name.startsWith('voice.') ? VOICE_DATA : undefined
}
