/** The messages of all errors, in one snapshot, so that every change to their wording shows in a diff. */

import { expect, it } from 'vitest'
import { diagnose, sortedJson } from '../../src/diagnose/index.js'
import {
  createReceiver,
  isDuplicate,
  memoryStore,
  type Outcome,
  parseEvent,
  processOnce,
  verifyAndParse,
  verifyRequest,
  type WebhookError,
} from '../../src/index.js'
import { postgresStore } from '../../src/stores/postgres.js'
import { BODY, ENVELOPE, headersFor, NOW_SECONDS, now, SECRET, wrong } from './support/delivery.js'
import { type TestOptions, withHandler } from './support/options.js'

const headers = headersFor(BODY)
const verify = (body: unknown, given: unknown = headers, secret: unknown = SECRET, options: object = {}) =>
  verifyAndParse(wrong(body), wrong(given), wrong(secret), { now, ...options })
const receive = (options: unknown) =>
  createReceiver(withHandler({ secret: SECRET, ...(options as TestOptions) }))
/** Throws the error with which a delivery was rejected. */
const rejected = async (delivery: object, options: object = {}) => {
  let outcome: Outcome | undefined
  const settings = {
    secret: SECRET,
    now,
    onEvent() {},
    ...options,
    onOutcome: (found: Outcome) => (outcome = found),
  }
  await createReceiver(settings)({ method: 'POST', headers, body: BODY, ...delivery })
  if (outcome?.status === 'rejected') throw outcome.error
}
const event = parseEvent(ENVELOPE)
const store = memoryStore()

async function said(run: () => unknown): Promise<string> {
  try {
    await run()
    return 'nothing'
  } catch (error) {
    const { code, status, message } = error as WebhookError
    return `${status} ${code}: ${message}`
  }
}

it('every error message says what happened and what to do', async () => {
  const without = ({ ...rest }: Record<string, string>, name: string) => {
    delete rest[name]
    return rest
  }
  const cases: Record<string, () => unknown> = {
    'no timestamp header': () => verify(BODY, without(headers, 'x-truedy-timestamp')),
    'no signature header': () => verify(BODY, without(headers, 'x-truedy-signature')),
    'odd timestamp': () => verify(BODY, { ...headers, 'x-truedy-timestamp': 'noon' }),
    'odd signature': () => verify(BODY, { ...headers, 'x-truedy-signature': 'abc' }),
    'an hour old': () => verify(BODY, headersFor(BODY, String(NOW_SECONDS - 3600))),
    'an hour ahead': () => verify(BODY, headersFor(BODY, String(NOW_SECONDS + 3600))),
    'a second over': () =>
      verify(BODY, headersFor(BODY, String(NOW_SECONDS - 11)), SECRET, { toleranceSeconds: 10 }),
    'another secret': () => verify(BODY, headers, 'whsec_another'),
    'parsed body': () => verify(ENVELOPE),
    'no secret': () => verify(BODY, headers, ''),
    'odd options': () => verify(BODY, headers, SECRET, { toleranceSeconds: 0 }),
    'no JSON': () => verify('x', headersFor('x')),
    'no envelope': () => verify('{}', headersFor('{}')),
    'no plain data': () => parseEvent({ count: 1n }),
    'a request that was read': () => verifyRequest(wrong({ bodyUsed: true }), SECRET),
    'a request that is too large': () =>
      verifyRequest(new Request('http://localhost', { method: 'POST', body: BODY }), SECRET, {
        maxBodyBytes: 9,
      }),
    'no POST': () => rejected({ method: 'PUT' }),
    'a body that is too large': () => rejected({}, { maxBodyBytes: 9 }),
    'a body without a size': () => rejected({ body: {} }, { maxBodyBytes: 9 }),
    'no limit': () => verifyRequest(wrong({}), SECRET, { maxBodyBytes: 0 }),
    'handlers that are none': () => receive({ on: [] }),
    'a handler that is none': () => receive({ on: { 'call.ended': 'log' } }),
    'a handler for an alias': () => receive({ on: { 'call.completed': () => {} } }),
    'no function for all': () => receive({ onEvent: 5 }),
    'no function for outcomes': () => receive({ onOutcome: 5 }),
    'no function for keys': () => receive({ key: 5 }),
    'no store': () => receive({ store: null }),
    'half a store': () => receive({ store: { claim() {} } }),
    'no time to live': () => receive({ ttlMs: 0 }),
    'endless lease': () => processOnce(event, store, () => {}, { leaseMs: Number.POSITIVE_INFINITY }),
    'longest time that is none': () => processOnce(event, store, () => {}, { handlerTimeoutMs: Number.NaN }),
    'negative time to live': () => isDuplicate(event, store, { ttlMs: -1 }),
    'no key': () => isDuplicate(event, store, { key: () => '' }),
    'a store that answers otherwise': () => isDuplicate(event, { claim: () => wrong('OK') }),
    'room for nothing': () => memoryStore({ maxKeys: 0 }),
    'a parsed body to sort': () => sortedJson(wrong({})),
    'bytes to sort that are no text': () => sortedJson(Uint8Array.of(0xff)),
    'no JSON to sort': () => sortedJson('[NaN]'),
    'a depth to sort': () => sortedJson('['.repeat(901) + ']'.repeat(901)),
    'a number to sort': () => sortedJson('1'.repeat(4301)),
    'no secret to compare with': () => diagnose(BODY, headers, ''),
    'no name for a table': () => postgresStore(wrong({ query() {} }), { table: '1; drop' }),
  }
  const messages = await Promise.all(
    Object.entries(cases).map(async ([name, run]) => [name, await said(run)] as const),
  )
  expect(Object.fromEntries(messages)).toMatchInlineSnapshot(`
    {
      "a body that is too large": "413 body_too_large: The body is larger than maxBodyBytes (9). Raise the limit if Truedy sent the request.",
      "a body without a size": "500 body_not_raw: The body is not the raw bytes (got Object). Keep the bytes as they arrive. Express: mount the handler, or express.raw({ type: '*/*', limit: '1mb' }), before express.json(). Fastify: parseAs: 'buffer', no JSON parser. NestJS: rawBody: true, req.rawBody. Koa: no parser. Next.js Pages: bodyParser: false. Vercel: export POST. Fetch: request.arrayBuffer(). Lambda: decode if isBase64Encoded.",
      "a depth to sort": "400 invalid_json: The JSON nests deeper than 900 levels.",
      "a handler for an alias": "500 invalid_options: "call.completed" in \`on\` is an alias: its handler would never run. Use "call.ended".",
      "a handler that is none": "500 invalid_options: on["call.ended"] must be a function (got String).",
      "a number to sort": "400 invalid_json: The JSON has a whole number of more than 4300 digits, which Python can't read. Check what sent this body.",
      "a parsed body to sort": "500 body_not_raw: sortedJson got a value that is neither a string nor bytes. Pass the raw body, before any parser.",
      "a request that is too large": "413 body_too_large: The body is larger than maxBodyBytes (9). Raise the limit if Truedy sent the request.",
      "a request that was read": "500 body_not_raw: The body of this Request was read before, or is locked. Pass it unread; other code can read a clone.",
      "a second over": "401 timestamp_too_old: The timestamp is 11 s old, and the tolerance is 10 s. Check this machine's clock (NTP). If it is right, the delivery is late or was replayed.",
      "a store that answers otherwise": "500 invalid_options: store.claim's result must be 'claimed', 'busy' or 'done' (got String).",
      "an hour ahead": "401 timestamp_too_new: The timestamp is 3600 s ahead, and the tolerance is 300 s. Check this machine's clock (NTP).",
      "an hour old": "401 timestamp_too_old: The timestamp is 3600 s old, and the tolerance is 300 s. Check this machine's clock (NTP). If it is right, the delivery is late or was replayed.",
      "another secret": "401 signature_mismatch: The signature doesn't match the body and the secret. Check that the secret is this endpoint's and that nothing read or re-serialized the body; \`npx truedy-webhooks verify\` names the reason.",
      "bytes to sort that are no text": "400 invalid_json: The body is not UTF-8. Pass the bytes as they arrived.",
      "endless lease": "500 invalid_options: leaseMs must be a positive, finite number (got Infinity).",
      "half a store": "500 invalid_options: store.renew must be a function (got undefined).",
      "handlers that are none": "500 invalid_options: on must be an object (got Array).",
      "longest time that is none": "500 invalid_options: handlerTimeoutMs must be a positive, finite number (got NaN).",
      "negative time to live": "500 invalid_options: ttlMs must be a positive, finite number (got -1).",
      "no JSON": "400 invalid_json: The body is not JSON in UTF-8. Check what sent it.",
      "no JSON to sort": "400 invalid_json: The body is not JSON (NaN and Infinity are not JSON either).",
      "no POST": "405 method_not_allowed: Only POST is accepted. Truedy sends nothing else.",
      "no envelope": "400 invalid_event: The JSON is not an event: event must be a string, timestamp a string or a number, and data an object. Check what sent it.",
      "no function for all": "500 invalid_options: onEvent must be a function (got 5).",
      "no function for keys": "500 invalid_options: key must be a function (got 5).",
      "no function for outcomes": "500 invalid_options: onOutcome must be a function (got 5).",
      "no key": "500 invalid_options: key's result must be a non-empty string (got an empty string).",
      "no limit": "500 invalid_options: maxBodyBytes must be a positive, finite number (got 0).",
      "no name for a table": "500 invalid_options: postgresStore needs a function that uses your client (got Object). Pass one such as (sql, params) => pool.query(sql, params).",
      "no plain data": "400 invalid_event: The envelope can't be written as JSON. Pass the object that JSON.parse returned, or the raw body.",
      "no secret": "500 invalid_secret: The secret is an empty string. Set TRUEDY_WEBHOOK_SECRET, or pass \`secret\`.",
      "no secret to compare with": "500 invalid_secret: The secret must be a string that is not empty, or a list of them. Pass the endpoint's secret as your program has it.",
      "no signature header": "401 missing_signature: The X-Truedy-Signature header is missing. Pass the request's headers unchanged. If you already do, a proxy changes them, or the request isn't from Truedy.",
      "no store": "500 invalid_options: store must be an object (got null).",
      "no time to live": "500 invalid_options: ttlMs must be a positive, finite number (got 0).",
      "no timestamp header": "401 missing_timestamp: The X-Truedy-Timestamp header is missing. Pass the request's headers unchanged. If you already do, a proxy changes them, or the request isn't from Truedy.",
      "odd options": "500 invalid_options: toleranceSeconds must be a positive, finite number (got 0).",
      "odd signature": "401 malformed_signature: The X-Truedy-Signature header must be one value: 64 hexadecimal digits. Pass the request's headers unchanged. If you already do, a proxy changes them, or the request isn't from Truedy.",
      "odd timestamp": "401 malformed_timestamp: The X-Truedy-Timestamp header must be one value: Unix seconds or ISO 8601. Pass the request's headers unchanged. If you already do, a proxy changes them, or the request isn't from Truedy.",
      "parsed body": "500 body_not_raw: The body is not the raw bytes (got Object). Keep the bytes as they arrive. Express: mount the handler, or express.raw({ type: '*/*', limit: '1mb' }), before express.json(). Fastify: parseAs: 'buffer', no JSON parser. NestJS: rawBody: true, req.rawBody. Koa: no parser. Next.js Pages: bodyParser: false. Vercel: export POST. Fetch: request.arrayBuffer(). Lambda: decode if isBase64Encoded.",
      "room for nothing": "500 invalid_options: maxKeys must be a positive, finite number (got 0).",
    }
  `)
})
