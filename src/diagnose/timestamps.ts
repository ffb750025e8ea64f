/** Guesses a timestamp header as it was before something parsed and rewrote it. */

import { parseTimestamp } from '../timestamp.js'

/** Numbers from here on are read as milliseconds, smaller ones as seconds. As seconds, this is the year 5138. */
const LEAST_MILLISECONDS = 100_000_000_000

/** Longer than any spelling of a time. */
const MAX_TIMESTAMP_LENGTH = 100

/** Returns the usual spellings of a timestamp, each with its name; none if the text isn't a time. */
export function guessTimestamps(text: string): readonly (readonly [name: string, text: string])[] {
  if (text.length > MAX_TIMESTAMP_LENGTH) return []
  const time = readTime(text.trim())
  if (time === undefined || Math.abs(time) > 8.64e15) return []
  const iso = new Date(time).toISOString()
  const local = iso.slice(0, 19)
  const fraction = iso.slice(19, 23)
  return [
    ['Unix seconds', String(Math.floor(time / 1000))],
    ['Unix milliseconds', String(time)],
    ['ISO 8601 with milliseconds', iso],
    ['ISO 8601 with whole seconds', `${local}Z`],
    ['ISO 8601 with +00:00', `${local}+00:00`],
    ['ISO 8601 with milliseconds and +00:00', `${local}${fraction}+00:00`],
    ['ISO 8601 with microseconds and +00:00', `${local}${fraction}000+00:00`],
    ['ISO 8601 without a zone', local],
    ['ISO 8601 with milliseconds, without a zone', `${local}${fraction}`],
    ['ISO 8601 with microseconds, without a zone', `${local}${fraction}000`],
    ['Unix seconds with a decimal', `${Math.floor(time / 1000)}.0`],
  ]
}

/** Reads a time, even in a spelling that receivers reject, as milliseconds since 1970. */
function readTime(text: string): number | undefined {
  const known = parseTimestamp(text)
  if (known !== undefined) return known
  const number = text === '' ? Number.NaN : Number(text)
  if (Number.isFinite(number))
    return Math.floor(Math.abs(number) < LEAST_MILLISECONDS ? number * 1000 : number)
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : date
}
