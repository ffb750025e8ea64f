/** What a webhook endpoint must answer (contract §6), as cases that send real requests. */

import { eventNames } from '../../events/catalogue.js'
import { type SampleEvent, sampleEvent } from '../samples.js'
import { type SignedRequest, signDelivery } from '../sign.js'
import type { EndpointCase } from './endpoint-case.js'
import { repeatCases } from './repeat-cases.js'
import { type Answer, isSuccess, send } from './send.js'

const MEBIBYTE = 1_048_576

/** Which statuses are right: in words, and as a question. */
interface Expectation {
  readonly expected: string
  accepts(answer: Answer): boolean
}

const processed: Expectation = { expected: '2xx', accepts: isSuccess }

function refused(...statuses: readonly number[]): Expectation {
  return { expected: statuses.join(' or '), accepts: ({ status }) => statuses.includes(status) }
}

/** A case of one request: a delivery, changed after it was signed. */
function oneRequest(
  name: string,
  { expected, accepts }: Expectation,
  fix: string,
  make: (secret: string) => Promise<RequestInit>,
): EndpointCase {
  return {
    name,
    expected,
    async run({ url, secret }) {
      const answer = await send(url, await make(secret))
      const actual = String(answer.status)
      return accepts(answer) ? { passed: true, actual } : { passed: false, actual, fix }
    },
  }
}

const sample = () => sampleEvent('call.ended')

/** Changes what was signed, as somebody on the way might. */
function altered(change: (signed: SignedRequest<string>) => RequestInit) {
  return async (secret: string) => change(await signDelivery(sample(), secret))
}

const SET_UP_FIX = 'Verify the raw body with the right secret, and answer 2xx.'
const FORGED_FIX = 'Verify the signature before anything else, and answer 401 when it is wrong.'
const TIME_FIX = 'Refuse timestamps that lie more than 300 s from now, on either side.'
const HEADER_FIX = 'Refuse deliveries whose headers are missing, malformed or doubled, with 401.'

/** The cases, in the order in which they are worth reading. */
export const endpointCases: readonly EndpointCase[] = [
  ...eventNames.map((name) =>
    oneRequest(`a genuine ${name}`, processed, SET_UP_FIX, (secret) =>
      signDelivery(sampleEvent(name), secret),
    ),
  ),
  oneRequest('a genuine call.completed, the alias of call.ended', processed, SET_UP_FIX, (secret) =>
    signDelivery(sampleEvent('call.completed'), secret),
  ),
  oneRequest('a genuine call.ended in the older, flat form', processed, SET_UP_FIX, (secret) =>
    signDelivery(sampleEvent('call.ended', { shape: 'flat' }), secret),
  ),
  oneRequest(
    'an event type that nobody knows yet',
    processed,
    'Acknowledge unknown types with 2xx.',
    (secret) => signDelivery(sampleEvent('unknown'), secret),
  ),
  oneRequest(
    'a body with unicode',
    processed,
    'Verify the bytes as received, without decoding them.',
    (secret) => signDelivery(withSummary('Grüße, 世界 – 👩‍🚀 e\u0301 \u202Eabc'), secret),
  ),
  oneRequest(
    'a timestamp in ISO 8601',
    processed,
    'Both forms of the timestamp occur, Unix seconds and ISO 8601.',
    (secret) => signDelivery(sample(), secret, { timestamp: new Date().toISOString() }),
  ),
  oneRequest(
    'a genuine body of 500 kB',
    processed,
    'Raise the limit of the body to a mebibyte: a transcript can be long, and many parsers stop at 100 kB.',
    (secret) => signDelivery(withSummary('x'.repeat(500_000)), secret),
  ),
  oneRequest(
    'headers in capitals',
    processed,
    'Look headers up in any case: HTTP/1.1 keeps what the sender wrote, HTTP/2 makes it lower case.',
    altered(({ body, headers }) => ({ body, headers: mapKeys(headers, (name) => name.toUpperCase()) })),
  ),
  oneRequest(
    'a body in another spelling of JSON',
    processed,
    'Verify the raw body: parsed and serialised again, it is another one.',
    (secret) => signDelivery(respelled(), secret),
  ),
  ...repeatCases,
  oneRequest(
    'a body that was changed after signing',
    refused(401),
    FORGED_FIX,
    altered(({ body, headers }) => ({ body: body.replace('call.ended', 'call.failed'), headers })),
  ),
  oneRequest('a signature made with another secret', refused(401), FORGED_FIX, (secret) =>
    signDelivery(sample(), `${secret}x`),
  ),
  oneRequest(
    'a signature of one digit',
    refused(401),
    'Check the form of the signature before comparing: comparing buffers of two lengths throws.',
    altered(({ body, headers }) => ({ body, headers: { ...headers, 'x-truedy-signature': 'a' } })),
  ),
  oneRequest(
    'no signature',
    refused(401),
    HEADER_FIX,
    altered(({ body, headers: { 'x-truedy-signature': _, ...headers } }) => ({ body, headers })),
  ),
  oneRequest(
    'no timestamp',
    refused(401),
    HEADER_FIX,
    altered(({ body, headers: { 'x-truedy-timestamp': _, ...headers } }) => ({ body, headers })),
  ),
  oneRequest(
    'a signature twice in its header',
    refused(401),
    HEADER_FIX,
    altered(({ body, headers }) => ({ body, headers: doubled(headers, 'x-truedy-signature') })),
  ),
  oneRequest(
    'a timestamp twice in its header',
    refused(401),
    HEADER_FIX,
    altered(({ body, headers }) => ({ body, headers: doubled(headers, 'x-truedy-timestamp') })),
  ),
  oneRequest('a timestamp that is not one', refused(401), HEADER_FIX, (secret) =>
    signDelivery(sample(), secret, { timestamp: `${nowSeconds()}abc` }),
  ),
  oneRequest('a delivery of ten minutes ago', refused(401), TIME_FIX, (secret) =>
    signDelivery(sample(), secret, { timestamp: nowSeconds() - 600 }),
  ),
  oneRequest('a delivery from ten minutes ahead', refused(401), TIME_FIX, (secret) =>
    signDelivery(sample(), secret, { timestamp: nowSeconds() + 600 }),
  ),
  oneRequest(
    'a forged body that is not JSON',
    refused(401, 400),
    'Verify before parsing, and let nothing in a body crash the receiver.',
    (secret) => signDelivery('{"event":"call.ended",', `${secret}x`),
  ),
  oneRequest(
    'a genuine body that is not JSON',
    refused(400),
    'Answer 400 when verified bytes are not JSON.',
    (secret) => signDelivery('{"event":"call.ended",', secret),
  ),
  oneRequest(
    'a genuine body that is not UTF-8',
    refused(400),
    'Answer 400 when verified bytes are not UTF-8.',
    (secret) => signDelivery(notUtf8(), secret),
  ),
  oneRequest(
    'genuine JSON that is no event',
    refused(400),
    'Check event, timestamp and data; answer 400 without them.',
    (secret) => signDelivery('[]', secret),
  ),
  oneRequest('a GET', refused(405), 'Answer 405 with Allow: POST to every other method.', async () => ({
    method: 'GET',
  })),
  oneRequest(
    'a body of two mebibytes',
    refused(413),
    'Limit the size of the body while reading; answer 413.',
    // A server may close a connection whose request it did not read to the end: nothing else is to be sent on it.
    async (secret) => {
      const { body, headers } = await signDelivery(withSummary('x'.repeat(2 * MEBIBYTE)), secret)
      return { body, headers: { ...headers, connection: 'close' } }
    },
  ),
]

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

function withSummary(summary: string): SampleEvent {
  const event = sample()
  return { ...event, data: { ...event.data, call: { callId: crypto.randomUUID(), summary } } }
}

/** An event as Python's `json.dumps` writes it: other spaces, other escapes, another number. */
function respelled(): string {
  const text = JSON.stringify(withSummary('Grüße'), null, 1).replace(/\n */g, ' ').replaceAll('ü', '\\u00fc')
  return text.replace(/\}$/, ', "version": 1.0 }')
}

function mapKeys(headers: Record<string, string>, change: (name: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [change(name), value]))
}

/** JSON but for one string, which holds two bytes FF. */
function notUtf8(): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(JSON.stringify(withSummary('??')))
  return bytes.map((byte) => (byte === 0x3f ? 0xff : byte))
}

/** One header sent twice, which HTTP joins with a comma. */
function doubled(headers: Record<string, string>, name: string): [string, string][] {
  return Object.entries(headers).flatMap(([key, value]) =>
    key === name
      ? [
          [key, value],
          [key, value],
        ]
      : [[key, value]],
  )
}
