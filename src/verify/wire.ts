/** The names and separators of the signature scheme (src/CONTRACT.md §1 and §2): the one place that spells them. */

/** The names of the two headers, in any case. */
export interface HeaderNames {
  readonly timestamp: string
  readonly signature: string
}

/** Truedy's headers. */
export const HEADER_NAMES: HeaderNames = {
  timestamp: 'x-truedy-timestamp',
  signature: 'x-truedy-signature',
}

/** The spelling of Truedy's early sender, without an "e". */
export const OLDER_HEADER_NAMES: HeaderNames = {
  timestamp: 'x-trudy-timestamp',
  signature: 'x-trudy-signature',
}

/** The part of the signed message before the body. */
export function signedPrefix(timestamp: string): string {
  return `${timestamp}.`
}
