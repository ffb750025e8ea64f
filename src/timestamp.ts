/** Parses the two formats of time on the wire (src/CONTRACT.md §2 and §3): Unix seconds and ISO 8601. */

const NOT_A_DIGIT = /\D/
const ISO_8601 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/

/**
 * Milliseconds since 1970 of a text that is Unix seconds (1 to 11 digits) or ISO 8601 with at least seconds;
 * `undefined` for anything else, also for days and hours that don't exist.
 *
 * A text without a zone means UTC: the sender writes Python's `utcnow().isoformat()`, which JavaScript's own
 * parser would read as the local time of this machine.
 */
export function parseTimestamp(text: string): number | undefined {
  if (text !== '' && text.length <= 11 && !NOT_A_DIGIT.test(text)) return Number(text) * 1000

  const [, local, fraction = '', zone = 'Z'] = ISO_8601.exec(text) ?? []
  // Engines differ on February 30: some roll over into March, some reject it.
  if (!local || !new Date(Date.parse(`${local}Z`) || 0).toISOString().startsWith(local)) return undefined
  return Date.parse(`${local}.${fraction.slice(0, 3).padEnd(3, '0')}${zone}`)
}
