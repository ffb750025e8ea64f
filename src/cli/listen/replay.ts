/** Sending a delivery once more. */

import { signDelivery } from '../../testing/sign.js'
import { explain } from '../send/hints.js'
import { isSuccess, type OutgoingHeaders, openTransport } from '../send/transport.js'
import type { ListenedDelivery } from './delivery.js'

/** What came of it. */
export interface Replay {
  readonly status?: number
  /** What was sent: signed anew, or as it came. */
  readonly signed: 'anew' | 'as it came'
  readonly durationMs: number
  /** What is wrong, and what to do, where the answer is no 2xx. */
  readonly hint?: string
}

// Of the connection that it came by, and not of what it says.
const OF_THE_CONNECTION = new Set([
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

/** Why a delivery cannot be sent again; `undefined` where it can. */
export function whyNotReplay({ method, isWhole }: ListenedDelivery): string | undefined {
  if (method !== 'POST') return `It was a ${method}, and only a POST is a delivery.`
  return isWhole ? undefined : 'Only the beginning of its body is here.'
}

/**
 * Sends a delivery to a URL. One that is genuine gets a new timestamp and a new signature, since its own would be too
 * old; anything else goes as it came: **a body that was never signed is not signed here.**
 *
 * @param delivery - a whole POST: see {@link whyNotReplay}
 * @param abandoned - nobody waits for the answer any more: what is on its way is ended
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
    const answer = await transport.post(body, headers)
    const signed = isGenuine ? 'anew' : 'as it came'
    if (!answer) return { signed, durationMs: 0, hint: '' }
    const came = {
      signed,
      ...(answer.kind === 'status' && { status: answer.status }),
      durationMs: answer.ms,
    } as const
    if (isSuccess(answer)) return came
    const { what, hint } = explain(answer)
    return { ...came, hint: [what, hint].filter(Boolean).join(': ') }
  } finally {
    transport.close()
  }
}

/** Each as often as it came: of two signatures, one alone could be accepted where both were refused. */
function ownHeaders({ rawHeaders }: ListenedDelivery): OutgoingHeaders {
  // By lower-case name, since another spelling is no other header. A Map, since "constructor" is a name, too.
  const headers = new Map<string, string[]>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2)
    const key = name.toLowerCase()
    if (!OF_THE_CONNECTION.has(key)) headers.set(key, [...(headers.get(key) ?? []), value])
  }
  return Object.fromEntries(headers)
}
