import { createServer } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createReceiver, verifyAndParse } from '../../../src/index.js'
import { createNodeHandler } from '../../../src/node.js'
import type { EndpointCase } from '../../../src/testing/endpoint/endpoint-case.js'
import { checkEndpoint, endpointCases, sampleEvent, signDelivery } from '../../../src/testing/index.js'
import { listenOn } from '../../support/server.js'
import { stopClock } from '../support/clock.js'
import { sign } from '../support/delivery.js'
import { rejections, reserializingHandler } from '../support/reserializing.js'

const SECRET = 'whsec_testing'

describe('signDelivery', () => {
  it("signs a payload as Python's JSON, with the current time", async () => {
    const now = Date.UTC(2026, 0, 31, 14, 5, 41, 999)
    vi.useFakeTimers({ toFake: ['Date'], now })
    onTestFinished(() => void vi.useRealTimers())
    const payload = { event: 'call.ended', timestamp: 1, data: { name: 'Zoë' } }
    const { body, headers } = await signDelivery(payload, SECRET)
    expect(body).toBe('{"event": "call.ended", "timestamp": 1, "data": {"name": "Zo\\u00eb"}}')
    expect(headers['content-type']).toBe('application/json')
    expect(headers['x-truedy-timestamp']).toBe(String(Math.floor(now / 1000)))
    expect(headers['x-truedy-signature']).toBe(sign(body, headers['x-truedy-timestamp'], SECRET))
    await expect(verifyAndParse(body, headers, SECRET)).resolves.toMatchObject({ event: 'call.ended' })
  })

  it.each([
    ['a string', '{"a": 1}'],
    ['bytes', new Uint8Array([0xff, 0x00])],
    ['a Buffer', Buffer.from('é')],
    ['an ArrayBuffer', new Uint8Array([1, 2]).buffer],
  ])('signs %s unchanged', async (_, raw) => {
    const { body, headers } = await signDelivery(raw, SECRET, { timestamp: 42 })
    expect(body).toBe(raw)
    const bytes = raw instanceof ArrayBuffer ? new Uint8Array(raw) : raw
    expect(headers['x-truedy-signature']).toBe(sign(bytes, '42', SECRET))
  })

  it.each([[undefined], [null], [42], [() => {}]])('rejects the payload %s', async (payload) => {
    await expect(signDelivery(payload as unknown as object, SECRET)).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringMatching(/^payload must be/),
    })
  })

  it.each([
    [1773844320, '1773844320'],
    ['2026-03-18T14:32:00Z', '2026-03-18T14:32:00Z'],
    ['not a time', 'not a time'],
    [new Date('2026-03-18T14:32:00.999Z'), '1773844320'],
  ])('uses the timestamp %s', async (timestamp, text) => {
    expect((await signDelivery({}, SECRET, { timestamp })).headers['x-truedy-timestamp']).toBe(text)
  })
})

describe('checkEndpoint', () => {
  const servers: ReturnType<typeof createServer>[] = []

  async function listen(handler: Parameters<typeof createServer>[1]): Promise<string> {
    const server = createServer(handler)
    servers.push(server)
    return `http://127.0.0.1:${await listenOn(server)}/`
  }

  // While the clock is stopped, no response can be slow enough to suggest that the event was processed twice.
  beforeEach(stopClock)

  let right = ''
  let wrong = ''
  beforeAll(async () => {
    right = await listen(createNodeHandler({ secret: SECRET, onEvent() {} }))
    wrong = await listen((request, response) => {
      request.resume()
      response.writeHead(200).end('OK')
    })
  })
  afterAll(() => {
    for (const server of servers) server.close()
  })

  it('finds no fault in a correct receiver', async () => {
    const results = await checkEndpoint(right, SECRET)
    expect(results.filter(({ passed }) => !passed)).toEqual([])
    expect(results.map(({ name }) => name)).toEqual(endpointCases.map(({ name }) => name))
  })

  it('finds a receiver that accepts everything, and says what to fix', async () => {
    const results = await checkEndpoint(wrong, SECRET)
    const failed = results.filter(({ passed }) => !passed)
    expect(failed.map(({ name }) => name)).toEqual(
      endpointCases.filter(({ expected }) => !expected.includes('2xx')).map(({ name }) => name),
    )
    for (const result of failed)
      expect(result).toMatchObject({ actual: '200', fix: expect.stringMatching(/\.$/) })
  })

  it('finds a wrong secret, and gives only the first case that reason', async () => {
    const results = await checkEndpoint(right, 'whsec_other')
    expect(results[0]).toMatchObject({
      passed: false,
      expected: '2xx',
      actual: '401',
      fix: expect.stringContaining('secret'),
    })
    expect(results[1]).toMatchObject({ passed: false, fix: 'Fix "call.started" first.' })
  })

  it.each(Object.entries(rejections))(
    'names the cause if a receiver re-serializes the body and responds with %s',
    async (_, reject) => {
      const url = await listen(reserializingHandler(SECRET, reject))
      const [first, second] = await checkEndpoint(url, SECRET)
      expect(first).toMatchObject({
        passed: false,
        actual: '401',
        fix: expect.stringContaining('re-serializes'),
      })
      expect(second).toMatchObject({ passed: false, fix: 'Fix "call.started" first.' })
    },
  )

  it('names no re-serialization if the connection breaks while it finds out', async () => {
    let count = 0
    const url = await listen((request, response) => {
      request.resume()
      count += 1
      if (count === 1) response.writeHead(401).end()
      else request.socket.destroy()
    })
    const [first] = await checkEndpoint(url, SECRET, endpointCases.slice(0, 1))
    expect(count).toBe(2)
    expect(first).toMatchObject({
      passed: false,
      actual: '401',
      fix: expect.not.stringContaining('re-serializes'),
    })
  })

  it.each([
    ['500', 'Fix "one" first.'],
    ['500, 500', 'Fix "one" first.'],
    ['500, 401', 'Change two.'],
    ['401', 'Change two.'],
  ])('gives a later case that got %s the fix %s, if the first got 500', async (actual, fix) => {
    const results = await checkEndpoint(right, SECRET, [
      finding('one', '2xx', '500'),
      finding('two', '401', actual),
    ])
    expect(results.map((result) => result.fix)).toEqual(['Change one.', fix])
  })

  it('says why there was no response', async () => {
    const [first] = await checkEndpoint('http://127.0.0.1:1/', SECRET, endpointCases.slice(0, 1))
    expect(first).toMatchObject({ passed: false, actual: expect.stringContaining('no response') })
    const broken = {
      ...endpointCases[0],
      run: () => Promise.reject('text'),
    } as (typeof endpointCases)[number]
    expect((await checkEndpoint(right, SECRET, [broken]))[0]?.actual).toBe('no response: text')
    const plain = { ...broken, run: () => Promise.reject(new Error('reason')) }
    expect((await checkEndpoint(right, SECRET, [plain]))[0]?.actual).toBe('no response: reason')
  })

  /** A case that fails with the given result. */
  const finding = (name: string, expected: string, actual: string): EndpointCase => ({
    name,
    expected,
    run: async () => ({ passed: false, actual, fix: `Change ${name}.` }),
  })

  it.each(['500', '204, 500', '1204', '2x4', '20x', '204, 2x4', '204, 20x', '204, 204x', '204, 204, 500'])(
    'tells the later cases to fix the first one if a valid delivery got %s',
    async (actual) => {
      const cases = [
        finding('one', '2xx', actual),
        finding('two', '401', '204'),
        finding('three', '2xx', '500'),
      ]
      const results = await checkEndpoint(right, SECRET, cases)
      expect(results.map(({ fix }) => fix)).toEqual(['Change one.', 'Change two.', 'Fix "one" first.'])
    },
  )

  it.each([
    ['2xx', '204'],
    ['2xx', '204, 204'],
    ['2xx', '204, 204, 200'],
    ['401', '500'],
  ])('gives each case its own fix if the first one expected %s and got %s', async (expected, actual) => {
    const cases = [finding('one', expected, actual), finding('two', '2xx', '500')]
    const results = await checkEndpoint(right, SECRET, cases)
    expect(results.map(({ fix }) => fix)).toEqual(['Change one.', 'Change two.'])
  })

  it('has cases with distinct names', () => {
    expect(new Set(endpointCases.map(({ name }) => name)).size).toBe(endpointCases.length)
  })
})

it('createReceiver accepts a delivery of signDelivery', async () => {
  const processed: string[] = []
  const receive = createReceiver({
    secret: SECRET,
    on: { 'call.ended': (event) => processed.push(event.event) },
  })
  const signed = await signDelivery(sampleEvent('call.ended'), SECRET)
  expect(await receive({ method: 'POST', ...signed })).toMatchObject({ status: 204 })
  expect(processed).toEqual(['call.ended'])
})
