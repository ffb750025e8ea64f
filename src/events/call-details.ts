/** Reads the facts of a call into one shape, from either form of the payload (src/CONTRACT.md §4). */

import type { TruedyEvent } from './catalogue.js'
import {
  asAmount,
  asText,
  asTextMap,
  asTime,
  containersOf,
  type FieldsOf,
  type FoundField,
  findFields,
  valuesOf,
} from './fields.js'
import { eventIds } from './ids.js'
import type {
  BillingStatus,
  CallDirection,
  EndReason,
  ReportedCallStatus,
  SipTerminationReason,
} from './payloads.js'

/** The facts of a call in one shape, whichever form of the payload was sent. Times are ISO 8601 in UTC. */
export interface CallDetails {
  callId?: string
  agentId?: string
  agentName?: string
  status?: ReportedCallStatus
  direction?: CallDirection
  /** The number that called. */
  from?: string
  /** The number that was called. */
  to?: string
  createdAt?: string
  /** When the other side connected. */
  joinedAt?: string
  endedAt?: string
  /** In seconds. The billed duration, if the payload has no other. */
  durationSeconds?: number
  /** In seconds. */
  billedDurationSeconds?: number
  /** In US dollars. */
  costUsd?: number
  billingStatus?: BillingStatus
  summary?: string
  endReason?: EndReason
  /** How the telephone network ended the call. */
  sipTerminationReason?: SipTerminationReason
  recordingUrl?: string
  errorMessage?: string
  /** The metadata that you gave the call when you created it, and Truedy's own entries. */
  metadata?: Readonly<Record<string, string>>
}

const BILLED_DURATION = 'billedDuration billed_duration billed_duration_seconds'

/** The fields of {@link CallDetails}, except the ids. */
export const callFields: FieldsOf<Omit<CallDetails, 'callId' | 'agentId'>> = {
  agentName: [asText, 'agent.name agent_name'],
  status: [asText, 'status'],
  direction: [asText, 'direction'],
  from: [asText, 'from'],
  to: [asText, 'to'],
  createdAt: [asTime, 'created createdAt created_at'],
  joinedAt: [asTime, 'joined joinedAt joined_at'],
  endedAt: [asTime, 'ended endedAt ended_at'],
  durationSeconds: [asAmount, 'duration duration_seconds', BILLED_DURATION],
  billedDurationSeconds: [asAmount, BILLED_DURATION],
  costUsd: [asAmount, 'costUsd cost_usd'],
  billingStatus: [asText, 'billingStatus billing_status'],
  summary: [asText, 'summary', 'shortSummary short_summary'],
  endReason: [asText, 'endReason end_reason'],
  sipTerminationReason: [asText, 'sipDetails.terminationReason sip_details.termination_reason'],
  recordingUrl: [asText, 'recordingUrl recording_url'],
  errorMessage: [asText, 'errorMessage error_message'],
  metadata: [asTextMap, 'metadata'],
}

/**
 * Returns the facts of a call, whether the payload is nested camelCase or flat snake_case. A field that is missing, `null` or of
 * the wrong type in the payload is absent in the result.
 *
 * @param event - a parsed event
 * @returns the facts in the event, or `undefined` if the event is not about a call
 *
 * @example
 * ```ts
 * import { callDetails, parseEvent } from 'truedy-webhooks'
 *
 * const event = parseEvent({ event: 'call.ended', timestamp: 1773844320, data: { call_id: 'c1', duration_seconds: 42 } })
 * console.log(callDetails(event)?.durationSeconds) // 42
 * ```
 */
export function callDetails(event: TruedyEvent): CallDetails | undefined {
  const { callId, agentId } = eventIds(event)
  if (callId === undefined && !event.rawEvent.startsWith('call.')) return undefined
  return {
    ...(callId !== undefined && { callId }),
    ...(agentId !== undefined && { agentId }),
    ...valuesOf(findCallFields(event)),
  }
}

/** Finds the facts of a call, except its ids, each with the source that it comes from. */
export function findCallFields(event: TruedyEvent): FoundField[] {
  return findFields(callFields, containersOf(event, 'call'))
}
