/** Events, de-duplication, and the handlers that answer. */

import {
  callDetails,
  createReceiver,
  createWebhookHandler,
  dedupeKey,
  eventTime,
  isDuplicate,
  memoryStore,
  parseEvent,
  processOnce,
} from 'truedy-webhooks'
import { flatSampleEvent, sampleEvent, signDelivery, storeCases } from 'truedy-webhooks/testing'
import { codeOf, equal } from './assert.js'

const SECRET = 'whsec_runtimes'
const newEvent = () => parseEvent(sampleEvent('call.ended'))

const memoryStoreCases = storeCases.map(({ name, run }) => ({
  name: `memoryStore ${name}`,
  run: () => run(memoryStore()),
}))

const NAMES = [
  'call.started',
  'call.joined',
  'call.ended',
  'call.failed',
  'call.billed',
  'call.analyzed',
  'batch.status.changed',
  'batch.completed',
  'voice.training.completed',
  'voice.training.failed',
]

const eventCases = NAMES.flatMap((name) =>
  [
    ['nested', sampleEvent],
    ['flat', flatSampleEvent],
  ].map(([shape, create]) => ({
    name: `parses ${name}, ${shape}, and gives it one key`,
    run() {
      const payload = create(name)
      const event = parseEvent(JSON.stringify(payload))
      equal(event.event, name, 'event')
      equal(event.data, payload.data, 'data')
      equal(dedupeKey(event), dedupeKey(parseEvent(payload)), 'key')
      equal(Number.isNaN(eventTime(event)?.getTime()), false, 'time')
      equal(callDetails(event) !== undefined, name.startsWith('call.'), 'call details')
    },
  })),
)

const dedupeCases = [
  {
    name: 'isDuplicate is false for exactly one of many',
    async run() {
      const [store, event] = [memoryStore(), newEvent()]
      const answers = await Promise.all(Array.from({ length: 100 }, () => isDuplicate(event, store)))
      equal(answers.filter((answer) => !answer).length, 1, 'number of false')
    },
  },
  {
    name: 'processOnce runs a handler once, and renews its lease',
    async run() {
      const [store, event] = [memoryStore(), newEvent()]
      // Long enough that a busy machine renews in time.
      const leaseMs = 3000
      let runs = 0
      const handler = async (_, { signal }) => {
        runs += 1
        await new Promise((resolve) => setTimeout(resolve, leaseMs + 1000))
        return signal.aborted
      }
      const first = processOnce(event, store, handler, { leaseMs })
      await new Promise((resolve) => setTimeout(resolve, leaseMs + 500))
      equal(await processOnce(event, store, handler, { leaseMs }), { status: 'busy' }, 'second')
      equal(await first, { status: 'processed', value: false, recorded: true }, 'first')
      equal(await processOnce(event, store, handler), { status: 'duplicate' }, 'third')
      equal(runs, 1, 'runs')
    },
  },
  {
    name: 'processOnce releases an event whose handler throws',
    async run() {
      const [store, event] = [memoryStore(), newEvent()]
      const failure = Object.assign(new Error('failed'), { code: 'mine' })
      const failing = () => {
        throw failure
      }
      equal(await codeOf(() => processOnce(event, store, failing)), 'mine', 'error')
      equal((await processOnce(event, store, () => 1)).status, 'processed', 'next')
    },
  },
]

/** What is sent to a handler, and what it answers. */
const answers = [
  ['a valid delivery', {}, 204],
  ['a GET', { method: 'GET', body: undefined }, 405],
  ['a tampered body', { body: '{"event":"call.ended","timestamp":1,"data":{}}' }, 401],
  ['a body that is too large', { body: 'x'.repeat(1_048_577) }, 413],
]

const handlerCases = [
  ...answers.map(([what, change, status]) => ({
    name: `createWebhookHandler answers ${status} to ${what}`,
    async run() {
      const handler = createWebhookHandler({ secret: SECRET, onEvent() {} })
      const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
      const request = new Request('http://localhost/', { method: 'POST', ...delivery, ...change })
      equal((await handler(request)).status, status, 'status')
    },
  })),
  {
    name: 'createWebhookHandler accepts a streamed body',
    async run() {
      const handler = createWebhookHandler({ secret: SECRET, onEvent() {} })
      const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
      const bytes = new TextEncoder().encode(body)
      const stream = new ReadableStream({
        start(controller) {
          for (let at = 0; at < bytes.length; at += 100) controller.enqueue(bytes.slice(at, at + 100))
          controller.close()
        },
      })
      // Chromium lets no Request of its own stream without HTTP/2; the handler needs no more of one than this.
      const request = {
        method: 'POST',
        headers: new Headers(headers),
        body: stream,
        bodyUsed: false,
      }
      equal((await handler(request)).status, 204, 'status')
    },
  },
  {
    name: 'createWebhookHandler processes an event once for two concurrent deliveries',
    async run() {
      const processed = []
      const outcomes = []
      const handler = createWebhookHandler({
        secret: SECRET,
        on: { 'call.ended': (event) => processed.push(event.id) },
        onOutcome: ({ status }) => outcomes.push(status),
      })
      const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
      const send = () => handler(new Request('http://localhost/', { method: 'POST', ...delivery }))
      const statuses = (await Promise.all([send(), send()])).map(({ status }) => status)
      equal(
        statuses.every((status) => [204, 503].includes(status)),
        true,
        `statuses ${statuses}`,
      )
      equal((await send()).status, 204, 'third')
      equal(processed.length, 1, 'processed')
      equal(outcomes.filter((status) => status === 'processed').length, 1, 'processed')
    },
  },
  {
    name: 'createWebhookHandler responds with 500 if a handler throws, and processes the retry',
    async run() {
      let fails = true
      const handler = createWebhookHandler({
        secret: SECRET,
        onEvent: () => {
          if (fails) throw new Error('failed')
        },
        onOutcome: () => {},
      })
      const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
      const send = async () =>
        (await handler(new Request('http://localhost/', { method: 'POST', ...delivery }))).status
      equal(await send(), 500, 'first')
      fails = false
      equal(await send(), 204, 'second')
    },
  },
  {
    name: 'createWebhookHandler responds with 500 in time if the store never responds',
    async run() {
      const outcomes = []
      const handler = createWebhookHandler({
        secret: SECRET,
        store: { ...memoryStore(), claim: () => new Promise(() => {}) },
        stepTimeoutMs: 50,
        onEvent() {},
        onOutcome: (outcome) => outcomes.push(outcome),
      })
      const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
      const response = await handler(new Request('http://localhost/', { method: 'POST', ...delivery }))
      equal([response.status, outcomes[0].error.code], [500, 'step_timeout'], 'status and code')
    },
  },
  {
    name: 'createWebhookHandler responds with 503 if a handler times out',
    async run() {
      let signal
      const handler = createWebhookHandler({
        secret: SECRET,
        handlerTimeoutMs: 50,
        onEvent(_, context) {
          signal = context.signal
          // The limit keeps no process alive: a handler that waits for something does.
          return new Promise((resolve) => setTimeout(resolve, 500))
        },
        onOutcome() {},
      })
      const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
      const response = await handler(new Request('http://localhost/', { method: 'POST', ...delivery }))
      equal([response.status, await response.json()], [503, { error: 'handler_timeout' }], 'response')
      equal(signal.aborted, true, 'aborted')
    },
  },
  {
    name: 'createReceiver returns a plain reply for a plain delivery',
    async run() {
      const receive = createReceiver({ secret: SECRET, onEvent() {}, onOutcome() {} })
      const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
      equal((await receive({ method: 'POST', headers, body })).status, 204, 'valid')
      const rejected = await receive({ method: 'POST', headers, body: `${body} ` })
      equal([rejected.status, rejected.body], [401, '{"error":"signature_mismatch"}'], 'tampered')
    },
  },
  {
    name: 'handlers without a secret fail when they are created',
    async run() {
      equal(await codeOf(() => createWebhookHandler({ secret: '' })), 'invalid_secret', 'empty')
      equal(await codeOf(() => createWebhookHandler({})), 'invalid_secret', 'absent')
    },
  },
]

export const handlingCases = [...eventCases, ...memoryStoreCases, ...dedupeCases, ...handlerCases]
