/** Genuine deliveries of every kind, which an endpoint must accept with 2xx. */

import { eventNames } from '../../events/catalogue.js'
import { flatSampleEvent, sampleEvent } from '../samples.js'
import { signDelivery } from '../sign.js'
import { altered, caseEvent, eventWithSummary } from './case-deliveries.js'
import type { EndpointCase } from './endpoint-case.js'
import { any2xx, oneRequest } from './one-request.js'

const SET_UP_FIX = 'Verify the raw body with the right secret, and answer 2xx.'

export const acceptedCases: readonly EndpointCase[] = [
  ...eventNames.map((name) =>
    oneRequest(`a genuine ${name}`, any2xx, SET_UP_FIX, (secret) => signDelivery(sampleEvent(name), secret)),
  ),
  oneRequest('a genuine call.completed, the alias of call.ended', any2xx, SET_UP_FIX, (secret) =>
    signDelivery(sampleEvent('call.completed'), secret),
  ),
  oneRequest('a genuine call.ended in the older, flat form', any2xx, SET_UP_FIX, (secret) =>
    signDelivery(flatSampleEvent('call.ended'), secret),
  ),
  oneRequest('an event type that nobody knows yet', any2xx, 'Acknowledge unknown types with 2xx.', (secret) =>
    signDelivery(sampleEvent('unknown'), secret),
  ),
  oneRequest(
    'a body with unicode',
    any2xx,
    'Verify the bytes as received, without decoding them.',
    (secret) => signDelivery(eventWithSummary('Grüße, 世界 – 👩‍🚀 e\u0301 \u202Eabc'), secret),
  ),
  oneRequest(
    'a timestamp in ISO 8601',
    any2xx,
    'Both forms of the timestamp occur, Unix seconds and ISO 8601.',
    (secret) => signDelivery(caseEvent(), secret, { timestamp: new Date().toISOString() }),
  ),
  oneRequest(
    'a genuine body of 500 kB',
    any2xx,
    'Raise the limit of the body to a mebibyte: a transcript can be long, and many parsers stop at 100 kB.',
    (secret) => signDelivery(eventWithSummary('x'.repeat(500_000)), secret),
  ),
  oneRequest(
    'headers in capitals',
    any2xx,
    'Look headers up in any case: HTTP/1.1 keeps what the sender wrote, HTTP/2 makes it lower case.',
    altered(({ body, headers }) => ({ body, headers: inCapitals(headers) })),
  ),
  oneRequest(
    'a body in another spelling of JSON',
    any2xx,
    'Verify the raw body: parsed and re-serialized, it is another one.',
    (secret) => signDelivery(unusualJson(), secret),
  ),
]

function inCapitals(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]))
}

/** An event as neither Python nor JavaScript writes it. */
function unusualJson(): string {
  const text = JSON.stringify(eventWithSummary('Grüße'), null, 1).replaceAll('ü', '\\u00FC')
  return text.replace(/\n\}$/, ',\n "version" : 1.00\n}\n')
}
