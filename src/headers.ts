/** Finding one header in whatever a framework calls headers. */

/**
 * Headers as frameworks hand them over: a fetch `Headers` (or anything else with `get(name)`), Node's
 * `IncomingHttpHeaders`, or a plain record with names in any case.
 */
export type HeadersInput =
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | undefined>>

/** The names of the two headers, in any case. */
export interface HeaderNames {
  readonly timestamp: string
  readonly signature: string
}

/** The two headers as found: text, nothing, or anything else where one came more than once. */
export interface FoundHeaders {
  timestamp: unknown
  signature: unknown
}

// Contract §1: the documented names, and those of the early sender.
const NAMES: HeaderNames = { timestamp: 'x-truedy-timestamp', signature: 'x-truedy-signature' }
const OLDER_NAMES: HeaderNames = { timestamp: 'x-trudy-timestamp', signature: 'x-trudy-signature' }

/**
 * Finds the two headers under the names given, or else under Truedy's own, or else under their older spelling.
 *
 * A header that came more than once is an array: which of the values was meant cannot be known, so that the caller has
 * to refuse them.
 */
export function findHeaders(headers: HeadersInput, custom: HeaderNames | undefined): FoundHeaders {
  const found = readHeaders(headers, custom ? lowerCase(custom) : NAMES)
  return custom || found.timestamp || found.signature ? found : readHeaders(headers, OLDER_NAMES)
}

function lowerCase({ timestamp, signature }: HeaderNames): HeaderNames {
  return { timestamp: timestamp.toLowerCase(), signature: signature.toLowerCase() }
}

function readHeaders(headers: HeadersInput, { timestamp, signature }: HeaderNames): FoundHeaders {
  if (hasGet(headers)) {
    return { timestamp: headers.get(timestamp), signature: headers.get(signature) }
  }
  const found: FoundHeaders = { timestamp: undefined, signature: undefined }
  for (const key of Object.keys(headers)) {
    // Most names differ in length, and most servers give lower case: the conversion is seldom needed.
    if (key.length !== timestamp.length && key.length !== signature.length) continue
    const name = key === timestamp || key === signature ? key : key.toLowerCase()
    if (name === timestamp) found.timestamp = together(found.timestamp, headers[key])
    if (name === signature) found.signature = together(found.signature, headers[key])
  }
  return found
}

function hasGet(headers: HeadersInput): headers is Extract<HeadersInput, { get(name: string): unknown }> {
  return typeof headers.get === 'function'
}

/** One value, or both where there are two. */
function together(before: unknown, value: unknown): unknown {
  return before === undefined ? value : [before, value]
}
