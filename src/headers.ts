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

/** What was found under the name of a header: its text, nothing, or anything else where it came more than once. */
export interface FoundHeaders {
  timestamp: unknown
  signature: unknown
}

/**
 * The values of the two headers. A header that came more than once is an array: which of the values was meant cannot be
 * known, so that the caller has to refuse them.
 *
 * @param headers - the request's headers
 * @param names - the names of the headers, in lower case
 */
export function readHeaders(headers: HeadersInput, names: HeaderNames): FoundHeaders {
  if (hasGet(headers)) {
    return {
      timestamp: headers.get(names.timestamp) ?? undefined,
      signature: headers.get(names.signature) ?? undefined,
    }
  }
  const found: FoundHeaders = { timestamp: undefined, signature: undefined }
  for (const key of Object.keys(headers)) {
    // Most names differ in length, and most servers give lower case: the conversion is seldom needed.
    if (key.length !== names.timestamp.length && key.length !== names.signature.length) continue
    const name = key === names.timestamp || key === names.signature ? key : key.toLowerCase()
    if (name === names.timestamp) found.timestamp = together(found.timestamp, headers[key])
    else if (name === names.signature) found.signature = together(found.signature, headers[key])
  }
  return found
}

function hasGet(headers: HeadersInput): headers is Extract<HeadersInput, { get(name: string): unknown }> {
  return typeof headers.get === 'function'
}

/** One value, or both where there are two; `null` counts as none. */
function together(before: unknown, value: unknown): unknown {
  return before === undefined ? (value ?? undefined) : [before, value]
}
