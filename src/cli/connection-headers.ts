/** Separates the headers of a request or response from those of the connection that it came by. */

/** Headers that concern one connection only (RFC 9110 §7.6.1), and those that a client sets itself. */
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

/** A header as it was sent. */
export type HeaderPair = readonly [name: string, value: string]

/** Node's raw headers, which are names and values in turn, as pairs. */
export function headerPairs(rawHeaders: readonly string[]): HeaderPair[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : [],
  )
}

/** The headers that belong to the request or response itself, spelled, ordered and repeated as received. */
export function endToEndHeaders(pairs: readonly HeaderPair[]): HeaderPair[] {
  // `Connection` names further headers of the connection.
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
 * The headers for sending a request again. A repeated header stays repeated: if only one of two signatures were sent, it
 * could be accepted. The client
 * sets the length of the body.
 */
export function resendHeaders(pairs: readonly HeaderPair[]): Readonly<Record<string, string[]>> {
  // Keyed by lowercase name, because capitalization doesn't make it a different header. A Map, because "constructor" is a
  // name, too.
  const headers = new Map<string, string[]>()
  for (const [name, value] of endToEndHeaders(pairs)) {
    const key = name.toLowerCase()
    if (key !== 'content-length') headers.set(key, [...(headers.get(key) ?? []), value])
  }
  return Object.fromEntries(headers)
}
