import { createServer } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  callDetails,
  createReceiver,
  dedupeKey,
  eventIds,
  parseEvent,
  verifyAndParse,
} from '../../../src/index.js'
import { createNodeHandler } from '../../../src/node.js'
import type { EndpointCase } from '../../../src/testing/endpoint/endpoint-case.js'
import {
  checkEndpoint,
  endpointCases,
  type SampleName,
  sampleEvent,
  signDelivery,
} from '../../../src/testing/index.js'
import { sampleNames } from '../../../src/testing/samples.js'
import { listenOn } from '../../support/server.js'
import { stopClock } from '../support/clock.js'
import { sign } from '../support/delivery.js'
import { UUID } from '../support/readable.js'

const SECRET = 'whsec_testing'

describe('signDelivery', () => {
  it('signs a payload as compact JSON, now', async () => {
    const now = Date.UTC(2026, 0, 31, 14, 5, 41, 999)
    vi.useFakeTimers({ toFake: ['Date'], now })
    onTestFinished(() => void vi.useRealTimers())
    const payload = { event: 'call.ended', timestamp: 1, data: { name: 'Zoë' } }
    const { body, headers } = await signDelivery(payload, SECRET)
    expect(body).toBe(JSON.stringify(payload))
    expect(headers['content-type']).toBe('application/json')
    expect(headers['x-truedy-timestamp']).toBe(String(Math.floor(now / 1000)))
    expect(headers['x-truedy-signature']).toBe(sign(body, headers['x-truedy-timestamp'], SECRET))
    await expect(verifyAndParse(body, headers, SECRET)).resolves.toMatchObject({ event: 'call.ended' })
  })

  it.each([
    ['text', '{"a": 1}'],
    ['bytes', new Uint8Array([0xff, 0x00])],
    ['a Buffer', Buffer.from('é')],
    ['an ArrayBuffer', new Uint8Array([1, 2]).buffer],
  ])('signs %s as it is', async (_, raw) => {
    const { body, headers } = await signDelivery(raw, SECRET, { timestamp: 42 })
    expect(body).toBe(raw)
    const bytes = raw instanceof ArrayBuffer ? new Uint8Array(raw) : raw
    expect(headers['x-truedy-signature']).toBe(sign(bytes, '42', SECRET))
  })

  it.each([
    [1773844320, '1773844320'],
    ['2026-03-18T14:32:00Z', '2026-03-18T14:32:00Z'],
    ['not a time', 'not a time'],
    [new Date('2026-03-18T14:32:00.999Z'), '1773844320'],
  ])('takes the timestamp %s', async (timestamp, text) => {
    expect((await signDelivery({}, SECRET, { timestamp })).headers['x-truedy-timestamp']).toBe(text)
  })
})

describe('sampleEvent', () => {
  const names: SampleName[] = [
    'call.started',
    'call.joined',
    'call.ended',
    'call.failed',
    'call.billed',
    'batch.status.changed',
    'batch.completed',
    'voice.training.completed',
    'voice.training.failed',
  ]

  describe.each(['nested', 'flat'] as const)('%s', (shape) => {
    it.each(names)('%s is an event of its name, with an id to tell it by', (name) => {
      const event = parseEvent(sampleEvent(name, { shape }))
      expect(event).toMatchObject({ event: name, rawEvent: name })
      const { callId, batchId, voiceId, eventId } = eventIds(event)
      expect(callId ?? batchId ?? voiceId).toBeTypeOf('string')
      expect(eventId !== undefined).toBe(shape === 'nested')
    })

    it('is another event each time', () => {
      const keys = Array.from({ length: 10 }, () =>
        dedupeKey(parseEvent(sampleEvent('call.ended', { shape }))),
      )
      expect(new Set(keys).size).toBe(10)
    })

    it.each(['call.ended', 'call.failed'] as const)('%s has the facts of a call', (name) => {
      const details = callDetails(parseEvent(sampleEvent(name, { shape })))
      expect(details).toMatchObject({
        durationSeconds: 123,
        costUsd: 0.12,
        agentId: expect.any(String),
        endReason: expect.any(String),
      })
      expect(details?.errorMessage !== undefined).toBe(name === 'call.failed')
    })

    it('a failed training says why', () => {
      expect(sampleEvent('voice.training.failed', { shape }).data).toHaveProperty('error_message')
    })
  })

  it('has all the fields that are documented', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 31, 14, 5, 41, 123) })
    onTestFinished(() => void vi.useRealTimers())
    const samples = sampleNames.flatMap((name) =>
      (['nested', 'flat'] as const).map((shape) => JSON.stringify(sampleEvent(name, { shape }), null, 2)),
    )
    const text = `${samples.join('\n\n')}\n`.replace(UUID, 'UUID')
    await expect(text).toMatchFileSnapshot('snapshots/samples.txt')
  })

  it('refuses a name that is none, instead of making one up', () => {
    expect(() => sampleEvent('call.end' as SampleName)).toThrow(
      new TypeError(`There is no sample of "call.end". There is one of ${sampleNames.join(', ')}.`),
    )
  })

  it('has the alias and an unknown type', () => {
    expect(parseEvent(sampleEvent('call.completed'))).toMatchObject({
      event: 'call.ended',
      rawEvent: 'call.completed',
    })
    expect(parseEvent(sampleEvent('unknown')).event).toBe('unknown')
  })

  it('writes the time of the flat form as the early sender did: microseconds, no zone', () => {
    expect(sampleEvent('call.ended', { shape: 'flat' }).timestamp).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/,
    )
  })
})

describe('checkEndpoint', () => {
  const servers: ReturnType<typeof createServer>[] = []

  async function listen(handler: Parameters<typeof createServer>[1]): Promise<string> {
    const server = createServer(handler)
    servers.push(server)
    return `http://127.0.0.1:${await listenOn(server)}/`
  }

  // On a clock that stands still, no response is slow enough to look like one that was processed twice.
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

  it('finds nothing wrong with a right receiver', async () => {
    const results = await checkEndpoint(right, SECRET)
    expect(results.filter(({ passed }) => !passed)).toEqual([])
    expect(results.map(({ name }) => name)).toEqual(endpointCases.map(({ name }) => name))
  })

  it('finds a receiver that accepts everything, and says what to mend', async () => {
    const results = await checkEndpoint(wrong, SECRET)
    const failed = results.filter(({ passed }) => !passed)
    expect(failed.map(({ name }) => name)).toEqual(
      endpointCases.filter(({ expected }) => !expected.startsWith('2xx')).map(({ name }) => name),
    )
    for (const result of failed)
      expect(result).toMatchObject({ actual: '200', fix: expect.stringMatching(/\.$/) })
  })

  it('finds a wrong secret, and does not give each case another reason', async () => {
    const results = await checkEndpoint(right, 'whsec_other')
    expect(results[0]).toMatchObject({
      passed: false,
      expected: '2xx',
      actual: '401',
      fix: expect.stringContaining('secret'),
    })
    expect(results[1]).toMatchObject({ passed: false, fix: 'First mend "a genuine call.started".' })
  })

  it('tells why there is no answer', async () => {
    const [first] = await checkEndpoint('http://127.0.0.1:1/', SECRET, endpointCases.slice(0, 1))
    expect(first).toMatchObject({ passed: false, actual: expect.stringContaining('no answer') })
    const broken = {
      ...endpointCases[0],
      run: () => Promise.reject('text'),
    } as (typeof endpointCases)[number]
    expect((await checkEndpoint(right, SECRET, [broken]))[0]?.actual).toBe('no answer: text')
    const plain = { ...broken, run: () => Promise.reject(new Error('reason')) }
    expect((await checkEndpoint(right, SECRET, [plain]))[0]?.actual).toBe('no answer: reason')
  })

  /** A case that finds what it is told. */
  const finding = (name: string, expected: string, actual: string): EndpointCase => ({
    name,
    expected,
    run: async () => ({ passed: false, actual, fix: `Mend ${name}.` }),
  })

  it.each(['500', '204, 500', '1204', '2x4', '20x', '204, 2x4', '204, 20x', '204, 204x', '204, 204, 500'])(
    'says after a genuine delivery that got %s to mend that first',
    async (actual) => {
      const cases = [
        finding('one', '2xx', actual),
        finding('two', '401', '204'),
        finding('three', '2xx', '500'),
      ]
      const results = await checkEndpoint(right, SECRET, cases)
      expect(results.map(({ fix }) => fix)).toEqual(['Mend one.', 'Mend two.', 'First mend "one".'])
    },
  )

  it.each([
    ['2xx', '204'],
    ['2xx', '204, 204'],
    ['2xx', '204, 204, 200'],
    ['401', '500'],
  ])('gives each its own fix after one that should have got %s, and got %s', async (expected, actual) => {
    const cases = [finding('one', expected, actual), finding('two', '2xx', '500')]
    const results = await checkEndpoint(right, SECRET, cases)
    expect(results.map(({ fix }) => fix)).toEqual(['Mend one.', 'Mend two.'])
  })

  it('says of a redirect that it is one only where it came first', async () => {
    const cases = [finding('one', '401', '204, 302'), finding('two', '401', '302, 204')]
    const results = await checkEndpoint(right, SECRET, cases)
    expect(results.map(({ fix }) => fix)).toEqual(['Mend one.', expect.stringMatching(/^It redirects/)])
  })

  it('has cases with distinct names', () => {
    expect(new Set(endpointCases.map(({ name }) => name)).size).toBe(endpointCases.length)
  })
})

it('createReceiver takes what signDelivery gives', async () => {
  const handled: string[] = []
  const receive = createReceiver({
    secret: SECRET,
    on: { 'call.ended': (event) => handled.push(event.event) },
  })
  const signed = await signDelivery(sampleEvent('call.ended'), SECRET)
  expect(await receive({ method: 'POST', ...signed })).toMatchObject({ status: 204 })
  expect(handled).toEqual(['call.ended'])
})
