/** Finds one header in the headers of any framework. */

import { HEADER_NAMES, type HeaderNames, OLDER_HEADER_NAMES } from './wire.js'

/**
 * Headers as frameworks hand them over: a fetch `Headers` (or anything else with `get(name)`), Node's
 * `IncomingHttpHeaders`, or a plain record with names in any case.
 */
export type HeadersInput =
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | undefined>>

/** Timestamp and signature. */
type FoundHeaders = readonly [unknown, unknown]

/**
 * Finds the values of the two headers, timestamp and signature, under the names given, or else under Truedy's own, or
 * else under their older spelling.
 *
 * A header that came more than once is a list, not text. The caller must reject it, because nobody knows which value counts.
 */
export function findHeaders(headers: HeadersInput, custom: HeaderNames | undefined): FoundHeaders {
  if (custom) {
    const [timestamp, signature] = [custom.timestamp.toLowerCase(), custom.signature.toLowerCase()]
    return readHeaders(headers, { timestamp, signature })
  }
  const found = readHeaders(headers, HEADER_NAMES)
  return found[0] || found[1] ? found : readHeaders(headers, OLDER_HEADER_NAMES)
}

function readHeaders(
  headers: HeadersInput,
  { timestamp: timestampName, signature: signatureName }: HeaderNames,
): FoundHeaders {
  if (hasGet(headers)) return [headers.get(timestampName), headers.get(signatureName)]
  let timestamp: unknown
  let signature: unknown
  for (const key of Object.keys(headers)) {
    // Most names differ in length, and most servers use lower case, so the conversion is rare.
    if (key.length !== timestampName.length && key.length !== signatureName.length) continue
    const name = key === timestampName || key === signatureName ? key : key.toLowerCase()
    if (name === timestampName) timestamp = together(timestamp, headers[key])
    if (name === signatureName) signature = together(signature, headers[key])
  }
  return [timestamp, signature]
}

/**
 * One value, or both if there are two. Some hosts hand over each header as a list; a list with one element counts as that
 * element.
 */
function together(before: unknown, value: unknown): unknown {
  const single = Array.isArray(value) && value.length === 1 ? value[0] : value
  return before === undefined ? single : [before, single]
}

/** The value of one header, by its name in lower case. */
export function findHeader(headers: HeadersInput, name: string): unknown {
  if (hasGet(headers)) return headers.get(name)
  let found: unknown
  for (const key of Object.keys(headers)) {
    if (key.length === name.length && key.toLowerCase() === name) found = together(found, headers[key])
  }
  return found
}

function hasGet(headers: HeadersInput): headers is Extract<HeadersInput, { get(name: string): unknown }> {
  return typeof headers.get === 'function'
}
