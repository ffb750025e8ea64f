/** Finding one header in whatever a framework calls headers. */

/**
 * Headers as frameworks hand them over: a fetch `Headers` (or anything else with `get(name)`), Node's
 * `IncomingHttpHeaders`, or a plain record with names in any case.
 */
export type HeadersInput =
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * The value of one header: its text, `undefined` where there is none, and anything else (an array) where it came
 * more than once: which of the values was meant cannot be known, so that the caller has to refuse them.
 *
 * @param headers - the request's headers
 * @param name - the header's name, in any case
 */
export function readHeader(headers: HeadersInput, name: string): unknown {
  const lowerName = name.toLowerCase()
  // A `Headers` minds no case; a `Map` does.
  if (hasGet(headers)) return headers.get(name) ?? headers.get(lowerName) ?? undefined

  let found: unknown
  for (const key of Object.keys(headers)) {
    if (key.length !== name.length || key.toLowerCase() !== lowerName) continue
    const value = headers[key] ?? undefined
    if (value === undefined) continue
    if (found !== undefined) return [found, value]
    found = value
  }
  return found
}

function hasGet(headers: HeadersInput): headers is Extract<HeadersInput, { get(name: string): unknown }> {
  return typeof headers.get === 'function'
}
