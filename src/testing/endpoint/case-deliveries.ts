/** The deliveries that endpoint cases send, as they were signed and as somebody changed them on the way. */

import type { SampleEvent } from '../sample-types.js'
import { sampleEvent } from '../samples.js'
import { type SignedRequest, signDelivery } from '../sign.js'

/** The event for every case that doesn't need a particular one. */
export function caseEvent(): SampleEvent<'call.ended'> {
  return sampleEvent('call.ended')
}

/** {@link caseEvent} with a summary of the call. */
export function eventWithSummary(summary: string): SampleEvent<'call.ended'> {
  return sampleEvent('call.ended', { data: { call: { summary } } })
}

/** Unix seconds. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

/** Makes a request of {@link caseEvent} by changing what was signed. */
export function altered(
  change: (signed: SignedRequest<string>) => RequestInit,
): (secret: string) => Promise<RequestInit> {
  return async (secret) => change(await signDelivery(caseEvent(), secret))
}
