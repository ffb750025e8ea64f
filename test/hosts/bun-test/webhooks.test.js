import { afterEach, describe, expect, jest, setSystemTime, test } from 'bun:test'
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
const MINUTE_MS = 60_000

/** An endpoint and the events that it processed. */
function endpointOf(create) {
  const processed = []
  const receive = create({ secret: SECRET, onEvent: (event) => processed.push(event.event) })
  return { processed, receive }
}

afterEach(() => {
  jest.useRealTimers()
  setSystemTime()
})

test('verifyAndParse takes a signed sample and rejects a forged one', async () => {
  const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
  expect((await verifyAndParse(body, headers, SECRET)).event).toBe('call.ended')
  expect(verifyAndParse(body, headers, 'whsec_other')).rejects.toMatchObject({ code: 'signature_mismatch' })
})

describe.each([
  ['real', () => {}],
  ['fake', () => jest.useFakeTimers()],
])('with %s timers', (_, setTimers) => {
  test('createWebhookHandler processes an event once', async () => {
    const { processed, receive } = endpointOf(createWebhookHandler)
    setTimers()
    const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
    const send = () => receive(new Request('https://example.com/', { method: 'POST', ...delivery }))
    expect([(await send()).status, (await send()).status]).toEqual([204, 204])
    expect(processed).toEqual(['call.ended'])
  })

  test('createNodeHandler processes an event once', async () => {
    const { processed, receive } = endpointOf(createNodeHandler)
    const server = createServer(receive).listen(0, '127.0.0.1')
    await once(server, 'listening')
    setTimers()
    const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
    const send = () => fetch(`http://127.0.0.1:${server.address().port}/`, { method: 'POST', ...delivery })
    expect([(await send()).status, (await send()).status]).toEqual([204, 204])
    expect(processed).toEqual(['call.ended'])
    server.close()
  })

  test('processOnce processes an event once', async () => {
    setTimers()
    const store = memoryStore()
    const event = sampleEvent('call.ended')
    expect(await processOnce(event, store, () => 1)).toMatchObject({ status: 'processed' })
    expect(await processOnce(event, store, () => 1)).toMatchObject({ status: 'duplicate' })
  })
})

test('createReceiver follows the time that a test sets', async () => {
  const { receive } = endpointOf(createReceiver)
  setSystemTime(new Date('2020-01-01'))
  const delivery = { method: 'POST', ...(await signDelivery(sampleEvent('call.ended'), SECRET)) }
  expect((await receive(delivery)).status).toBe(204)
  setSystemTime(new Date(Date.parse('2020-01-01') + 6 * MINUTE_MS))
  expect((await receive(delivery)).status).toBe(401)
})

test('createReceiver gives up on a handler when the time of a test passes', async () => {
  const begun = Promise.withResolvers()
  const onEvent = () => {
    begun.resolve()
    return new Promise(() => {})
  }
  const receive = createReceiver({ secret: SECRET, onEvent, onOutcome: () => {} })
  const delivery = { method: 'POST', ...(await signDelivery(sampleEvent('call.ended'), SECRET)) }
  jest.useFakeTimers()
  const reply = receive(delivery)
  await begun.promise
  jest.advanceTimersByTime(15 * MINUTE_MS)
  expect((await reply).status).toBe(503)
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
    expect([(await send()).status, (await send()).status]).toEqual([204, 204])
    expect(processed).toEqual(['call.ended'])
  })
}
