/** A consumer's program, in what all targets have in common: it signs, verifies and handles. */

import {
  createReceiver,
  createWebhookHandler,
  memoryStore,
  verifyAndParse,
  WebhookError,
} from 'truedy-webhooks'
import { postgresSchema } from 'truedy-webhooks/stores/postgres'
import { redisStore } from 'truedy-webhooks/stores/redis'
import { sqliteStore } from 'truedy-webhooks/stores/sqlite'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'

const SECRET = 'whsec_consumer'

async function codeOf(step) {
  try {
    await step()
    return 'none'
  } catch (error) {
    return error instanceof WebhookError ? error.code : String(error)
  }
}

export async function signedDelivery() {
  return { ...(await signDelivery(sampleEvent('call.ended'), SECRET)), secret: SECRET }
}

export async function handleDeliveries() {
  const { body, headers } = await signedDelivery()
  const processed = []
  const on = { 'call.ended': ({ event }) => processed.push(event) }
  const receive = createReceiver({ secret: SECRET, store: memoryStore(), on })
  const post = createWebhookHandler({ secret: SECRET, on })
  const replies = [
    await receive({ method: 'POST', headers, body }),
    await receive({ method: 'POST', headers, body }),
  ]
  const response = await post(new Request('https://example.com/', { method: 'POST', headers, body }))
  const store = redisStore(async () => 'none')
  return {
    event: (await verifyAndParse(new TextEncoder().encode(body), headers, SECRET)).event,
    statuses: [...replies.map(({ status }) => status), response.status],
    processed,
    codes: [
      await codeOf(() => verifyAndParse(body, headers, 'whsec_other')),
      await codeOf(() => store.claim('key', { owner: 'owner', leaseMs: -1 })),
      await codeOf(() => postgresSchema({ table: 'no table' })),
      await codeOf(() => sqliteStore(() => [], { table: 'no table' })),
      await codeOf(() => signDelivery({}, '')),
    ],
  }
}
