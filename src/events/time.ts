/** When an event happened (src/CONTRACT.md §3). */

import { parseTimestamp } from '../timestamp.js'
import type { TruedyEvent } from './catalogue.js'

/** A Unix time from this number on is in milliseconds. */
const FIRST_MILLISECONDS = 1e11

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
  const time = readTime(event.timestamp)
  return time === undefined ? undefined : new Date(time)
}

/** Milliseconds since 1970 of a time in a payload: ISO 8601, or Unix time as a number or as text. */
export function readTime(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const text = String(value).trim()
  const unix = /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
  const milliseconds =
    unix === undefined ? parseTimestamp(text) : unix < FIRST_MILLISECONDS ? unix * 1000 : unix
  // A number outside the range of dates becomes NaN.
  const time = new Date(milliseconds ?? Number.NaN).getTime()
  return Number.isNaN(time) ? undefined : time
}
