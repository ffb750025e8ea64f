/** Reading an event whose fields live in several places: identifiers, time, and the facts of a call (src/CONTRACT.md §4). */

import { idText, isObject, isText } from '../json.js'
import { parseTimestamp } from '../timestamp.js'
import type { EndReason, TruedyEvent } from './catalogue.js'

/** The identifiers that an event carries. */
export interface EventIds {
  /** Of the event itself, the same in every delivery of it. */
  eventId?: string
  callId?: string
  agentId?: string
  batchId?: string
  voiceId?: string
}

/** The facts of a call in one shape, whichever of the two forms was sent. */
export interface CallDetails {
  callId?: string
  agentId?: string
  agentName?: string
  status?: string
  /** Seconds; from the billed duration where no other is given. */
  durationSeconds?: number
  /** Seconds. */
  billedDurationSeconds?: number
  /** US dollars. */
  costUsd?: number
  summary?: string
  endReason?: EndReason
  recordingUrl?: string
  errorMessage?: string
}

/**
 * The identifiers in an event, from all the places where they occur (src/CONTRACT.md §4), the first place first.
 *
 * @param event - a parsed event
 * @returns those that are there; a key that is not there is absent
 *
 * @example
 * ```ts
 * import { eventIds, parseEvent } from 'truedy-webhooks'
 *
 * const event = parseEvent({ event: 'call.ended', timestamp: 1773844320, data: { call: { callId: 'c1' } } })
 * console.log(eventIds(event).callId) // c1
 * ```
 */
export function eventIds(event: TruedyEvent): EventIds {
  const ids: EventIds = {}
  const find = (name: keyof EventIds, places: string): void => {
    const id = first(idText, event, places)
    if (id !== undefined) ids[name] = id
  }
  find('callId', 'data.call.callId data.call.call_id data.callId data.call_id')
  find('agentId', 'data.call.agent.agentId data.call.agentId data.agentId data.agent_id')
  find('batchId', 'data.batch_id data.batchId data.batch.batchId data.batch.batch_id')
  find('voiceId', 'data.voice_id data.voiceId data.voice.voiceId data.voice.voice_id')
  // `data.id` that repeats the id of an entity is not the event's: all events of that entity would share it.
  const isEntity = Object.values(ids).includes(idText(event.data['id']))
  find('eventId', `id${isEntity ? '' : ' data.id'} data.eventId data.event_id`)
  return ids
}

/**
 * When the event happened, by its own `timestamp`: ISO 8601 (without a zone it means UTC, whatever zone this machine
 * is in) or Unix time (seconds, and milliseconds from 100,000,000,000 on).
 *
 * @param event - a parsed event
 * @returns the time, or `undefined` where the field is neither
 *
 * @example
 * ```ts
 * import { eventTime, parseEvent } from 'truedy-webhooks'
 *
 * const event = parseEvent({ event: 'call.ended', timestamp: '2026-01-31T14:05:41.123456', data: {} })
 * console.log(eventTime(event)?.toISOString()) // 2026-01-31T14:05:41.123Z
 * ```
 */
export function eventTime(event: TruedyEvent): Date | undefined {
  const timestamp = String(event.timestamp).trim()
  const unix = /^\d+(\.\d+)?$/.test(timestamp) ? Number(timestamp) : undefined
  const milliseconds = unix === undefined ? parseTimestamp(timestamp) : unix < 1e11 ? unix * 1000 : unix
  const time = new Date(milliseconds ?? Number.NaN)
  return Number.isNaN(time.getTime()) ? undefined : time
}

/**
 * The facts of a call, out of the nested camelCase and the flat snake_case payload alike.
 *
 * @param event - a parsed event
 * @returns the facts that are there, or `undefined` where the event is not about a call
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
  const data = event.data as Record<string, unknown>
  const call = isObject(data['call']) ? data['call'] : {}
  const read = <Value>(as: (value: unknown) => Value | undefined, names: string): Value | undefined =>
    first(as, call, names) ?? first(as, data, names)
  const billedDurationSeconds = read(amount, 'billedDuration billed_duration')
  const details = {
    callId,
    agentId,
    agentName: first(text, call, 'agent.name'),
    status: read(text, 'status'),
    durationSeconds: read(amount, 'duration duration_seconds') ?? billedDurationSeconds,
    billedDurationSeconds,
    costUsd: read(amount, 'costUsd cost_usd'),
    summary: read(text, 'summary shortSummary'),
    endReason: read(text, 'endReason end_reason'),
    recordingUrl: read(text, 'recordingUrl recording_url'),
    errorMessage: read(text, 'errorMessage error_message'),
  }
  // Only keys of undefined values are taken out, which is what the type says.
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)) as CallDetails
}

/** The first of several places in an object where there is a value of the right kind. */
function first<Value>(
  as: (value: unknown) => Value | undefined,
  root: object,
  places: string,
): Value | undefined {
  for (const place of places.split(' ')) {
    let found: unknown = root
    for (const key of place.split('.')) found = isObject(found) ? found[key] : undefined
    const value = as(found)
    if (value !== undefined) return value
  }
  return undefined
}

function text(value: unknown): string | undefined {
  return isText(value) ? value : undefined
}

/** A number, or a text that is one, with or without the unit of seconds: `"123"`, `"123s"`. */
function amount(value: unknown): number | undefined {
  const number =
    typeof value === 'string' && /^-?\d+(\.\d+)?s?$/.test(value) ? Number.parseFloat(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}
