import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
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
const MINUTE_MS = 60_000

/** An endpoint and the events that it processed. */
function endpointOf(create) {
  const processed = []
  const receive = create({ secret: SECRET, onEvent: (event) => processed.push(event.event) })
  return { processed, receive }
}

test('verifyAndParse takes a signed sample and rejects a forged one', async () => {
  const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
  assert.equal((await verifyAndParse(body, headers, SECRET)).event, 'call.ended')
  await assert.rejects(verifyAndParse(body, headers, 'whsec_other'), { code: 'signature_mismatch' })
})

for (const timers of ['real', 'fake']) {
  test(`createWebhookHandler processes an event once, with ${timers} timers`, async (context) => {
    const { processed, receive } = endpointOf(createWebhookHandler)
    if (timers === 'fake') context.mock.timers.enable()
    const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
    const send = () => receive(new Request('https://example.com/', { method: 'POST', ...delivery }))
    assert.deepEqual([(await send()).status, (await send()).status], [204, 204])
    assert.deepEqual(processed, ['call.ended'])
  })

  test(`createNodeHandler processes an event once, with ${timers} timers`, async (context) => {
    const { processed, receive } = endpointOf(createNodeHandler)
    const server = createServer(receive).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${server.address().port}/`
    // A connection, before the timers stop: `fetch` waits for some of its own.
    await fetch(url)
    if (timers === 'fake') context.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] })
    const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
    const send = () => fetch(url, { method: 'POST', ...delivery })
    assert.deepEqual([(await send()).status, (await send()).status], [204, 204])
    assert.deepEqual(processed, ['call.ended'])
    server.close()
    server.closeAllConnections()
  })
}

test('createReceiver follows the time that a test sets', async (context) => {
  const { receive } = endpointOf(createReceiver)
  context.mock.timers.enable({ apis: ['Date'], now: Date.parse('2020-01-01') })
  const delivery = { method: 'POST', ...(await signDelivery(sampleEvent('call.ended'), SECRET)) }
  assert.equal((await receive(delivery)).status, 204)
  context.mock.timers.setTime(Date.parse('2020-01-01') + 6 * MINUTE_MS)
  assert.equal((await receive(delivery)).status, 401)
})

test('createReceiver gives up on a handler when the time of a test passes', async (context) => {
  let begun
  const began = new Promise((resolve) => {
    begun = resolve
  })
  const onEvent = () => {
    begun()
    return new Promise(() => {})
  }
  const receive = createReceiver({ secret: SECRET, onEvent, onOutcome: () => {} })
  const delivery = { method: 'POST', ...(await signDelivery(sampleEvent('call.ended'), SECRET)) }
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const reply = receive(delivery)
  await began
  context.mock.timers.tick(15 * MINUTE_MS)
  assert.equal((await reply).status, 503)
})

test('processOnce works with fake timers', async (context) => {
  context.mock.timers.enable()
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
  test(`deliver processes an event once, through { ${kind} }`, async () => {
    const { processed, receive } = endpointOf(create)
    const event = sampleEvent('call.ended')
    const send = () => deliver({ [kind]: receive }, event, { secret: SECRET })
    assert.deepEqual([(await send()).status, (await send()).status], [204, 204])
    assert.deepEqual(processed, ['call.ended'])
  })
}
