/** Creates the `data` of samples, with the documented fields. Times, durations and costs are consistent with each other. */

import { isObject } from '../json.js'
import { parseTimestamp } from '../timestamp.js'

type Fields = Readonly<Record<string, unknown>>

/** The inputs to the data of a sample. */
export interface SampleFacts {
  /** The type of the event. */
  readonly event: string
  /** The time in its envelope, in milliseconds since 1970. */
  readonly sentMs: number
  /** The fields of `data` that the test sets. All others are consistent with them. */
  readonly given: Fields
}

/** Creates `data` in camelCase, with nested objects. */
export function nestedData(facts: SampleFacts): Record<string, unknown> {
  if (facts.event.startsWith('batch.')) return { batchId: crypto.randomUUID(), ...batchFields(facts) }
  if (facts.event.startsWith('voice.')) return { voiceId: crypto.randomUUID(), ...voiceFields(facts) }
  return { event: facts.event, call: nestedCall(facts) }
}

/** Creates `data` in snake_case, without nested objects. */
export function flatData(facts: SampleFacts): Record<string, unknown> {
  if (facts.event.startsWith('batch.')) return { batch_id: crypto.randomUUID(), ...batchFields(facts) }
  if (facts.event.startsWith('voice.')) return { voice_id: crypto.randomUUID(), ...voiceFields(facts) }
  return flatCall(facts)
}

const SECOND_MS = 1000
const TALK_SECONDS = 123
/** US dollars. */
const PRICE_PER_SECOND = 0.001
/** The time from the creation of a call to its answer. */
const RINGING_MS = 4000
/** If nobody joins, a call ends when its joinTimeout expires. */
const JOIN_TIMEOUT_SECONDS = 30
/** The time between the end of a call and its events. */
const AFTER_END_MS: Fields = { 'call.billed': 2000, 'call.analyzed': 20_000 }
const CAMPAIGN_MS = 30 * 60 * SECOND_MS

const ERROR_MESSAGE = 'The connection to the caller was lost.'

/** Tells whether a call is over when an event of this type is sent. */
function isCallOver(event: string): boolean {
  return event !== 'call.started' && event !== 'call.joined'
}

function costOf(seconds: number): number {
  return Math.round(seconds * PRICE_PER_SECOND * 100) / 100
}

function defaultEndReason(event: string): string {
  return event === 'call.failed' ? 'connection_error' : 'hangup'
}

function nestedCall({ event, sentMs, given }: SampleFacts): Record<string, unknown> {
  const givenCall = isObject(given['call']) ? given['call'] : {}
  const isOver = isCallOver(event)
  const { endReason = defaultEndReason(event) } = givenCall
  const isJoined = event !== 'call.started' && endReason !== 'unjoined' && givenCall['joined'] !== null
  const endedMs = timeOf(givenCall['ended']) ?? sentMs - Number(AFTER_END_MS[event] ?? 0)
  const givenJoinedMs = timeOf(givenCall['joined'])
  const talkSeconds = givenJoinedMs === undefined ? TALK_SECONDS : (endedMs - givenJoinedMs) / SECOND_MS
  const seconds = numberOf(givenCall['duration']) ?? (isJoined ? talkSeconds : 0)
  const joinedMs = givenJoinedMs ?? (isOver ? endedMs - seconds * SECOND_MS : sentMs)
  const startedMs = isJoined
    ? joinedMs - RINGING_MS
    : isOver
      ? endedMs - JOIN_TIMEOUT_SECONDS * SECOND_MS
      : sentMs
  const isBilled = event === 'call.billed'
  const hasTalk = isOver && isJoined
  return {
    callId: crypto.randomUUID(),
    agent: { agentId: crypto.randomUUID(), name: 'Front desk' },
    clientVersion: null,
    created: iso(startedMs),
    joined: isJoined ? iso(joinedMs) : null,
    ended: isOver ? iso(endedMs) : null,
    endReason: isOver ? endReason : null,
    duration: isOver ? seconds : null,
    costUsd: isOver ? costOf(seconds) : null,
    billedDuration: isBilled ? `${Math.ceil(seconds)}s` : null,
    billingStatus: billingStatus(isBilled, seconds),
    shortSummary: hasTalk ? 'Asked for the opening hours.' : null,
    summary: hasTalk
      ? 'The caller asked for the opening hours on Saturday – “until eight?” – and was content.'
      : null,
    metadata: { campaign: 'spring' },
    joinTimeout: `${JOIN_TIMEOUT_SECONDS}s`,
    maxDuration: '3600s',
    languageHint: 'en',
    medium: { webRtc: {} },
    model: 'ultravox-v0.7',
    recordingEnabled: true,
    temperature: 0.5,
    voice: 'Mark',
    ...(event === 'call.failed' && { errorMessage: ERROR_MESSAGE }),
  }
}

function billingStatus(isBilled: boolean, seconds: number): string {
  if (!isBilled) return 'BILLING_STATUS_PENDING'
  return seconds > 0 ? 'BILLING_STATUS_BILLED' : 'BILLING_STATUS_FREE_ZERO_EFFECTIVE_DURATION'
}

function flatCall({ event, given }: SampleFacts): Record<string, unknown> {
  const { end_reason: endReason = defaultEndReason(event) } = given
  const isJoined = endReason !== 'unjoined'
  const seconds = numberOf(given['duration_seconds']) ?? (isJoined ? TALK_SECONDS : 0)
  const isOver = isCallOver(event)
  return {
    call_id: crypto.randomUUID(),
    agent_id: crypto.randomUUID(),
    status: isOver ? event.replace('call.', '') : 'in_progress',
    ...(isOver && {
      duration_seconds: seconds,
      cost_usd: costOf(seconds),
      end_reason: endReason,
      recording_url: isJoined ? 'https://example.com/recordings/1.wav' : null,
    }),
    ...(event === 'call.failed' && { error_message: ERROR_MESSAGE }),
  }
}

function batchFields({ event, sentMs, given }: SampleFacts): Record<string, unknown> {
  const isOver = event === 'batch.completed'
  const endedMs = timeOf(given['endedAt']) ?? sentMs
  const totalCount = numberOf(given['totalCount']) ?? 200
  // Includes the failed calls.
  const completedCount = isOver ? totalCount : Math.floor(totalCount / 4)
  return {
    status: isOver ? 'COMPLETED' : 'IN_PROGRESS',
    created: iso(endedMs - CAMPAIGN_MS),
    totalCount,
    completedCount,
    failedCount: isOver ? Math.floor(totalCount / 50) : 0,
    endedAt: isOver ? iso(endedMs) : null,
    windowStart: null,
    windowEnd: null,
    paused: false,
  }
}

function voiceFields({ event, sentMs }: SampleFacts): Record<string, unknown> {
  const isReady = event === 'voice.training.completed'
  return {
    ultravox_voice_id: crypto.randomUUID(),
    status: isReady ? 'active' : 'failed',
    ...(!isReady && { error_message: 'The recording is too short.' }),
    timestamp: iso(sentMs),
    org_id: 'org_1',
  }
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'string' ? parseTimestamp(value) : undefined
}

/** Returns a number if it is small enough for calculations with times. */
function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Math.abs(value) <= 1e9 ? value : undefined
}
