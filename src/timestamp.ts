/** The two spellings of time on the wire (contract §2 and §3): Unix seconds and ISO 8601. */

const UNIX_SECONDS_DIGITS = 11
const NOT_A_DIGIT = /\D/
const ISO_8601 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):?(\d\d))?$/

/**
 * Milliseconds since 1970 of a text that is Unix seconds (1 to 11 digits) or ISO 8601 with at least seconds;
 * `undefined` for anything else, days and hours that do not exist among it.
 *
 * A text without a zone means UTC: the sender writes Python's `utcnow().isoformat()`, which JavaScript's own
 * parser would read as the local time of this machine.
 */
export function parseTimestamp(text: string): number | undefined {
  if (text !== '' && text.length <= UNIX_SECONDS_DIGITS && !NOT_A_DIGIT.test(text)) return Number(text) * 1000

  const [, local, fraction = '', sign, hours, minutes] = ISO_8601.exec(text) ?? []
  if (local === undefined) return undefined
  const utc = Date.parse(`${local}.${fraction.slice(0, 3).padEnd(3, '0')}Z`)
  // Engines differ on 30 February: some roll over into March, some refuse.
  if (Number.isNaN(utc) || !new Date(utc).toISOString().startsWith(local)) return undefined
  if (sign === undefined) return utc
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined
  return utc - Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000
}
