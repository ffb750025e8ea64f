/** Sends a delivery again. */

import { signDelivery } from '../../testing/sign.js'
import { explain } from '../hints.js'
import { isAcknowledged, type OutgoingHeaders, openTransport } from '../transport.js'
import type { ListenedDelivery } from './listened-delivery.js'

/** What a replay came to. */
export interface Replay {
  readonly status?: number
  /** What was sent: the body signed anew, or the delivery as received. */
  readonly signed: 'anew' | 'as it came'
  readonly durationMs: number
  /** What is wrong and what to do, if the response is no 2xx. */
  readonly hint?: string
}

/** Headers that belong to the connection that a delivery came by, and not to the delivery. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Why a delivery can't be sent again; `undefined` if it can. */
export function whyNotReplay({ method, isWhole }: ListenedDelivery): string | undefined {
  if (method !== 'POST') return `It was a ${method}, and only a POST is a delivery.`
  return isWhole ? undefined : 'Only the beginning of its body is here.'
}

/**
 * Sends a delivery to a URL. A genuine one gets a new timestamp and a new signature, because its own would be too old.
 * Anything else is sent as received: **a body that was never signed is not signed here.**
 *
 * @param delivery - a whole POST: see {@link whyNotReplay}
 * @param abandoned - aborted when nobody waits for the response anymore: ends the request
 */
export async function replay(
  delivery: ListenedDelivery,
  url: URL,
  secret: string,
  abandoned: AbortSignal,
): Promise<Replay> {
  const { body, isGenuine } = delivery
  const headers = isGenuine ? (await signDelivery(body, secret)).headers : ownHeaders(delivery)
  const transport = await openTransport(url)
  if (abandoned.aborted) transport.close()
  abandoned.addEventListener('abort', () => transport.close())
  try {
    const result = await transport.post(body, headers)
    const signed = isGenuine ? 'anew' : 'as it came'
    if (!result) return { signed, durationMs: 0, hint: '' }
    const replayed = {
      signed,
      ...(result.kind === 'response' && { status: result.status }),
      durationMs: result.ms,
    } as const
    if (isAcknowledged(result)) return replayed
    const { what, hint } = explain(result)
    return { ...replayed, hint: [what, hint].filter(Boolean).join(': ') }
  } finally {
    transport.close()
  }
}

/** The headers of a delivery, each as often as received: one of two signatures could be accepted if sent alone. */
function ownHeaders({ rawHeaders }: ListenedDelivery): OutgoingHeaders {
  // By lower-case name, because the case makes no other header. A Map, because "constructor" is a name, too.
  const headers = new Map<string, string[]>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2)
    const key = name.toLowerCase()
    if (!CONNECTION_HEADERS.has(key)) headers.set(key, [...(headers.get(key) ?? []), value])
  }
  return Object.fromEntries(headers)
}
