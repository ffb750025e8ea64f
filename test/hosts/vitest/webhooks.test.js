import {
  createReceiver,
  createWebhookHandler,
  memoryStore,
  processOnce,
  verifyAndParse,
} from 'truedy-webhooks'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'

const SECRET = 'whsec_test'
const MINUTE_MS = 60_000

/** An endpoint and the events that it processed. */
function endpointOf(create) {
  const processed = []
  const receive = create({ secret: SECRET, onEvent: (event) => processed.push(event.event) })
  return { processed, receive }
}

afterEach(() => vi.useRealTimers())

describe('verifyAndParse', () => {
  it('takes a signed sample', async () => {
    const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
    expect((await verifyAndParse(body, headers, SECRET)).event).toBe('call.ended')
  })

  it.each([
    ['bytes', (bytes) => bytes],
    ['bytes of this realm', (bytes) => new Uint8Array(bytes)],
    ['an ArrayBuffer', (bytes) => new Uint8Array(bytes).buffer],
  ])('takes %s that are not ASCII', async (_, make) => {
    const raw = make(
      new TextEncoder().encode('{"event":"call.ended","timestamp":1,"data":{"summary":"世界 👩‍🚀"}}'),
    )
    const { body, headers } = await signDelivery(raw, SECRET)
    expect((await verifyAndParse(body, new Headers(headers), SECRET)).data.summary).toBe('世界 👩‍🚀')
  })

  it('rejects a forged one', async () => {
    const { body, headers } = await signDelivery(sampleEvent('call.ended'), 'whsec_other')
    await expect(verifyAndParse(body, headers, SECRET)).rejects.toMatchObject({ code: 'signature_mismatch' })
  })
})

describe('createWebhookHandler', () => {
  const post = (delivery) => new Request('https://example.com/', { method: 'POST', ...delivery })

  it('processes an event once', async () => {
    const { processed, receive } = endpointOf(createWebhookHandler)
    const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
    expect([(await receive(post(delivery))).status, (await receive(post(delivery))).status]).toEqual([
      204, 204,
    ])
    expect(processed).toEqual(['call.ended'])
  })

  it('works with fake timers', async () => {
    const { processed, receive } = endpointOf(createWebhookHandler)
    vi.useFakeTimers()
    const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
    expect([(await receive(post(delivery))).status, (await receive(post(delivery))).status]).toEqual([
      204, 204,
    ])
    expect(processed).toEqual(['call.ended'])
  })

  it('rejects a body that is too large', async () => {
    const { receive } = endpointOf(createWebhookHandler)
    const delivery = await signDelivery('x'.repeat(1_100_000), SECRET)
    expect((await receive(post(delivery))).status).toBe(413)
  })
})

describe('createReceiver', () => {
  it('follows the time that a test sets', async () => {
    const { receive } = endpointOf(createReceiver)
    vi.useFakeTimers({ now: Date.parse('2020-01-01') })
    const delivery = { method: 'POST', ...(await signDelivery(sampleEvent('call.ended'), SECRET)) }
    expect((await receive(delivery)).status).toBe(204)
    vi.setSystemTime(Date.parse('2020-01-01') + 6 * MINUTE_MS)
    expect((await receive(delivery)).status).toBe(401)
  })

  it('gives up on a handler when the time of a test passes', async () => {
    const onEvent = () => new Promise(() => {})
    const receive = createReceiver({ secret: SECRET, onEvent, onOutcome: () => {} })
    const delivery = { method: 'POST', ...(await signDelivery(sampleEvent('call.ended'), SECRET)) }
    vi.useFakeTimers()
    const reply = receive(delivery)
    await vi.advanceTimersByTimeAsync(15 * MINUTE_MS)
    expect((await reply).status).toBe(503)
  })
})

it('processOnce works with fake timers', async () => {
  vi.useFakeTimers()
  const store = memoryStore()
  const event = sampleEvent('call.ended')
  expect(await processOnce(event, store, () => 1)).toMatchObject({ status: 'processed', value: 1 })
  expect(await processOnce(event, store, () => 1)).toMatchObject({ status: 'duplicate' })
})
