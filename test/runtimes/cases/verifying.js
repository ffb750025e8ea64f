/** Bodies, headers and secrets of every kind, and every error code. */

import { isWebhookError, verifyAndParse, verifyRequest, verifySignature, WebhookError } from 'truedy-webhooks'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { codeOf, equal } from './assert.js'

const SECRET = 'whsec_runtimes'
const TIMESTAMP = 'x-truedy-timestamp'
const SIGNATURE = 'x-truedy-signature'

const sign = (payload = sampleEvent('call.ended'), options) => signDelivery(payload, SECRET, options)
const bytesOf = (text) => new TextEncoder().encode(text)

/** Bodies that say the same in each of the ways that runtimes hand them over. */
const bodies = {
  text: (text) => text,
  Uint8Array: bytesOf,
  'Uint8Array in a larger buffer': (text) => {
    const bytes = bytesOf(text)
    const larger = new Uint8Array(bytes.length + 7).fill(123)
    larger.set(bytes, 3)
    return larger.subarray(3, 3 + bytes.length)
  },
  ArrayBuffer: (text) => bytesOf(text).buffer,
  'Buffer, where there is one': (text) => globalThis.Buffer?.from(text) ?? bytesOf(text),
}

/** Headers that say the same in each of the ways that runtimes hand them over. */
const headerKinds = {
  Headers: (headers) => new Headers(headers),
  'object in lower case': (headers) => headers,
  'object in the case as sent': (headers) => ({
    'X-Truedy-Timestamp': headers[TIMESTAMP],
    'X-Truedy-Signature': headers[SIGNATURE],
  }),
  'object in upper case': (headers) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value])),
  'object of lists of one': (headers) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  'anything with get': (headers) => ({ get: (name) => headers[name.toLowerCase()] ?? null }),
}

const acceptedCases = Object.entries(bodies).flatMap(([bodyKind, toBody]) =>
  Object.entries(headerKinds).map(([headerKind, toHeaders]) => ({
    name: `accepts ${bodyKind} with ${headerKind}`,
    async run() {
      const { body, headers } = await sign({ ...sampleEvent('call.ended'), text: 'Grüße 世界 👩‍🚀' })
      const event = await verifyAndParse(toBody(body), toHeaders(headers), SECRET)
      equal([event.event, event.text], ['call.ended', 'Grüße 世界 👩‍🚀'], 'the event')
    },
  })),
)

/** For every code, a delivery that earns it. */
const refusals = {
  missing_timestamp: ({ body, headers }) => [body, { [SIGNATURE]: headers[SIGNATURE] }],
  missing_signature: ({ body, headers }) => [body, { [TIMESTAMP]: headers[TIMESTAMP] }],
  malformed_timestamp: ({ body, headers }) => [body, { ...headers, [TIMESTAMP]: '1e9' }],
  malformed_signature: ({ body, headers }) => [body, { ...headers, [SIGNATURE]: 'abc' }],
  timestamp_too_old: ({ body, headers }) => [body, headers, SECRET, { now: () => Date.now() + 301_000 }],
  timestamp_too_new: ({ body, headers }) => [body, headers, SECRET, { now: () => Date.now() - 302_000 }],
  signature_mismatch: ({ body, headers }) => [`${body} `, headers],
  body_not_raw: ({ body, headers }) => [JSON.parse(body), headers],
  invalid_secret: ({ body, headers }) => [body, headers, `${SECRET}\n`],
  invalid_options: ({ body, headers }) => [body, headers, SECRET, { toleranceSeconds: 0 }],
}

const refusedCases = Object.entries(refusals).map(([code, change]) => ({
  name: `rejects with ${code}`,
  async run() {
    const [body, headers, secret = SECRET, options] = change(await sign())
    const verification = await verifySignature(body, headers, secret, options)
    equal([verification.ok, verification.code], [false, code], 'verifySignature')
    equal(await codeOf(() => verifyAndParse(body, headers, secret, options)), code, 'verifyAndParse')
  },
}))

const bodyCases = Object.entries({
  invalid_json: ['{', '', 'nul', '{"a":1}x', new Uint8Array([0x22, 0xff, 0x22])],
  invalid_event: [
    '[]',
    '1',
    'null',
    '{}',
    '{"event":"","data":{},"timestamp":1}',
    '{"event":"x","data":[],"timestamp":1}',
  ],
}).map(([code, texts]) => ({
  name: `rejects with ${code}, once the signature is right`,
  async run() {
    for (const text of texts) {
      const { body, headers } = await signDelivery(typeof text === 'string' ? bytesOf(text) : text, SECRET)
      equal(await codeOf(() => verifyAndParse(body, headers, SECRET)), code, JSON.stringify(text))
    }
  },
}))

const otherCases = [
  {
    name: 'rejects a body whose dot was moved into or out of the timestamp',
    async run() {
      const second = new Date().toISOString().slice(0, 19)
      const { body, headers } = await sign(undefined, { timestamp: `${second}.123Z` })
      equal((await verifySignature(body, headers, SECRET)).ok, true, 'as sent')
      const moved = await verifySignature(`123Z.${body}`, { ...headers, [TIMESTAMP]: second }, SECRET)
      equal(moved.code, 'signature_mismatch', 'moved')
    },
  },
  {
    name: 'rejects a string with half a surrogate pair',
    async run() {
      const { headers } = await sign()
      equal((await verifySignature('{"a":"\ud800"}', headers, SECRET)).code, 'body_not_raw', 'code')
    },
  },
  {
    name: 'rejects every doubled header',
    async run() {
      const { body, headers } = await sign()
      for (const [name, code] of [
        [TIMESTAMP, 'malformed_timestamp'],
        [SIGNATURE, 'malformed_signature'],
      ]) {
        const doubled = new Headers(headers)
        doubled.append(name, headers[name])
        equal((await verifySignature(body, doubled, SECRET)).code, code, `${name} twice in Headers`)
        const listed = { ...headers, [name]: [headers[name], headers[name]] }
        equal((await verifySignature(body, listed, SECRET)).code, code, `${name} as a list of two`)
        const cases = { ...headers, [name.toUpperCase()]: headers[name] }
        equal((await verifySignature(body, cases, SECRET)).code, code, `${name} in two cases`)
      }
    },
  },
  {
    name: 'rejects a signature that differs in any one digit',
    async run() {
      const { body, headers } = await sign()
      const signature = headers[SIGNATURE]
      for (let i = 0; i < 64; i++) {
        const digit = signature[i] === '0' ? '1' : '0'
        const changed = signature.slice(0, i) + digit + signature.slice(i + 1)
        const verification = await verifySignature(body, { ...headers, [SIGNATURE]: changed }, SECRET)
        equal(verification.code, 'signature_mismatch', `digit ${i}`)
      }
    },
  },
  {
    name: 'accepts an upper-case signature, and the older names of the headers',
    async run() {
      const { body, headers } = await sign()
      const older = {
        'x-trudy-timestamp': headers[TIMESTAMP],
        'x-trudy-signature': headers[SIGNATURE].toUpperCase(),
      }
      equal((await verifySignature(body, older, SECRET)).ok, true, 'verification')
    },
  },
  {
    name: 'says which of several secrets signed',
    async run() {
      const { body, headers } = await sign()
      const { ok, secretIndex } = await verifySignature(body, headers, ['whsec_new', SECRET])
      equal([ok, secretIndex], [true, 1], 'verification')
    },
  },
  {
    name: 'throws a WebhookError with status, and without secrets',
    async run() {
      const { body, headers } = await sign()
      const error = await verifyAndParse(`${body} `, headers, SECRET).catch((reason) => reason)
      equal(
        [isWebhookError(error), error instanceof WebhookError, error instanceof Error],
        [true, true, true],
        'kind',
      )
      equal([error.code, error.status], ['signature_mismatch', 401], 'code and status')
      equal(String(error.stack).includes(SECRET) || error.message.includes(headers[SIGNATURE]), false, 'leak')
    },
  },
  {
    name: 'verifies a Request, and reads it only up to the limit',
    async run() {
      const { body, headers } = await sign()
      const request = () => new Request('http://localhost/', { method: 'POST', body, headers })
      equal((await verifyRequest(request(), SECRET)).event, 'call.ended', 'event')
      const large = new Request('http://localhost/', { method: 'POST', body: 'x'.repeat(2_000_000), headers })
      equal(await codeOf(() => verifyRequest(large, SECRET)), 'body_too_large', '2 MB')
    },
  },
  {
    name: 'verifies many bodies of up to 1 MiB concurrently',
    async run() {
      const sizes = [0, 1, 55, 56, 63, 64, 65, 1000, 65_536, 1_048_000]
      await Promise.all(
        sizes.map(async (size) => {
          const { body, headers } = await sign({ ...sampleEvent('call.ended'), text: 'é'.repeat(size / 2) })
          equal((await verifySignature(body, headers, SECRET)).ok, true, `${size} bytes`)
        }),
      )
    },
  },
  {
    name: 'removes own __proto__ keys',
    async run() {
      const { body, headers } = await signDelivery(
        bytesOf('{"event":"call.ended","timestamp":1,"data":{"__proto__":{"polluted":true},"a":1}}'),
        SECRET,
      )
      const event = await verifyAndParse(body, headers, SECRET)
      equal([Object.keys(event.data), event.data.polluted === undefined], [['a'], true], 'data')
    },
  },
]

export const verifyingCases = [...acceptedCases, ...refusedCases, ...bodyCases, ...otherCases]
