/** Parses the two formats of a timestamp (src/CONTRACT.md §2 and §3): Unix seconds and ISO 8601. */

const NOT_A_DIGIT = /\D/
const ISO_8601 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/

/**
 * Returns the milliseconds since 1970 for Unix seconds (1 to 11 digits) or ISO 8601 with at least seconds. Returns `undefined` for
 * anything else, including days and hours that don't exist.
 *
 * A time without a zone is UTC, because the sender writes Python's `utcnow().isoformat()`. JavaScript's own parser would read it as
 * local time.
 */
export function parseTimestamp(text: string): number | undefined {
  if (text !== '' && text.length <= 11 && !NOT_A_DIGIT.test(text)) return Number(text) * 1000

  const [, local, fraction = '', zone = 'Z'] = ISO_8601.exec(text) ?? []
  // Some engines read February 30 as a day in March, and others reject it.
  if (!local || !new Date(Date.parse(`${local}Z`) || 0).toISOString().startsWith(local)) return undefined
  return Date.parse(`${local}.${fraction.slice(0, 3).padEnd(3, '0')}${zone}`)
}
