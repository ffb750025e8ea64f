/** Cases: valid deliveries of every kind, to which an endpoint must respond with 2xx. */

import { eventNames } from '../../events/catalogue.js'
import { hintForCode, hintForStatus } from '../response-hints.js'
import { flatSampleEvent, sampleEvent } from '../samples.js'
import { signDelivery } from '../sign.js'
import { altered, caseEvent, eventWithSummary } from './case-deliveries.js'
import type { EndpointCase } from './endpoint-case.js'
import { any2xx, oneRequest } from './one-request.js'
import type { TimedResponse } from './timed-request.js'

export const acceptedCases: readonly EndpointCase[] = [
  ...eventNames.map((name) =>
    oneRequest(name, any2xx, setupFix, (secret) => signDelivery(sampleEvent(name), secret)),
  ),
  oneRequest('call.completed, the alias of call.ended', any2xx, setupFix, (secret) =>
    signDelivery(sampleEvent('call.completed'), secret),
  ),
  oneRequest('call.ended in the older, flat shape', any2xx, setupFix, (secret) =>
    signDelivery(flatSampleEvent('call.ended'), secret),
  ),
  oneRequest('an unknown event type', any2xx, "Respond with 2xx to event types you don't know.", (secret) =>
    signDelivery(sampleEvent('unknown'), secret),
  ),
  oneRequest(
    'a body with Unicode',
    any2xx,
    'Verify the bytes as received, without decoding them.',
    (secret) => signDelivery(eventWithSummary('Grüße, 世界 – 👩‍🚀 e\u0301 \u202Eabc'), secret),
  ),
  oneRequest(
    'a timestamp in ISO 8601',
    any2xx,
    'Accept both forms of the timestamp, Unix seconds and ISO 8601.',
    (secret) => signDelivery(caseEvent(), secret, { timestamp: new Date().toISOString() }),
  ),
  oneRequest(
    'a body of 500 kB',
    any2xx,
    'Raise the body limit to 1 MiB. Many body parsers stop at 100 kB, which a call with a long prompt can exceed.',
    (secret) => signDelivery(eventWithSummary('x'.repeat(500_000)), secret),
  ),
  oneRequest(
    'header names in capitals',
    any2xx,
    'Ignore the case of header names. HTTP/1.1 keeps the case that the sender wrote; HTTP/2 uses lower case.',
    altered(({ body, headers }) => ({ body, headers: inCapitals(headers) })),
  ),
  oneRequest(
    'JSON that is formatted differently',
    any2xx,
    'Verify the raw body. A body that was parsed and re-serialized has different bytes.',
    (secret) => signDelivery(unusualJson(), secret),
  ),
]

/** What to fix if an ordinary delivery fails. The receiver's own error code says more than its status. */
function setupFix(response: TimedResponse): string {
  const hint = hintForCode(response.error)
  return hint ? `${response.error}: ${hint}` : hintForStatus(response)
}

function inCapitals(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]))
}

/** Writes an event as neither Python nor JavaScript would. */
function unusualJson(): string {
  const text = JSON.stringify(eventWithSummary('Grüße'), null, 1).replaceAll('ü', '\\u00FC')
  return text.replace(/\n\}$/, ',\n "version" : 1.00\n}\n')
}
