/** Makes up events as Truedy sends them. */

import { requireOptions } from '../checks.js'
import { type EventName, eventNames } from '../events/catalogue.js'

/** The names that {@link sampleEvent} knows: every event type, the alias, and one that no version knows. */
export type SampleName = EventName | 'call.completed' | 'unknown'

export const sampleNames: readonly SampleName[] = [...eventNames, 'call.completed', 'unknown']

/** An envelope before it is signed. */
export interface SampleEvent {
  event: string
  timestamp: string
  id?: string
  data: Record<string, unknown>
}

/** Options of {@link sampleEvent}. */
export interface SampleOptions {
  /**
   * `nested`: camelCase objects and an event id, as on the overview page of Truedy's documentation. `flat`: snake_case
   * fields, no event id and a timestamp without a zone, as the early sender wrote them. Default `nested`.
   */
  readonly shape?: 'nested' | 'flat' | undefined
}

/**
 * An invented event of a type, with all the fields that are documented for it. Each call makes another event, with ids
 * of its own; send the same object twice for a duplicate.
 *
 * @param name - an event type; `call.completed` for the alias; `unknown` for a type that the library does not know
 * @param options - `shape` (`nested`)
 * @throws TypeError for a name of which there is no sample
 *
 * @example
 * ```ts
 * import { sampleEvent } from 'truedy-webhooks/testing'
 *
 * console.log(sampleEvent('call.ended', { shape: 'flat' }).data)
 * ```
 */
export function sampleEvent(name: SampleName, options: SampleOptions = {}): SampleEvent {
  const now = new Date().toISOString()
  requireOptions(options, ['shape'])
  const isFlat = options.shape === 'flat'
  if (!sampleNames.includes(name)) {
    throw new TypeError(`There is no sample of "${name}". There is one of ${sampleNames.join(', ')}.`)
  }
  const event = name === 'unknown' ? 'call.transferred' : name
  const data = sampleData(event, isFlat, now)
  return isFlat
    ? { event, timestamp: now.replace('Z', '000'), data }
    : { event, timestamp: now, id: `evt_${crypto.randomUUID()}`, data }
}

function sampleData(event: string, isFlat: boolean, now: string): Record<string, unknown> {
  if (event.startsWith('batch.')) return batch(event, isFlat, now)
  if (event.startsWith('voice.')) return voice(event, isFlat, now)
  return isFlat ? flatCall(event) : { event, call: nestedCall(event, now) }
}

function nestedCall(event: string, now: string): Record<string, unknown> {
  const isOver = !['call.started', 'call.joined'].includes(event)
  const isBilled = event === 'call.billed'
  return {
    callId: crypto.randomUUID(),
    agent: { agentId: crypto.randomUUID(), name: 'Front desk' },
    clientVersion: null,
    created: now,
    joined: event === 'call.started' ? null : now,
    ended: isOver ? now : null,
    endReason: isOver ? (event === 'call.failed' ? 'connection_error' : 'hangup') : null,
    duration: isOver ? 123 : null,
    costUsd: isOver ? 0.12 : null,
    billedDuration: isBilled ? '123s' : null,
    billingStatus: isBilled ? 'BILLING_STATUS_BILLED' : 'BILLING_STATUS_PENDING',
    shortSummary: isOver ? 'Asked for the opening hours.' : null,
    summary: isOver
      ? 'The caller asked for the opening hours on Saturday – “until eight?” – and was content.'
      : null,
    metadata: { campaign: 'spring' },
    joinTimeout: '30s',
    maxDuration: '3600s',
    languageHint: 'en',
    medium: { webRtc: {} },
    model: 'ultravox-v0.7',
    recordingEnabled: true,
    temperature: 0.5,
    voice: 'Mark',
    ...(event === 'call.failed' && { errorMessage: 'The connection to the caller was lost.' }),
  }
}

function flatCall(event: string): Record<string, unknown> {
  const isOver = !['call.started', 'call.joined'].includes(event)
  return {
    call_id: crypto.randomUUID(),
    agent_id: crypto.randomUUID(),
    status: isOver ? event.replace('call.', '') : 'in_progress',
    ...(isOver && {
      duration_seconds: 123,
      cost_usd: 0.12,
      end_reason: event === 'call.failed' ? 'connection_error' : 'hangup',
      recording_url: 'https://example.com/recordings/1.wav',
    }),
    ...(event === 'call.failed' && { error_message: 'The connection to the caller was lost.' }),
  }
}

function batch(event: string, isFlat: boolean, now: string): Record<string, unknown> {
  const isOver = event === 'batch.completed'
  const id = crypto.randomUUID()
  return {
    ...(isFlat ? { batch_id: id } : { batchId: id }),
    status: isOver ? 'COMPLETED' : 'IN_PROGRESS',
    created: now,
    totalCount: 200,
    completedCount: isOver ? 197 : 50,
    failedCount: isOver ? 3 : 0,
    endedAt: isOver ? now : null,
    windowStart: null,
    windowEnd: null,
    paused: false,
  }
}

function voice(event: string, isFlat: boolean, now: string): Record<string, unknown> {
  const isReady = event === 'voice.training.completed'
  const id = crypto.randomUUID()
  return {
    ...(isFlat ? { voice_id: id } : { voiceId: id }),
    ultravox_voice_id: crypto.randomUUID(),
    status: isReady ? 'active' : 'failed',
    ...(!isReady && { error_message: 'The recording is too short.' }),
    timestamp: now,
    org_id: 'org_1',
  }
}
