import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import {
  createReceiver,
  createWebhookHandler,
  type Delivery,
  dedupeKey,
  isWebhookError,
  memoryStore,
  type Outcome,
  parseEvent,
  type ReceiverOptions,
  WebhookError,
} from '../../../src/index.js'
import { createNodeHandler } from '../../../src/node.js'
import { createBodyReceiver } from '../../../src/receive/receiver.js'
import { sampleEvent, signDelivery } from '../../../src/testing/index.js'
import { stopClock } from '../support/clock.js'
import { eventually } from '../support/eventually.js'
import {
  acknowledged,
  brokenStore,
  deferred,
  describeAnswers,
  type Endpoint,
  inNoTime,
  recordOutcomes,
  rejected,
  SECRET,
  silent,
  type TestRequest,
  validDelivery,
  validDeliveryOfSize,
} from '../support/http.js'
import { type TestOptions, withHandler } from '../support/options.js'

function open(options: TestOptions): Endpoint {
  const receive = createReceiver(withHandler(options))
  return async (request) => {
    const { status, headers, body } = await receive(request)
    return {
      status,
      body,
      contentType: headers['content-type'] ?? null,
      allow: headers['allow'] ?? null,
      retryAfter: headers['retry-after'] ?? null,
    }
  }
}

describeAnswers(open)

it.each([{}, { toleranceSeconds: 60 }])(
  'uses fake timers that were installed after it was created, with %o',
  async (options) => {
    const receive = createReceiver({ secret: SECRET, onEvent() {}, onOutcome() {}, ...options })
    stopClock()
    vi.setSystemTime(Date.parse('2020-01-01'))
    const delivery = { method: 'POST', ...(await signDelivery(sampleEvent('call.ended'), SECRET)) }
    expect((await receive(delivery)).status).toBe(204)
    vi.setSystemTime(Date.parse('2020-01-02'))
    expect((await receive(delivery)).status).toBe(401)
  },
)

describe('a delivery', () => {
  it.each([
    ['a string', (text: string) => text],
    ['a Buffer', (text: string) => Buffer.from(text)],
    ['a Uint8Array', (text: string) => new TextEncoder().encode(text)],
    ['an ArrayBuffer', (text: string) => new TextEncoder().encode(text).buffer],
  ])('may have a body that is %s', async (_, convert) => {
    const { body, ...request } = await validDelivery()
    const reply = await createReceiver({ secret: SECRET, onEvent() {} })({
      ...request,
      body: convert(String(body)),
    })
    expect(reply.status).toBe(204)
  })

  it.each([
    ['a parsed object', { event: 'call.ended' }],
    ['undefined', undefined],
    ['null', null],
    ['a stream', new ReadableStream()],
  ])('gets a 500 body_not_raw if its body is %s', async (_, body) => {
    const { onOutcome, nth } = recordOutcomes()
    const request = { ...(await validDelivery()), body } as unknown as Delivery
    const reply = await createReceiver({ secret: SECRET, onEvent() {}, onOutcome })(request)
    expect(reply).toMatchObject({ status: 500, body: '{"error":"body_not_raw"}' })
    expect((await nth(1)) as object).toHaveProperty('error.message', expect.stringContaining('express.raw'))
  })

  it.each(['post', 'Post', 'POST'])('may have the method %s', async (method) => {
    const reply = await createReceiver({ secret: SECRET, onEvent() {} })({
      ...(await validDelivery()),
      method,
    })
    expect(reply.status).toBe(204)
  })

  it.each([undefined, null, 5])(
    'gets a 500 if its method is %o, and the error names the method',
    async (method) => {
      const { onOutcome, nth } = recordOutcomes()
      const request = { ...(await validDelivery()), method } as unknown as Delivery
      const reply = await createReceiver({ secret: SECRET, onEvent() {}, onOutcome })(request)
      expect(reply.status).toBe(500)
      expect((await nth(1)) as object).toHaveProperty('error.message', expect.stringContaining('method'))
    },
  )

  it.each([undefined, null, 5, 'x'])('gets a 500 if it is %o', async (delivery) => {
    const receive = createReceiver({ secret: SECRET, onEvent() {}, onOutcome: silent })
    expect((await receive(delivery as unknown as Delivery)).status).toBe(500)
  })

  it.each(['', 'POST '])('gets a 405 if its method is %o', async (method) => {
    const request = { ...(await validDelivery()), method } as unknown as Delivery
    const reply = await createReceiver({ secret: SECRET, onEvent() {}, onOutcome: silent })(request)
    expect(reply.status).toBe(405)
  })

  it('may have a Headers object', async () => {
    const request = await validDelivery()
    const reply = await createReceiver({ secret: SECRET, onEvent() {} })({
      ...request,
      headers: new Headers(request.headers),
    })
    expect(reply.status).toBe(204)
  })

  it('may have header names in uppercase, as some gateways write them', async () => {
    const request = await validDelivery()
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toUpperCase(), value]),
    )
    expect((await createReceiver({ secret: SECRET, onEvent() {} })({ ...request, headers })).status).toBe(204)
  })

  it.each([undefined, null, 5, 'x-truedy-signature: a'])(
    'gets an error response if its headers are %o',
    async (headers) => {
      const request = { ...(await validDelivery()), headers } as unknown as Delivery
      const reply = await createReceiver({ secret: SECRET, onEvent() {}, onOutcome: silent })(request)
      expect(reply.status).toBeGreaterThanOrEqual(400)
    },
  )

  it('has its size measured in bytes, not in characters', async () => {
    const request = await validDeliveryOfSize(1000)
    expect(String(request.body)).toHaveLength(998)
    const status = async (maxBodyBytes: number) =>
      (await open({ secret: SECRET, maxBodyBytes, onOutcome: silent })(request)).status
    expect(await status(999)).toBe(413)
    expect(await status(1000)).toBe(204)
  })

  it('may have a body of 1 MiB, but not more, by default', async () => {
    const send = open({ secret: SECRET, onOutcome: silent })
    expect((await send(await validDeliveryOfSize(1_048_576))).status).toBe(204)
    expect((await send(await validDeliveryOfSize(1_048_577))).status).toBe(413)
  })
})

describe('a receiver', () => {
  it('runs the handler in `on` to its end, and then onEvent', async () => {
    const calls: string[] = []
    const send = open({
      secret: SECRET,
      on: {
        'call.ended': async () => {
          calls.push('on starts')
          await Promise.resolve()
          calls.push('on ends')
        },
        'call.started': () => calls.push('another'),
      },
      onEvent: () => calls.push('onEvent'),
    })
    expect(await send(await validDelivery())).toEqual(acknowledged())
    expect(calls).toEqual(['on starts', 'on ends', 'onEvent'])
  })

  it('does not call onEvent if the handler in `on` throws', async () => {
    const onEvent = vi.fn()
    const fail = () => Promise.reject(new Error('no'))
    const send = open({ secret: SECRET, on: { 'call.ended': fail }, onEvent, onOutcome: silent })
    expect((await send(await validDelivery())).status).toBe(500)
    expect(onEvent).not.toHaveBeenCalled()
  })

  it('responds with 500 if onEvent throws, and calls both handlers for the next delivery', async () => {
    const ended = vi.fn()
    const onEvent = vi.fn().mockImplementationOnce(() => {
      throw new Error('no')
    })
    const send = open({ secret: SECRET, on: { 'call.ended': ended }, onEvent, onOutcome: silent })
    const event = sampleEvent('call.ended')
    expect((await send(await validDelivery(event))).status).toBe(500)
    expect((await send(await validDelivery(event))).status).toBe(204)
    expect(ended).toHaveBeenCalledTimes(2)
  })

  it('acknowledges an event that has no handler', async () => {
    const { onOutcome, nth } = recordOutcomes()
    const send = open({ secret: SECRET, on: { 'call.failed': () => expect.fail() }, onOutcome })
    expect(await send(await validDelivery())).toEqual(acknowledged())
    expect(await nth(1)).toMatchObject({ status: 'processed' })
  })

  it('passes the event, its key and a signal that is not aborted to both handlers', async () => {
    const ended = vi.fn()
    const onEvent = vi.fn()
    const send = open({ secret: SECRET, on: { 'call.ended': ended }, onEvent })
    const event = sampleEvent('call.ended')
    await send(await validDelivery(event))
    for (const handler of [ended, onEvent]) {
      const [received, { key, signal }] = handler.mock.calls[0] ?? []
      expect(received).toEqual(parseEvent(event))
      expect(key).toBe(dedupeKey(parseEvent(event)))
      expect(signal).toBeInstanceOf(AbortSignal)
      expect(signal.aborted).toBe(false)
    }
  })

  it('uses the key of its `key` function', async () => {
    const onEvent = vi.fn()
    const send = open({ secret: SECRET, key: (event) => `mine:${event.event}`, onEvent })
    await send(await validDelivery())
    await send(await validDelivery())
    expect(onEvent).toHaveBeenCalledOnce()
    expect(onEvent.mock.calls[0]?.[1].key).toBe('mine:call.ended')
  })

  it('responds with 500 if a handler throws a WebhookError, as for any other error', async () => {
    const { onOutcome, nth } = recordOutcomes()
    const error = new WebhookError('signature_mismatch', 'of something else')
    const send = open({ secret: SECRET, onEvent: () => Promise.reject(error), onOutcome })
    expect(await send(await validDelivery())).toEqual(rejected(500, 'failed'))
    expect(await nth(1)).toMatchObject({ status: 'failed', error })
  })

  it.each([undefined, null, 'text', Object.create(null)])(
    'responds with 500 if a handler throws %o',
    async (thrown) => {
      const send = open({ secret: SECRET, onEvent: () => Promise.reject(thrown), onOutcome: silent })
      expect(await send(await validDelivery())).toEqual(rejected(500, 'failed'))
    },
  )

  it('does not share events with another receiver that has its own store', async () => {
    const onEvent = vi.fn()
    const event = sampleEvent('call.ended')
    await open({ secret: SECRET, onEvent })(await validDelivery(event))
    await open({ secret: SECRET, onEvent })(await validDelivery(event))
    expect(onEvent).toHaveBeenCalledTimes(2)
  })

  it('accepts a delivery signed with any of its secrets', async () => {
    const send = open({ secret: ['whsec_new', SECRET], onOutcome: silent })
    expect((await send(await validDelivery())).status).toBe(204)
    const other = await signDelivery(sampleEvent('call.ended'), 'whsec_third')
    expect((await send({ method: 'POST', ...other })).status).toBe(401)
  })

  it('uses its tolerance, clock and header names', async () => {
    const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET, { timestamp: 1000 })
    const renamed = { 'x-time': headers['x-truedy-timestamp'], 'x-sign': headers['x-truedy-signature'] }
    const status = async (seconds: number) =>
      (
        await open({
          secret: SECRET,
          now: () => seconds * 1000,
          toleranceSeconds: 5,
          headerNames: { timestamp: 'X-Time', signature: 'X-Sign' },
          onOutcome: silent,
        })({ method: 'POST', body, headers: renamed })
      ).status
    expect(await status(1005)).toBe(204)
    expect(await status(1006)).toBe(401)
  })
})

describe('a handler that never settles', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const event = sampleEvent('call.ended')
  const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * 60_000)

  const hangs = () => vi.fn().mockImplementationOnce(() => new Promise(() => {}))

  it('is busy for handlerTimeoutMs, then gets a 503, and the next delivery is processed', async () => {
    const onEvent = hangs()
    const { onOutcome, outcomes } = recordOutcomes()
    const send = open({ secret: SECRET, onEvent, onOutcome })
    const first = send(await validDelivery(event))

    expect((await send(await validDelivery(event))).status).toBe(503)
    await minutes(14.9)
    expect((await send(await validDelivery(event))).status).toBe(503)
    const signal: AbortSignal = onEvent.mock.calls[0]?.[1].signal
    expect(signal.aborted).toBe(false)
    await minutes(0.2)
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toMatchObject({ code: 'handler_timeout' })
    expect(await first).toEqual(rejected(503, 'handler_timeout', { retryAfter: '60' }))
    expect(outcomes.at(-1)).toMatchObject({ status: 'failed', error: { code: 'handler_timeout' } })
    await minutes(1)
    expect((await send(await validDelivery(event))).status).toBe(204)
    expect(onEvent).toHaveBeenCalledTimes(2)
  })

  const options = { secret: SECRET, leaseMs: 1000, handlerTimeoutMs: 5000, ttlMs: 600_000, onOutcome: silent }

  it('keeps its lease until the lease expires', async () => {
    const onEvent = hangs()
    const send = open({ ...options, onEvent })
    const first = send(await validDelivery(event))
    await vi.advanceTimersByTimeAsync(5000)
    expect((await first).status).toBe(503)
    expect((await send(await validDelivery(event))).status).toBe(503)
    await vi.advanceTimersByTimeAsync(1000)
    expect((await send(await validDelivery(event))).status).toBe(204)
  })

  it('is marked done if it succeeds late but still holds its lease', async () => {
    const gate = deferred()
    const onEvent = vi.fn().mockImplementationOnce(() => gate.promise)
    const send = open({ ...options, onEvent })
    const first = send(await validDelivery(event))
    await vi.advanceTimersByTimeAsync(5000)
    expect((await first).status).toBe(503)
    gate.resolve()
    await vi.advanceTimersByTimeAsync(10)
    expect((await send(await validDelivery(event))).status).toBe(204)
    expect(onEvent).toHaveBeenCalledTimes(1)
  })

  it.each(['succeeds', 'fails'])(
    'does not undo what a later handler recorded if it finally %s',
    async (end) => {
      const gate = deferred()
      const late = () =>
        gate.promise.then(() => (end === 'fails' ? Promise.reject(new Error('late')) : undefined))
      const onEvent = vi.fn().mockImplementationOnce(late)
      const send = open({ ...options, onEvent })
      const first = send(await validDelivery(event))
      await vi.advanceTimersByTimeAsync(6100)
      expect((await first).status).toBe(503)
      await send(await validDelivery(event))
      gate.resolve()
      await vi.advanceTimersByTimeAsync(10)
      expect((await send(await validDelivery(event))).status).toBe(204)
      expect(onEvent).toHaveBeenCalledTimes(2)
    },
  )

  it.each([
    [60_000, '60'],
    [1500, '2'],
    [1, '1'],
  ])('with a lease of %d ms makes duplicates retry after %s s', async (leaseMs, retryAfter) => {
    const onEvent = () => new Promise(() => {})
    const send = open({ secret: SECRET, onEvent, leaseMs, onOutcome: silent })
    void send(await validDelivery(event))
    expect(await send(await validDelivery(event))).toEqual(rejected(503, 'busy', { retryAfter }))
  })
})

describe('the options of a receiver', () => {
  beforeEach(() => {
    vi.stubEnv('TRUEDY_WEBHOOK_SECRET', undefined)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  function codeThrownBy(make: (options: ReceiverOptions) => unknown, options: unknown): string | undefined {
    try {
      // A handler, unless the test is about having none.
      const isObject = typeof options === 'object' && options !== null
      make((isObject ? { onEvent() {}, ...options } : options) as ReceiverOptions)
      return undefined
    } catch (error) {
      return isWebhookError(error) ? error.code : String(error)
    }
  }

  /** The code that all three functions throw; they must agree. */
  function codeOf(options: unknown): string | undefined {
    const code = codeThrownBy(createReceiver, options)
    expect(codeThrownBy(createWebhookHandler, options)).toBe(code)
    expect(codeThrownBy(createNodeHandler, options)).toBe(code)
    return code
  }

  it('must include a secret', () => {
    expect(codeOf({})).toBe('invalid_secret')
    expect(() => createReceiver({ onEvent() {} })).toThrow('TRUEDY_WEBHOOK_SECRET')
  })

  it.each([undefined, null, 5, 'secret', () => {}])('must not be %o', (options) => {
    expect(codeOf(options)).toBe('invalid_options')
  })

  it('do not fall back to the environment if `secret` is undefined, which may be a misspelled variable', () => {
    vi.stubEnv('TRUEDY_WEBHOOK_SECRET', SECRET)
    expect(codeOf({ secret: undefined })).toBe('invalid_secret')
    expect(codeOf({})).toBeUndefined()
  })

  it('take the secret from TRUEDY_WEBHOOK_SECRET if `secret` is absent', async () => {
    vi.stubEnv('TRUEDY_WEBHOOK_SECRET', SECRET)
    expect((await open({})(await validDelivery())).status).toBe(204)
  })

  it('read TRUEDY_WEBHOOK_SECRET once', async () => {
    vi.stubEnv('TRUEDY_WEBHOOK_SECRET', SECRET)
    const send = open({})
    vi.stubEnv('TRUEDY_WEBHOOK_SECRET', 'whsec_other')
    expect((await send(await validDelivery())).status).toBe(204)
    vi.stubEnv('TRUEDY_WEBHOOK_SECRET', undefined)
    expect((await send(await validDelivery())).status).toBe(204)
  })

  it('prefer `secret` to the secret in the environment', async () => {
    vi.stubEnv('TRUEDY_WEBHOOK_SECRET', 'whsec_other')
    expect((await open({ secret: SECRET })(await validDelivery())).status).toBe(204)
  })

  it('do not fall back to the environment if `secret` is empty', () => {
    vi.stubEnv('TRUEDY_WEBHOOK_SECRET', SECRET)
    expect(codeOf({ secret: '' })).toBe('invalid_secret')
  })

  it.each([
    { secret: ' ' },
    { secret: `${SECRET}\n` },
    { secret: ` ${SECRET}` },
    { secret: `${SECRET}\t` },
    { secret: 5 },
    { secret: [] },
    { secret: [''] },
    { secret: [SECRET, `${SECRET}\n`] },
    { secret: Array(11).fill('x') },
  ])('are rejected if they are %j', (options) => {
    expect(codeOf(options)).toBe('invalid_secret')
  })

  it('are rejected if the secret in the environment has white space around it', () => {
    vi.stubEnv('TRUEDY_WEBHOOK_SECRET', `${SECRET}\n`)
    expect(codeOf({})).toBe('invalid_secret')
  })

  it('are rejected without revealing the secret', () => {
    const make = () => createReceiver({ secret: `${SECRET}\n`, onEvent() {} })
    expect(make).toThrow('newline')
    expect(make).not.toThrow(SECRET)
  })

  it.each(['call.end', 'Call.Ended', 'call.ended ', 'call.completed', 'call.transferred', 'toString'])(
    'are rejected for the event name %j in `on`, which the message names',
    (name) => {
      expect(codeOf({ secret: SECRET, on: { [name]: silent } })).toBe('invalid_options')
      expect(() => createReceiver({ secret: SECRET, on: { [name]: silent } })).toThrow(JSON.stringify(name))
    },
  )

  it.each<[string, unknown, string]>([
    ['a typo in an option', { onevent: silent }, 'Unknown option "onevent". Did you mean "onEvent"?'],
    ['an option of another library', { handlers: {} }, 'Unknown option "handlers".'],
    ['an option name from 1.0.0', { maxMs: 5 }, 'Unknown option "maxMs".'],
    [
      'a typo in an event name',
      { on: { 'call.endd': silent } },
      'Unknown event "call.endd" in `on`. Did you mean "call.ended"?',
    ],
    ['an event that does not exist', { on: { 'crm.synced': silent } }, 'The events are call.started, '],
    [
      'the alias',
      { on: { 'call.completed': silent } },
      'is an alias: its handler would never run. Use "call.ended".',
    ],
    [
      'a ttlMs below twice the tolerance',
      { ttlMs: 599_999 },
      'ttlMs must be at least twice toleranceSeconds, which is 600000 ms (got 599999)',
    ],
    [
      'a tolerance that is a string',
      { toleranceSeconds: '300' },
      'toleranceSeconds must be a positive, finite number (got String).',
    ],
    [
      'a negative tolerance',
      { toleranceSeconds: -1 },
      'toleranceSeconds must be a positive, finite number (got -1).',
    ],
    ['an empty scope', { scope: '' }, 'scope must be a non-empty string (got an empty string).'],
    ['a scope that is a number', { scope: 5 }, 'scope must be a non-empty string (got 5).'],
    [
      'only one of the two header names',
      { headerNames: { timestamp: 'x' } },
      'headerNames.signature must be a non-empty string',
    ],
    [
      'a handler that is a string',
      { on: { 'call.ended': 'log' } },
      'on["call.ended"] must be a function (got String).',
    ],
    [
      'a store of 1.0.0',
      { store: { claim: silent, complete: silent, release: silent } },
      'store.renew must be a function (got undefined).',
    ],
  ])('are rejected for %s, and the message says what to do', (_, options, message) => {
    expect(codeOf({ secret: SECRET, ...(options as object) })).toBe('invalid_options')
    const make = () => createReceiver({ secret: SECRET, onEvent() {}, ...(options as object) })
    expect(make).toThrow(message)
  })

  it.each([{}, { on: {} }, { on: { 'call.ended': undefined } }, { onEvent: undefined }])(
    'are rejected if they are %o, which would acknowledge and drop every event',
    (options) => {
      const make = () => createReceiver({ secret: SECRET, ...options } as ReceiverOptions)
      expect(make).toThrow('There is no handler')
    },
  )

  it('may include a handler that is undefined', async () => {
    const ended = vi.fn()
    const send = open({ secret: SECRET, on: { 'call.started': undefined, 'call.ended': ended } })
    expect((await send(await validDelivery(sampleEvent('call.started')))).status).toBe(204)
    expect((await send(await validDelivery())).status).toBe(204)
    expect(ended).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['undefined', undefined, 'missing'],
    ['the string "undefined"', 'undefined', 'is the string "undefined"'],
    ['null', null, 'null'],
    ['an object', {}, 'must be a string'],
    ['an object converted to a string', '[object Object]', 'an object was converted'],
    ['only the prefix', 'whsec_', 'only its prefix'],
    ['a variable that was not expanded', `\${TRUEDY_WEBHOOK_SECRET}`, 'not expanded'],
    ['surrounded by white space', `${SECRET}\r\n`, 'white space'],
    ['an empty list', [], 'list of secrets is empty'],
    ['a list of eleven secrets', Array(11).fill('x'), 'There are 11 secrets'],
    ['a list with an invalid secret', [SECRET, 'whsec_'], 'only its prefix'],
  ])('are rejected if the secret is %s, with a specific message', (_, secret, message) => {
    const make = () => createReceiver({ secret: secret as string, onEvent() {} })
    expect(make).toThrow(
      expect.objectContaining({ code: 'invalid_secret', message: expect.stringContaining(message) }),
    )
  })

  it.each([
    ['on', { on: { 'call.ended': 'log' } }],
    ['on', { on: { unknown: null } }],
    ['onEvent', { onEvent: {} }],
    ['onOutcome', { onOutcome: true }],
    ['key', { key: 'id' }],
  ])('are rejected if %s is not a function in %j', (_, options) => {
    expect(codeOf({ secret: SECRET, ...options })).toBe('invalid_options')
  })

  it.each([null, 'call.ended', 5])('are rejected if `on` is %j', (on) => {
    expect(codeOf({ secret: SECRET, on })).toBe('invalid_options')
  })

  it('are rejected if `on` is a function, which would never be called', () => {
    expect(codeOf({ secret: SECRET, on: silent })).toBe('invalid_options')
  })

  it.each([{}, { claim: silent }, { claim: silent, complete: silent }, new Map()])(
    'are rejected if the store lacks a step: %o',
    (store) => {
      expect(codeOf({ secret: SECRET, store })).toBe('invalid_options')
    },
  )

  it('are rejected if the steps of the store are not functions', () => {
    const store = { claim: 'claim', complete: 'complete', release: 'release' }
    expect(codeOf({ secret: SECRET, store })).toBe('invalid_options')
  })

  it.each([null, false, 0, '', 'redis://127.0.0.1', 5])('are rejected if the store is %j', (store) => {
    expect(codeOf({ secret: SECRET, store })).toBe('invalid_options')
  })

  it('may include a store that is an instance of a class', () => {
    class Store {
      claim = () => 'claimed'
      renew() {}
      complete() {}
      release() {}
    }
    expect(codeOf({ secret: SECRET, store: new Store() })).toBeUndefined()
  })

  describe.each([
    'leaseMs',
    'ttlMs',
    'handlerTimeoutMs',
    'stepTimeoutMs',
    'maxBodyBytes',
    'toleranceSeconds',
  ])('are rejected if %s is', (name) => {
    it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1000', null])('%j', (value) => {
      expect(codeOf({ secret: SECRET, [name]: value })).toBe('invalid_options')
    })
  })

  it('are rejected if the clock is not a function or a header name is not a string', () => {
    expect(codeOf({ secret: SECRET, now: 5 })).toBe('invalid_options')
    expect(codeOf({ secret: SECRET, headerNames: { timestamp: 'x-time' } })).toBe('invalid_options')
  })

  it('may all be undefined except the secret and one handler', () => {
    const names = [
      'store',
      'on',
      'onOutcome',
      'key',
      'leaseMs',
      'ttlMs',
      'handlerTimeoutMs',
      'stepTimeoutMs',
      'scope',
      'maxBodyBytes',
      'now',
    ]
    const options = Object.fromEntries(names.map((name) => [name, undefined]))
    expect(codeOf({ secret: SECRET, ...options, onEvent: silent })).toBeUndefined()
  })
})

describe('onOutcome', () => {
  async function outcomeOf(options: TestOptions, ...requests: readonly TestRequest[]): Promise<Outcome> {
    const { onOutcome, nth } = recordOutcomes()
    const send = open({ secret: SECRET, ...options, onOutcome })
    for (const request of requests) await send(request)
    return nth(requests.length)
  }

  const event = sampleEvent('call.ended')
  const parsed = parseEvent(event)
  const key = dedupeKey(parsed)
  const durationMs = expect.any(Number)

  it('receives an event that was processed and marked done', async () => {
    const outcome = await outcomeOf({}, await validDelivery(event))
    expect(outcome).toEqual({
      status: 'processed',
      event: parsed,
      key,
      secretIndex: 0,
      recorded: true,
      durationMs,
    })
  })

  it('receives an event that was processed but could not be marked done', async () => {
    const outcome = await inNoTime(async () =>
      outcomeOf({ store: brokenStore('complete') }, await validDelivery(event)),
    )
    const recordError = expect.objectContaining({ message: expect.stringContaining('ECONNREFUSED') })
    expect(outcome).toEqual({
      status: 'processed',
      event: parsed,
      key,
      secretIndex: 0,
      recorded: false,
      recordError,
      durationMs,
    })
  })

  it('receives a duplicate', async () => {
    const outcome = await outcomeOf({}, await validDelivery(event), await validDelivery(event))
    expect(outcome).toEqual({ status: 'duplicate', event: parsed, key, secretIndex: 0, durationMs })
  })

  it('receives an event that is busy', async () => {
    const store = { ...memoryStore(), claim: () => 'busy' as const }
    expect(await outcomeOf({ store }, await validDelivery(event))).toEqual({
      status: 'busy',
      event: parsed,
      key,
      secretIndex: 0,
      durationMs,
    })
  })

  it.each<[string, Partial<TestRequest>, string, number]>([
    ['a forged delivery', { body: '{}' }, 'signature_mismatch', 401],
    ['a method other than POST', { method: 'GET' }, 'method_not_allowed', 405],
    ['a body that is too large', { body: 'x'.repeat(5000) }, 'body_too_large', 413],
  ])('receives %s as rejected, with the error but no event', async (_, change, code, status) => {
    const outcome = await outcomeOf({ maxBodyBytes: 4096 }, { ...(await validDelivery()), ...change })
    expect(outcome).toEqual({ status: 'rejected', error: expect.any(WebhookError), durationMs })
    expect(outcome).toMatchObject({ error: { code, status } })
  })

  it('receives a signed body that is not an event as rejected', async () => {
    const request = { method: 'POST', ...(await signDelivery('[]', SECRET)) }
    expect(await outcomeOf({}, request)).toMatchObject({
      status: 'rejected',
      error: { code: 'invalid_event', status: 400 },
    })
  })

  it('receives the error that a handler threw, and the event', async () => {
    const error = new Error('secret detail')
    const outcome = await outcomeOf({ onEvent: () => Promise.reject(error) }, await validDelivery(event))
    expect(outcome).toMatchObject({ status: 'failed', event: parsed, durationMs })
    expect(outcome).toHaveProperty('error', error)
  })

  it('receives the error of a store that is down, and the event', async () => {
    const outcome = await outcomeOf({ store: brokenStore('claim') }, await validDelivery(event))
    expect(outcome).toMatchObject({
      status: 'failed',
      event: parsed,
      error: { message: 'connect ECONNREFUSED 10.0.0.5:6379' },
      durationMs,
    })
  })

  it('receives an invalid result of a store as failed', async () => {
    const store = { ...memoryStore(), claim: () => 'OK' } as unknown as ReturnType<typeof memoryStore>
    expect(await outcomeOf({ store }, await validDelivery(event))).toMatchObject({
      status: 'failed',
      error: { code: 'invalid_options' },
    })
  })

  it('receives the key of an event that failed', async () => {
    const failed = await outcomeOf(
      { onEvent: () => Promise.reject(new Error('no')) },
      await validDelivery(event),
    )
    expect(failed).toMatchObject({ status: 'failed', key })
  })

  it('receives an error thrown by the key function as failed, with the event', async () => {
    const error = new Error('no id')
    const fail = () => {
      throw error
    }
    const outcome = await outcomeOf({ key: fail }, await validDelivery(event))
    expect(outcome).toEqual({ status: 'failed', error, event: parsed, secretIndex: 0, durationMs })
  })

  it.each([undefined, null, '', 5, Promise.resolve('id')])(
    'receives a failure if the key function returns %o, because all events would share that key or have none',
    async (found) => {
      const onEvent = vi.fn()
      const outcome = await outcomeOf({ key: () => found as string, onEvent }, await validDelivery(event))
      expect(outcome).toMatchObject({ status: 'failed', event: parsed })
      expect(onEvent).not.toHaveBeenCalled()
    },
  )

  it('receives the time that the handler took, in milliseconds', async () => {
    let time = 1000
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => time)
    const onEvent = () => {
      time += 250
    }
    const outcome = await outcomeOf({ onEvent }, await validDelivery(event))
    clock.mockRestore()
    expect(outcome.durationMs).toBe(250)
  })

  it('is awaited before the response, because a cloud function may stop right after it', async () => {
    const gate = deferred()
    let isAnswered = false
    const onOutcome = vi.fn(() => gate.promise)
    const reply = open({ secret: SECRET, onOutcome })(await validDelivery()).then((answer) => {
      isAnswered = true
      return answer
    })
    await eventually(() => expect(onOutcome).toHaveBeenCalled())
    expect(isAnswered).toBe(false)
    gate.resolve()
    expect(await reply).toEqual(acknowledged())
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('no disk')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no disk'))],
  ])('that %s changes no response, and its error is logged', async (_, onOutcome) => {
    const log = vi.spyOn(console, 'error').mockImplementation(silent)
    const send = open({ secret: SECRET, onOutcome })
    const answers = [
      await send(await validDelivery(event)),
      await send({ ...(await validDelivery()), body: '' }),
    ]
    const calls = log.mock.calls
    log.mockRestore()
    expect(answers).toEqual([acknowledged(), rejected(401, 'signature_mismatch')])
    expect(calls).toEqual(Array(2).fill(['truedy-webhooks:', 'onOutcome failed:', new Error('no disk')]))
  })
})

describe('a response', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('waits for onOutcome for at most one second', async () => {
    const send = open({ secret: SECRET, onOutcome: () => new Promise(() => {}) })
    const request = await validDelivery()
    const answered = vi.fn()
    void send(request).then(answered)
    await vi.advanceTimersByTimeAsync(999)
    expect(answered).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(answered).toHaveBeenCalledWith(acknowledged())
  })

  it('does not wait for onOutcome once the time of the delivery is over', async () => {
    const onEvent = () => new Promise((resolve) => setTimeout(resolve, 8900))
    const send = open({ secret: SECRET, onEvent, onOutcome: () => new Promise(() => {}) })
    const request = await validDelivery()
    const answered = vi.fn()
    void send(request).then(answered)
    await vi.advanceTimersByTimeAsync(9000)
    expect(answered).toHaveBeenCalledWith(acknowledged())
  })

  it('comes with a warning in the log if the handler took longer than 8 s', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(silent)
    for (const ms of [8000, 8001]) {
      const send = open({ secret: SECRET, onEvent: () => new Promise((resolve) => setTimeout(resolve, ms)) })
      const request = await validDelivery()
      const reply = send(request)
      await vi.advanceTimersByTimeAsync(9000)
      expect(await reply).toEqual(acknowledged())
    }
    const calls = warn.mock.calls
    warn.mockRestore()
    expect(calls).toEqual([
      [
        'truedy-webhooks:',
        expect.stringMatching(/^call\.ended \(call\.ended:call:.*\) took 8\.0 s, .*queue\.$/),
      ],
    ])
  })
})

describe('a body', () => {
  it.each<[string, Partial<TestRequest>, number]>([
    ['another method', { method: 'GET' }, 405],
    ['no headers', { headers: {} }, 401],
    ['a malformed signature', { headers: { 'x-truedy-timestamp': '1', 'x-truedy-signature': 'a' } }, 401],
    ['a declared length over the limit', { headers: { 'content-length': '5000' } }, 413],
  ])('is not read for a request with %s', async (_, change, status) => {
    const readBody = vi.fn(() => '{}')
    const receive = createBodyReceiver({
      secret: SECRET,
      onEvent() {},
      onOutcome: silent,
      maxBodyBytes: 4096,
    })
    const { method, headers } = { ...(await validDelivery()), ...change }
    expect((await receive({ request: undefined, args: [], method, headers, readBody })).status).toBe(status)
    expect(readBody).not.toHaveBeenCalled()
  })
})

describe('the default log of a receiver', () => {
  let log: MockInstance<typeof console.error>
  beforeEach(() => {
    log = vi.spyOn(console, 'error').mockImplementation(silent)
  })
  afterEach(() => {
    log.mockRestore()
  })

  it('shows that a handler failed', async () => {
    const error = new Error('secret detail')
    await open({ secret: SECRET, onEvent: () => Promise.reject(error) })(await validDelivery())
    expect(log.mock.calls).toEqual([
      ['truedy-webhooks:', expect.stringMatching(/^call\.ended \(call\.ended:call:.*\) failed:$/), error],
    ])
  })

  it('shows that the store is down', async () => {
    await open({ secret: SECRET, store: brokenStore('claim') })(await validDelivery())
    expect(log.mock.calls).toEqual([
      [
        'truedy-webhooks:',
        expect.stringContaining('call.ended ('),
        new Error('connect ECONNREFUSED 10.0.0.5:6379'),
      ],
    ])
  })

  it('shows that an event was processed but not marked done, and may run again', async () => {
    const event = sampleEvent('call.ended')
    const send = open({ secret: SECRET, store: brokenStore('complete') })
    await inNoTime(async () => send(await validDelivery(event)))
    const message = `call.ended (${dedupeKey(parseEvent(event))}) was processed but not marked done, so it may run again:`
    expect(log.mock.calls).toEqual([['truedy-webhooks:', message, expect.any(Error)]])
  })

  it('redacts a secret that is part of an event type or id', async () => {
    const event = { ...sampleEvent('call.ended'), event: 'crm.whsec_private', id: 'whsec_private' }
    await open({ secret: SECRET, onEvent: () => Promise.reject(new Error()) })(await validDelivery(event))
    expect(log).toHaveBeenCalledOnce()
    expect(JSON.stringify(log.mock.calls)).toContain('[redacted]')
    expect(JSON.stringify(log.mock.calls)).not.toContain('private')
  })

  it('shows a failure that occurs before there is an event', async () => {
    const error = new Error('secret detail')
    const headers = {
      get() {
        throw error
      },
    }
    await createReceiver({ secret: SECRET, onEvent() {} })({ method: 'POST', headers, body: '' })
    expect(log.mock.calls).toEqual([['truedy-webhooks:', 'A delivery failed:', error]])
  })

  it("shows a handler's error even if it has the name of a closed connection", async () => {
    const error = Object.assign(new Error(), { name: 'ConnectionClosed' })
    await open({ secret: SECRET, onEvent: () => Promise.reject(error) })(await validDelivery())
    expect(log).toHaveBeenCalledOnce()
  })

  it('shows that the body is not raw', async () => {
    const request = { ...(await validDelivery()), body: {} } as unknown as TestRequest
    await open({ secret: SECRET })(request)
    expect(log.mock.calls).toEqual([['truedy-webhooks:', expect.objectContaining({ code: 'body_not_raw' })]])
  })

  it('has no line for what a stranger can provoke', async () => {
    const send = open({ secret: SECRET, maxBodyBytes: 4096 })
    const request = await validDelivery()
    await send({ ...request, body: '{}' })
    await send({ ...request, headers: {} })
    await send({ ...request, method: 'GET' })
    await send({ ...request, body: 'x'.repeat(5000) })
    expect(log).not.toHaveBeenCalled()
  })

  it('has no line for success, a duplicate or a busy event', async () => {
    const gate = deferred()
    const send = open({ secret: SECRET, onEvent: () => gate.promise })
    const event = sampleEvent('call.ended')
    const first = send(await validDelivery(event))
    expect((await send(await validDelivery(event))).status).toBe(503)
    gate.resolve()
    await first
    await send(await validDelivery(event))
    expect(log).not.toHaveBeenCalled()
  })
})
