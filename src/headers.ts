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

// Contract §1: the documented names, and those of the early sender.
const NAMES: HeaderNames = { timestamp: 'x-truedy-timestamp', signature: 'x-truedy-signature' }
const OLDER_NAMES: HeaderNames = { timestamp: 'x-trudy-timestamp', signature: 'x-trudy-signature' }

/**
 * Finds the values of the two headers, timestamp and signature, under the names given, or else under Truedy's own, or
 * else under their older spelling.
 *
 * A header that came more than once is no text but a list: which of the values was meant cannot be known, so that the
 * caller has to refuse them.
 */
export function findHeaders(
  headers: HeadersInput,
  custom: HeaderNames | undefined,
): readonly [unknown, unknown] {
  const found = readHeaders(headers, custom ?? NAMES)
  return custom || found[0] || found[1] ? found : readHeaders(headers, OLDER_NAMES)
}

function readHeaders(
  headers: HeadersInput,
  { timestamp, signature }: HeaderNames,
): readonly [unknown, unknown] {
  return [readHeader(headers, timestamp.toLowerCase()), readHeader(headers, signature.toLowerCase())]
}

function readHeader(headers: HeadersInput, lowerName: string): unknown {
  if (hasGet(headers)) return headers.get(lowerName)
  let found: unknown
  for (const key of Object.keys(headers)) {
    // Most names differ in length, and most servers give lower case: the conversion is seldom needed.
    if (key.length === lowerName.length && (key === lowerName || key.toLowerCase() === lowerName)) {
      found = found === undefined ? headers[key] : [found, headers[key]]
    }
  }
  return found
}

function hasGet(headers: HeadersInput): headers is Extract<HeadersInput, { get(name: string): unknown }> {
  return typeof headers.get === 'function'
}
