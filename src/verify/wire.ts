/** The names of the headers, and the separator in the signed message (src/CONTRACT.md §1 and §2). */

/** The names of the two headers, in upper or lower case. */
export interface HeaderNames {
  readonly timestamp: string
  readonly signature: string
}

/** The names of Truedy's headers, in lower case. */
export const HEADER_NAMES: HeaderNames = {
  timestamp: 'x-truedy-timestamp',
  signature: 'x-truedy-signature',
}

/** The names of Truedy's headers as Truedy spells them, for messages and for sending. */
export const SPELLED_HEADER_NAMES: HeaderNames = {
  timestamp: 'X-Truedy-Timestamp',
  signature: 'X-Truedy-Signature',
}

/** The names that Truedy's early sender used, without the "e". */
export const OLDER_HEADER_NAMES: HeaderNames = {
  timestamp: 'x-trudy-timestamp',
  signature: 'x-trudy-signature',
}

/** Returns the part of the signed message before the body. */
export function signedPrefix(timestamp: string): string {
  return `${timestamp}.`
}
