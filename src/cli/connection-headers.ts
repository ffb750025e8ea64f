/** Separates the headers of a request or response from the headers of its connection. */

/** Headers that apply to one connection only (RFC 9110 §7.6.1), and headers that a client sets itself. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** A header as sent. */
export type HeaderPair = readonly [name: string, value: string]

/** Turns Node's raw headers, an array of alternating names and values, into pairs. */
export function headerPairs(rawHeaders: readonly string[]): HeaderPair[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : [],
  )
}

/** Returns the headers of the request or response itself, with their spelling, order and repetition as received. */
export function endToEndHeaders(pairs: readonly HeaderPair[]): HeaderPair[] {
  // `Connection` lists further headers that apply to the connection only.
  const named = pairs
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(','))
    .map((name) => name.trim().toLowerCase())
  return pairs.filter(([name]) => {
    const key = name.toLowerCase()
    return !CONNECTION_HEADERS.has(key) && !named.includes(key)
  })
}

/**
 * Returns the headers for sending a request again. A repeated header stays repeated. If only one of two signatures
 * were sent, a receiver could accept a request that it had rejected for having two. The client sets the length of the body.
 */
export function resendHeaders(pairs: readonly HeaderPair[]): Readonly<Record<string, string[]>> {
  // The keys are lowercase, because header names are case-insensitive. A Map, because "constructor" is a valid header name.
  const headers = new Map<string, string[]>()
  for (const [name, value] of endToEndHeaders(pairs)) {
    const key = name.toLowerCase()
    if (key !== 'content-length') headers.set(key, [...(headers.get(key) ?? []), value])
  }
  return Object.fromEntries(headers)
}
