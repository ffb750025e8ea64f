/** What `truedy-webhooks/testing` says about mistakes in a test, word for word where a name or a value matters. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { createReceiver } from '../../../src/index.js'
import { createNodeHandler } from '../../../src/node.js'
import {
  deliver,
  flatSampleEvent,
  playScenario,
  sampleEvent,
  signDelivery,
  type Target,
} from '../../../src/testing/index.js'

const SECRET = 'whsec_mistakes'
const EVENT = sampleEvent('call.ended')
const receive = createReceiver({ secret: SECRET, onEvent() {} })

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** An untyped program's view of a function. */
const untyped = <Result>(call: (...args: readonly never[]) => Result) =>
  call as unknown as (...args: readonly unknown[]) => Result

const sign = untyped(signDelivery)
const send = untyped(deliver)
const play = untyped(playScenario)
const sample = untyped(sampleEvent)
const flat = untyped(flatSampleEvent)
const OPTIONS = { secret: SECRET }

it.each<[start: string, call: () => unknown]>([
  ['Unknown option "timestmp". Did you mean "timestamp"?', () => sign(EVENT, SECRET, { timestmp: 1 })],
  ['payload must be an object or a raw body (got undefined).', () => sign(undefined, SECRET)],
  ['options must be an object (got undefined).', () => send({ receive }, EVENT)],
  [
    'Unknown option "heders". Did you mean "headers"?',
    () => send({ receive }, EVENT, { secret: SECRET, heders: {} }),
  ],
  [
    'headers must be an object (got String).',
    () => send({ receive }, EVENT, { secret: SECRET, headers: 'a: b' }),
  ],
  ['args must be a list (got String).', () => send({ receive }, EVENT, { secret: SECRET, args: 'env' })],
  ['url must be a non-empty string (got 5).', () => send({ receive }, EVENT, { secret: SECRET, url: 5 })],
  ['url is neither a URL nor a path.', () => send({ receive }, EVENT, { secret: SECRET, url: 'http://[' })],
  ['The target is not an http or https URL.', () => send('ftp://127.0.0.1/', EVENT, OPTIONS)],
  ['https://127.0.0.1:1 did not respond: ', () => send('https://127.0.0.1:1/', EVENT, OPTIONS)],
  [
    'There is no scenario "cal". Did you mean "call"? The scenarios are call, campaign, voice, chaos.',
    () => play({ receive }, 'cal', OPTIONS),
  ],
  ['options must be an object (got undefined).', () => play({ receive }, 'call')],
  ['Unknown option "sed". Did you mean "seed"?', () => play({ receive }, 'call', { secret: SECRET, sed: 7 })],
  [
    'seed must be a whole number from 0 to 4294967295 (got ',
    () => play({ receive }, 'call', { secret: SECRET, seed: -1 }),
  ],
  [
    'There is no sample of "call.end". Did you mean "call.ended"? The samples are call.started, call.joined',
    () => sample('call.end'),
  ],
  ['Unknown option "Data". Did you mean "data"?', () => sample('call.ended', { Data: {} })],
  ['timestamp must be a non-empty string (got 5).', () => flat('call.ended', { timestamp: 5 })],
  ['data must be an object (got String).', () => flat('call.ended', { data: 'text' })],
  ['data.call must be an object (got Array).', () => sample('call.ended', { data: { call: [] } })],
  [
    'data.call.agent must be an object (got String).',
    () => sample('call.ended', { data: { call: { agent: 'a' } } }),
  ],
  [
    'Unknown field "data.zzzzzzz" in overrides. Add a field of your own to the sample: { ...sample.data, … }.',
    () => sample('voice.training.failed', { data: { zzzzzzz: 1 } }),
  ],
])('%s', async (start, call) => {
  const error = await (async () => call())().catch((reason: Error) => reason)
  expect(error).toBeInstanceOf(Error)
  expect((error as Error).message.slice(0, start.length)).toBe(start)
})

describe('deliver says what is wrong with', () => {
  it('a target that is an object without a function, and names what it has', async () => {
    const target = { handler: receive, url: '/' } as unknown as Target
    await expect(deliver(target, EVENT, { secret: SECRET })).rejects.toThrow('an object with handler, url)')
  })

  it.each([{}, { status: '204' }, null, undefined, 204])('a receiver that returns %j', async (reply) => {
    const target = { receive: async () => reply } as unknown as Target
    await expect(deliver(target, EVENT, { secret: SECRET })).rejects.toThrow(
      "receive's result must be a Reply",
    )
  })

  it.each([
    {},
    null,
    { status: 204, headers: new Headers() },
    { status: 204, text: async () => '' },
    { status: '204', headers: new Headers(), text: async () => '' },
  ])('a fetch handler that returns %j', async (response) => {
    const target = { fetch: async () => response } as unknown as Target
    await expect(deliver(target, EVENT, { secret: SECRET })).rejects.toThrow(
      "fetch's result must be a Response",
    )
  })

  it.each([
    ['plain', new Error('plain')],
    ['refused', new TypeError('fetch failed', { cause: new Error('refused') })],
    ['odd', new Error('odd', { cause: 'a string' })],
    ['a string', 'a string'],
  ])('a server that does not respond: %s', async (reason, thrown) => {
    vi.stubGlobal('fetch', () => Promise.reject(thrown))
    const delivery = deliver('http://127.0.0.1:1/path', EVENT, { secret: SECRET })
    const error: Error = await delivery.then(
      () => expect.unreachable(),
      (each) => each,
    )
    expect(error.message).toBe(
      `http://127.0.0.1:1 did not respond: ${reason}. Start the server, or correct the URL.`,
    )
    expect(error.cause).toBe(thrown)
  })

  it('an environment without Request', async () => {
    vi.stubGlobal('Request', undefined)
    const target = { fetch: async () => new Response() }
    await expect(deliver(target, EVENT, { secret: SECRET })).rejects.toThrow(
      'This environment has no Request',
    )
  })

  it('a runtime without node:http', async () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    const target = { node: createNodeHandler({ secret: SECRET, onEvent() {} }) }
    await expect(deliver(target, EVENT, { secret: SECRET })).rejects.toThrow(
      '{ node } needs Node 20.16 or newer',
    )
  })
})
