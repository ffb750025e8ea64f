/** A program that loads the package twice, with `import` and with `require`, as dependencies of one project may do. */

import { createRequire } from 'node:module'
import { isWebhookError, memoryStore, parseEvent, processOnce, WebhookError } from 'truedy-webhooks'
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
console.log(
  JSON.stringify({
    isInstanceOfBoth: error instanceof required.WebhookError && error instanceof WebhookError,
    isRecognized: isWebhookError(error) && required.isWebhookError(new WebhookError(error.code, 'Imported.')),
    processed: [
      (await processOnce(event, store, () => {})).status,
      (await required.processOnce(event, store, () => {})).status,
    ],
  }),
)
