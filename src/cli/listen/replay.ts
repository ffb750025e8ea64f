/** Sends a delivery again. */

import { signDelivery } from '../../testing/sign.js'
import { headerPairs, resendHeaders } from '../connection-headers.js'
import { explain } from '../hints.js'
import { isAcknowledged, openTransport } from '../transport.js'
import type { ListenedDelivery } from './listened-delivery.js'

/** The result of a replay. */
export interface Replay {
  readonly status?: number
  /** `again` if the body got a new signature. */
  readonly signed: 'again' | 'as received'
  readonly durationMs: number
  /** The fault and its fix, if the response isn't a 2xx. */
  readonly hint?: string
}

/** Says why a delivery can't be sent again; `undefined` if it can. */
export function whyNotReplay({ method, isWhole }: ListenedDelivery): string | undefined {
  if (method !== 'POST') return `This was a ${method}. Only a POST is a delivery.`
  return isWhole ? undefined : "Its body is incomplete, so the delivery can't be sent again."
}

/**
 * Sends a delivery to a URL. A valid one gets a new timestamp and a new signature, because receivers reject old timestamps. Any
 * other is sent as received: **a body without a valid signature is never signed.**
 *
 * @param delivery - a whole POST: see {@link whyNotReplay}
 * @param abandoned - aborted when nobody waits for the response anymore; ends the request
 */
export async function replay(
  delivery: ListenedDelivery,
  url: URL,
  secret: string,
  abandoned: AbortSignal,
): Promise<Replay> {
  const { body, isValid } = delivery
  const headers = isValid
    ? (await signDelivery(body, secret)).headers
    : resendHeaders(headerPairs(delivery.rawHeaders))
  const transport = await openTransport(url)
  if (abandoned.aborted) transport.close()
  abandoned.addEventListener('abort', () => transport.close())
  try {
    const result = await transport.post(body, headers)
    const signed = isValid ? 'again' : 'as received'
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
