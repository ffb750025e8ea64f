/** Creates the deliveries that endpoint cases send: as signed, or changed afterward. */

import type { SampleEvent } from '../sample-types.js'
import { sampleEvent } from '../samples.js'
import { type SignedRequest, signDelivery } from '../sign.js'

/** Creates the event for cases that don't need a particular one. */
export function caseEvent(): SampleEvent<'call.ended'> {
  return sampleEvent('call.ended')
}

/** Creates a {@link caseEvent} with this summary of the call. */
export function eventWithSummary(summary: string): SampleEvent<'call.ended'> {
  return sampleEvent('call.ended', { data: { call: { summary } } })
}

/** Returns the current time in Unix seconds. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

/** Creates a request by signing a {@link caseEvent} and changing the result. */
export function altered(
  change: (signed: SignedRequest<string>) => RequestInit,
): (secret: string) => Promise<RequestInit> {
  return async (secret) => change(await signDelivery(caseEvent(), secret))
}
