import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import {
  createReceiver,
  createWebhookHandler,
  memoryStore,
  processOnce,
  verifyAndParse,
} from 'truedy-webhooks'
import { createNodeHandler } from 'truedy-webhooks/node'
import { deliver, sampleEvent, signDelivery } from 'truedy-webhooks/testing'

const SECRET = 'whsec_test'

/** An endpoint and the events that it processed. */
function endpointOf(create) {
  const processed = []
  const receive = create({ secret: SECRET, onEvent: (event) => processed.push(event.event) })
  return { processed, receive }
}

Deno.test('verifyAndParse takes a signed sample and rejects a forged one', async () => {
  const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
  assert.equal((await verifyAndParse(body, headers, SECRET)).event, 'call.ended')
  await assert.rejects(verifyAndParse(body, headers, 'whsec_other'), { code: 'signature_mismatch' })
})

Deno.test('createReceiver processes an event once, and keeps no timer running', async () => {
  const { processed, receive } = endpointOf(createReceiver)
  const delivery = { method: 'POST', ...(await signDelivery(sampleEvent('call.ended'), SECRET)) }
  assert.deepEqual([(await receive(delivery)).status, (await receive(delivery)).status], [204, 204])
  assert.deepEqual(processed, ['call.ended'])
})

Deno.test('createWebhookHandler processes an event once', async () => {
  const { processed, receive } = endpointOf(createWebhookHandler)
  const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
  const send = () => receive(new Request('https://example.com/', { method: 'POST', ...delivery }))
  assert.deepEqual([(await send()).status, (await send()).status], [204, 204])
  assert.deepEqual(processed, ['call.ended'])
})

Deno.test('createNodeHandler processes an event once', async () => {
  const { processed, receive } = endpointOf(createNodeHandler)
  const server = createServer(receive).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
  const send = () => fetch(`http://127.0.0.1:${server.address().port}/`, { method: 'POST', ...delivery })
  assert.deepEqual([(await send()).status, (await send()).status], [204, 204])
  assert.deepEqual(processed, ['call.ended'])
  server.close()
  await once(server, 'close')
})

Deno.test('processOnce processes an event once', async () => {
  const store = memoryStore()
  const event = sampleEvent('call.ended')
  assert.equal((await processOnce(event, store, () => 1)).status, 'processed')
  assert.equal((await processOnce(event, store, () => 1)).status, 'duplicate')
})

for (const [kind, create] of Object.entries({
  fetch: createWebhookHandler,
  node: createNodeHandler,
  receive: createReceiver,
})) {
  Deno.test(`deliver processes an event once, through { ${kind} }`, async () => {
    const { processed, receive } = endpointOf(create)
    const event = sampleEvent('call.ended')
    const send = () => deliver({ [kind]: receive }, event, { secret: SECRET })
    assert.deepEqual([(await send()).status, (await send()).status], [204, 204])
    assert.deepEqual(processed, ['call.ended'])
  })
}
