/** Reads the times in an event (src/CONTRACT.md §3). */

import { parseTimestamp } from '../timestamp.js'
import type { TruedyEvent } from './catalogue.js'

/** A Unix time of at least this number is in milliseconds. A smaller one is in seconds. */
const FIRST_MILLISECONDS = 1e11

/**
 * Returns the `timestamp` of an event: when it occurred, or when it was dispatched. (Truedy's documentation says both.)
 * The field is ISO 8601 (in UTC, if it has no zone) or Unix time (in seconds, or in milliseconds from 100,000,000,000 on).
 *
 * @param event - a parsed event
 * @returns the time, or `undefined` if the field can't be read
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

/** Reads a time in a payload, as milliseconds since 1970: ISO 8601, or Unix time as a number or a string. */
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
