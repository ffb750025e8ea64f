/** A program that loads the package twice, with `import` and with `require`, as dependencies of one project may do. */

import { createRequire } from 'node:module'
import {
  dedupeKey,
  isWebhookError,
  memoryStore,
  parseEvent,
  processOnce,
  WebhookError,
} from 'truedy-webhooks'
import { sampleEvent } from 'truedy-webhooks/testing'

const require = createRequire(import.meta.url)
const required = require('truedy-webhooks')
const { verifyAndParseSync } = require('truedy-webhooks/node')

function errorOf(step) {
  try {
    return step()
  } catch (error) {
    return error
  }
}

const error = errorOf(() => verifyAndParseSync('', {}, 'whsec_consumer'))
const event = parseEvent(sampleEvent('call.ended'))
const store = memoryStore()
/** The keys of two events whose numbers differ in a digit that JavaScript can't represent. */
const keysOf = (parse, key) =>
  ['1', '2'].map((digit) =>
    key(parse(`{"event":"agent.updated","timestamp":1,"data":{"number":1234567890123456789${digit}}}`)),
  )
console.log(
  JSON.stringify({
    isInstanceOfBoth: error instanceof required.WebhookError && error instanceof WebhookError,
    isRecognized: isWebhookError(error) && required.isWebhookError(new WebhookError(error.code, 'Imported.')),
    keys: {
      imported: keysOf(parseEvent, dedupeKey),
      required: keysOf(required.parseEvent, required.dedupeKey),
      mixed: keysOf(parseEvent, required.dedupeKey),
    },
    processed: [
      (await processOnce(event, store, () => {})).status,
      (await required.processOnce(event, store, () => {})).status,
    ],
  }),
)
