/** Finds headers, in whichever form a framework passes them. */

import { HEADER_NAMES, type HeaderNames, OLDER_HEADER_NAMES } from './wire.js'

/**
 * The headers of a request, as frameworks pass them: a fetch `Headers` (or anything else with `get(name)`), Node's
 * `IncomingHttpHeaders`, or a plain object with names in upper or lower case.
 */
export type HeadersInput =
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | undefined>>

/** The values of the timestamp header and the signature header. */
type FoundHeaders = readonly [unknown, unknown]

/**
 * Finds the timestamp and signature headers. Looks only for the custom names if they are given. Otherwise, looks for Truedy's
 * names and, if neither header is there, for their older spelling.
 *
 * A header that occurs more than once can be an array. The caller must reject it, because any of its values could be the right one.
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
    // Most names differ in length, and most servers pass names in lower case, so the conversion is rare.
    if (key.length !== timestampName.length && key.length !== signatureName.length) continue
    const name = key === timestampName || key === signatureName ? key : key.toLowerCase()
    if (name === timestampName) timestamp = addValue(timestamp, headers[key])
    if (name === signatureName) signature = addValue(signature, headers[key])
  }
  return [timestamp, signature]
}

/**
 * Returns the value if it is the first one for its header; otherwise an array. Some hosts pass each header as an array, so an
 * array with one element counts as that element.
 */
function addValue(before: unknown, value: unknown): unknown {
  const single = Array.isArray(value) && value.length === 1 ? value[0] : value
  return before === undefined ? single : [before, single]
}

/** Finds one header by its name in lower case. */
export function findHeader(headers: HeadersInput, name: string): unknown {
  if (hasGet(headers)) return headers.get(name)
  let found: unknown
  for (const key of Object.keys(headers)) {
    if (key.length === name.length && key.toLowerCase() === name) found = addValue(found, headers[key])
  }
  return found
}

function hasGet(headers: HeadersInput): headers is Extract<HeadersInput, { get(name: string): unknown }> {
  return typeof headers.get === 'function'
}
