/** Reading an event whose fields live in several places: identifiers, time, and the facts of a call (contract §4). */

import type { EndReason, TruedyEvent } from './events.js'
import { idText, isObject } from './json.js'
import { parseTimestamp } from './timestamp.js'

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
 * The identifiers in an event, from all the places where they occur (contract §4), the first place first.
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
  const data = fields(event.data)
  const call = fields(data['call'])
  const agent = fields(call['agent'])
  const batch = fields(data['batch'])
  const voice = fields(data['voice'])
  const callId = firstId(call['callId'], call['call_id'], data['callId'], data['call_id'])
  const batchId = firstId(data['batch_id'], data['batchId'], batch['batchId'], batch['batch_id'])
  const voiceId = firstId(data['voice_id'], data['voiceId'], voice['voiceId'], voice['voice_id'])
  const agentId = firstId(agent['agentId'], call['agentId'], data['agentId'], data['agent_id'])
  // `data.id` that repeats the id of the call, batch or voice is not the event's: all its events would share it.
  const dataId = [callId, batchId, voiceId].includes(idText(data['id'])) ? undefined : data['id']
  const eventId = firstId(event.id, dataId, data['eventId'], data['event_id'])
  return present({ eventId, callId, agentId, batchId, voiceId })
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
  const { timestamp } = event
  const text = typeof timestamp === 'string' ? timestamp.trim() : ''
  const unix =
    typeof timestamp === 'number' ? timestamp : /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
  const milliseconds = unix === undefined ? parseTimestamp(text) : unix < 1e11 ? unix * 1000 : unix
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
  const data = fields(event.data)
  const call = fields(data['call'])
  const read = <Value>(as: (value: unknown) => Value | undefined, ...names: string[]): Value | undefined => {
    for (const source of [call, data]) {
      for (const name of names) {
        const value = as(source[name])
        if (value !== undefined) return value
      }
    }
    return undefined
  }

  const billedDurationSeconds = read(seconds, 'billedDuration', 'billed_duration', 'billed_duration_seconds')
  return present({
    callId,
    agentId,
    agentName: text(fields(call['agent'])['name']),
    status: read(text, 'status'),
    durationSeconds:
      read(seconds, 'duration', 'durationSeconds', 'duration_seconds') ?? billedDurationSeconds,
    billedDurationSeconds,
    costUsd: read(amount, 'costUsd', 'cost_usd'),
    summary: read(text, 'summary') ?? read(text, 'shortSummary', 'short_summary'),
    endReason: read(text, 'endReason', 'end_reason'),
    recordingUrl: read(text, 'recordingUrl', 'recording_url'),
    errorMessage: read(text, 'errorMessage', 'error_message'),
  })
}

function fields(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {}
}

function firstId(...values: unknown[]): string | undefined {
  return values.map(idText).find((id) => id !== undefined)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A number, or a text that is one. */
function amount(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** Seconds as a number, or as a text such as `"123s"` or `"123"`. */
function seconds(value: unknown): number | undefined {
  return amount(typeof value === 'string' ? value.replace(/s$/, '') : value)
}

/** The object without the keys that are `undefined`. */
function present<Shape extends object>(
  shape: Shape,
): { [Key in keyof Shape]?: Exclude<Shape[Key], undefined> } {
  // Only keys of undefined values are gone, which is what the type says.
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof present<Shape>
  >
}
