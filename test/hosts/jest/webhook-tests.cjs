/** What a user tests of a receiver. The same for `require` and `import`, and in an environment without `fetch`. */

const { once } = require('node:events')
const { createServer, request } = require('node:http')

const SECRET = 'whsec_test'
const MINUTE_MS = 60_000

exports.webhookTests = (
  {
    createNodeHandler,
    createReceiver,
    createWebhookHandler,
    processOnce,
    memoryStore,
    verifyAndParse,
    ...testing
  },
  { afterEach, describe, expect, it, jest },
) => {
  const { deliver, playScenario, sampleEvent, signDelivery } = testing
  afterEach(() => jest.useRealTimers())

  /** An endpoint and the events that it processed. */
  function endpointOf(create) {
    const processed = []
    const receive = create({ secret: SECRET, onEvent: (event) => processed.push(event.event) })
    return { processed, receive }
  }

  describe('verifyAndParse', () => {
    it('takes a signed sample', async () => {
      const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
      expect((await verifyAndParse(body, headers, SECRET)).event).toBe('call.ended')
    })

    it.each([
      ['a Buffer', (bytes) => Buffer.from(bytes)],
      ['bytes of this realm', (bytes) => new Uint8Array(bytes)],
      ['an ArrayBuffer of this realm', (bytes) => new Uint8Array(bytes).buffer],
    ])('takes %s that is not ASCII', async (_, make) => {
      const raw = make([
        ...Buffer.from('{"event":"call.ended","timestamp":1,"data":{"summary":"世界 👩‍🚀"}}'),
      ])
      const { body, headers } = await signDelivery(raw, SECRET)
      const event = await verifyAndParse(body, headers, SECRET)
      expect(event.data.summary).toBe('世界 👩‍🚀')
    })

    it('rejects a forged one', async () => {
      const { body, headers } = await signDelivery(sampleEvent('call.ended'), 'whsec_other')
      await expect(verifyAndParse(body, headers, SECRET)).rejects.toMatchObject({
        code: 'signature_mismatch',
      })
    })
  })

  describe('createReceiver', () => {
    it('processes an event once', async () => {
      const { processed, receive } = endpointOf(createReceiver)
      const delivery = { method: 'POST', ...(await signDelivery(sampleEvent('call.ended'), SECRET)) }
      expect([(await receive(delivery)).status, (await receive(delivery)).status]).toEqual([204, 204])
      expect(processed).toEqual(['call.ended'])
    })

    it.each(['modern', 'legacy'])('works with %s fake timers', async (kind) => {
      const { processed, receive } = endpointOf(createReceiver)
      jest.useFakeTimers(kind === 'legacy' ? { legacyFakeTimers: true } : {})
      const delivery = { method: 'POST', ...(await signDelivery(sampleEvent('call.ended'), SECRET)) }
      expect((await receive(delivery)).status).toBe(204)
      expect(processed).toEqual(['call.ended'])
    })

    it('follows the time that a test sets', async () => {
      const { receive } = endpointOf(createReceiver)
      jest.useFakeTimers({ now: Date.parse('2020-01-01') })
      const delivery = { method: 'POST', ...(await signDelivery(sampleEvent('call.ended'), SECRET)) }
      expect((await receive(delivery)).status).toBe(204)
      jest.setSystemTime(Date.parse('2020-01-01') + 6 * MINUTE_MS)
      expect((await receive(delivery)).status).toBe(401)
    })

    it('gives up on a handler when the time of a test passes', async () => {
      const receive = createReceiver({
        secret: SECRET,
        onEvent: () => new Promise(() => {}),
        onOutcome: () => {},
      })
      const delivery = { method: 'POST', ...(await signDelivery(sampleEvent('call.ended'), SECRET)) }
      jest.useFakeTimers()
      const reply = receive(delivery)
      await jest.advanceTimersByTimeAsync(15 * MINUTE_MS)
      expect((await reply).status).toBe(503)
    })
  })

  describe('createNodeHandler', () => {
    it('processes an event once, over HTTP', async () => {
      const { processed, receive } = endpointOf(createNodeHandler)
      const server = createServer(receive).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
      const send = async () => {
        const sending = request({
          port: server.address().port,
          host: '127.0.0.1',
          method: 'POST',
          headers,
          agent: false,
        })
        sending.end(body)
        const [response] = await once(sending, 'response')
        response.resume()
        return response.statusCode
      }
      expect([await send(), await send()]).toEqual([204, 204])
      expect(processed).toEqual(['call.ended'])
      server.close()
    })
  })

  const fetchTest = typeof Request === 'undefined' ? it.skip : it
  fetchTest('createWebhookHandler processes an event once', async () => {
    const { processed, receive } = endpointOf(createWebhookHandler)
    const delivery = await signDelivery(sampleEvent('call.ended'), SECRET)
    const send = () => receive(new Request('https://example.com/', { method: 'POST', ...delivery }))
    expect([(await send()).status, (await send()).status]).toEqual([204, 204])
    expect(processed).toEqual(['call.ended'])
  })

  describe('deliver', () => {
    it.each([
      ['node', createNodeHandler],
      ['receive', createReceiver],
    ])('processes an event once, through { %s }', async (kind, create) => {
      const { processed, receive } = endpointOf(create)
      const event = sampleEvent('call.ended')
      const send = () => deliver({ [kind]: receive }, event, { secret: SECRET })
      expect([(await send()).status, (await send()).status]).toEqual([204, 204])
      expect(processed).toEqual(['call.ended'])
    })

    fetchTest('processes an event once, through { fetch }', async () => {
      const { processed, receive } = endpointOf(createWebhookHandler)
      const event = sampleEvent('call.ended')
      const send = () => deliver({ fetch: receive }, event, { secret: SECRET })
      expect([(await send()).status, (await send()).status]).toEqual([204, 204])
      expect(processed).toEqual(['call.ended'])
    })

    it('plays chaos, with fake timers', async () => {
      const { processed, receive } = endpointOf(createReceiver)
      jest.useFakeTimers()
      const log = await playScenario({ receive }, 'chaos', { secret: SECRET, seed: 7 })
      expect(processed).toHaveLength(new Set(log.map(({ event }) => event)).size)
    })
  })

  it('processOnce works with fake timers', async () => {
    jest.useFakeTimers()
    const store = memoryStore()
    const event = sampleEvent('call.ended')
    expect(await processOnce(event, store, () => 1)).toMatchObject({ status: 'processed', value: 1 })
    expect(await processOnce(event, store, () => 1)).toMatchObject({ status: 'duplicate' })
  })
}
