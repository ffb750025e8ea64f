import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { afterAll, afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  createReceiver,
  createWebhookHandler,
  type Delivery,
  dedupeKey,
  isWebhookError,
  parseEvent,
  verifyAndParse,
} from '../../../src/index.js'
import { createNodeHandler } from '../../../src/node.js'
import {
  type DeliverOptions,
  deliver,
  playScenario,
  type ScenarioOptions,
  sampleEvent,
  type Target,
} from '../../../src/testing/index.js'
import { scenarioNames, scenarioSteps } from '../../../src/testing/scenarios/scenarios.js'
import { freePort } from '../../support/server.js'
import { serve } from '../support/http.js'
import { rejections, reserializingHandler } from '../support/reserializing.js'

const SECRET = 'whsec_deliver'
const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
afterEach(() => void warn.mockClear())
afterAll(() => void warn.mockRestore())

/** Each kind of target, with a handler that passes its events to `onEvent`. */
const TARGETS: Readonly<Record<string, (onEvent: (event: object) => unknown) => Promise<Target> | Target>> = {
  fetch: (onEvent) => ({ fetch: createWebhookHandler({ secret: SECRET, onEvent }) }),
  node: (onEvent) => ({ node: createNodeHandler({ secret: SECRET, onEvent }) }),
  receive: (onEvent) => ({ receive: createReceiver({ secret: SECRET, onEvent }) }),
  url: async (onEvent) => (await serve(createNodeHandler({ secret: SECRET, onEvent }))).url,
  'URL object': async (onEvent) => new URL((await serve(createNodeHandler({ secret: SECRET, onEvent }))).url),
}

describe.each(Object.entries(TARGETS))('deliver to %s', (_, create) => {
  it('sends a signed event and resolves with the reply', async () => {
    const processed: object[] = []
    const target = await create((event) => processed.push(event))
    const event = sampleEvent('call.ended', { data: { call: { summary: 'Grüße 👩‍🚀' } } })
    expect(await deliver(target, event, { secret: SECRET })).toMatchObject({ status: 204, body: '' })
    expect(processed).toEqual([parseEvent(event)])
    expect(await deliver(target, event, { secret: SECRET })).toMatchObject({ status: 204 })
    expect(processed).toHaveLength(1)
    expect(warn).not.toHaveBeenCalled()
  })

  it.each([
    ['a string', (text: string) => text],
    ['bytes', (text: string) => Buffer.from(text)],
    ['an ArrayBuffer', (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer],
  ])('sends a raw body that is %s', async (_kind, make) => {
    const processed: object[] = []
    const target = await create((event) => processed.push(event))
    const body = make('{"event":"call.ended" , "timestamp":1, "data":{"call_id":"ü"}}')
    expect((await deliver(target, body, { secret: SECRET })).status).toBe(204)
    expect(processed).toMatchObject([{ data: { call_id: 'ü' } }])
  })

  it('resolves with a rejection and its code', async () => {
    const target = await create(() => {})
    const event = sampleEvent('call.ended')
    expect(await deliver(target, event, { secret: 'forged' })).toMatchObject({
      status: 401,
      headers: { 'content-type': 'application/json' },
      body: '{"error":"signature_mismatch"}',
    })
    const timestamp = new Date(Date.now() - 3_600_000)
    expect(await deliver(target, event, { secret: SECRET, timestamp })).toMatchObject({
      status: 401,
      body: '{"error":"timestamp_too_old"}',
    })
    // The warning about re-serialization would be wrong, because the secret is the cause.
    expect(warn).not.toHaveBeenCalled()
  })

  it("lets options replace Truedy's headers, in any case", async () => {
    const target = await create(() => {})
    const options = { secret: SECRET, headers: { 'X-Truedy-Signature': 'a'.repeat(64), 'X-More': '1' } }
    expect((await deliver(target, sampleEvent('call.ended'), options)).status).toBe(401)
  })
})

/** Targets that pass what they see of a request to `see`. */
const SEEING: Readonly<Record<string, (see: (...seen: unknown[]) => void) => Target>> = {
  fetch: (see) => ({
    fetch: (request: Request, ...args: unknown[]) => {
      see(new URL(request.url).pathname, request.headers.get('x-more'), ...args)
      return new Response('seen', { status: 202, headers: { 'x-reply': 'yes' } })
    },
  }),
  node: (see) => ({
    node(request: IncomingMessage, response: ServerResponse, ...args: unknown[]) {
      see(request.url, request.headers['x-more'], ...args)
      response.writeHead(202, { 'X-Reply': 'yes' }).end('seen')
    },
  }),
  receive: (see) => ({
    async receive({ headers }: Delivery, ...args: unknown[]) {
      see('/hooks', (headers as Record<string, string>)['x-more'], ...args)
      return { status: 202, headers: { 'x-reply': 'yes' }, body: 'seen' }
    },
  }),
}

it.each(Object.entries(SEEING))(
  'deliver passes the url, headers and args of the options to %s',
  async (_, create) => {
    const see = vi.fn()
    const env = { SECRET }
    const options = { secret: SECRET, url: '/hooks', headers: { 'X-More': '1' }, args: [env, 2] }
    expect(await deliver(create(see), sampleEvent('call.ended'), options)).toMatchObject({
      status: 202,
      headers: { 'x-reply': 'yes' },
      body: 'seen',
    })
    expect(see).toHaveBeenCalledExactlyOnceWith('/hooks', '1', env, 2)
  },
)

const usingThis = {
  status: 204,
  fetch(): Response {
    return new Response(null, { status: this.status })
  },
}

/** An Express app has one method per HTTP method, including `bind` (RFC 5842). */
function app(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(204).end()
}
app.bind = () => {
  throw new Error('This is a route, not a bound function.')
}

it.each<[string, Target]>([
  ['fetch', { fetch: createWebhookHandler({ secret: SECRET, onEvent() {} }) }],
  ['a method that uses this', usingThis],
  ['an app with its own `bind`', { node: app }],
])('deliver calls %s as a method of its target', async (_, target) => {
  expect((await deliver(target, sampleEvent('call.ended'), { secret: SECRET })).status).toBe(204)
})

const failing = async () => {
  throw new Error('from the app')
}

it.each([
  ['fetch', { fetch: failing }],
  ['node', { node: failing }],
  [
    'node, thrown synchronously',
    {
      node() {
        throw new Error('from the app')
      },
    },
  ],
  ['receive', { receive: failing }],
])('deliver rejects with the error of %s unchanged', async (_, target) => {
  const delivery = deliver(target, sampleEvent('call.ended'), { secret: SECRET })
  await expect(delivery).rejects.toThrow(new Error('from the app'))
})

it('deliver says why a server did not respond, without the password in its URL', async () => {
  const url = `http://user:hunter2@127.0.0.1:${await freePort()}/`
  const delivery = deliver(url, sampleEvent('call.ended'), { secret: SECRET })
  const error = await delivery.catch((reason) => reason)
  expect(error.message).toMatch(/127\.0\.0\.1:\d+ did not respond: .*ECONNREFUSED/)
  expect(error.message).not.toContain('hunter2')
})

it('deliver rejects if a handler does not respond in time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  let began = () => {}
  const begun = new Promise<void>((resolve) => {
    began = resolve
  })
  const delivery = deliver({ node: () => began() }, sampleEvent('call.ended'), { secret: SECRET })
  const settled = delivery.catch((error) => error)
  await begun
  vi.advanceTimersByTime(10_000)
  expect((await settled).message).toMatch(/did not respond within 10 s/)
})

describe('deliver rejects', () => {
  const receive = createReceiver({ secret: SECRET, onEvent() {} })

  it.each<[string, unknown, RegExp]>([
    ['a function', receive, /got a function.*\{ receive \}/],
    ['undefined', undefined, /^The target must be/],
    ['null', null, /^The target must be/],
    ['a list', [receive], /^The target must be/],
    ['an object without a handler', { handler: receive }, /got an object with handler/],
    ['an empty object', {}, /got an object with nothing/],
    ['a path', '/webhooks/truedy', /not an http or https URL/],
    ['a URL of another kind', 'ftp://user:hunter2@example.com/', /^(?!.*hunter2).*not an http or https URL/],
    ['a fetch handler without a response', { fetch: () => undefined }, /^fetch's result must be a Response/],
    ['a receiver without a reply', { receive: async () => undefined }, /^receive's result must be a Reply/],
  ])('%s as a target', async (_, target, message) => {
    const delivery = deliver(target as Target, sampleEvent('call.ended'), { secret: SECRET })
    await expect(delivery).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringMatching(message),
    })
  })

  it.each<[object | null | undefined, string]>([
    [undefined, 'invalid_options'],
    [{}, 'invalid_secret'],
    [{ secret: '' }, 'invalid_secret'],
    [null, 'invalid_options'],
    [{ secret: SECRET, url: '' }, 'invalid_options'],
    [{ secret: SECRET, url: 'http://' }, 'invalid_options'],
    [{ secret: SECRET, headers: null }, 'invalid_options'],
    [{ secret: SECRET, args: {} }, 'invalid_options'],
    [{ secret: SECRET, secrt: 1 }, 'invalid_options'],
  ])('the options %j', async (options, code) => {
    const delivery = deliver({ receive }, sampleEvent('call.ended'), options as DeliverOptions)
    await expect(delivery).rejects.toMatchObject({ code })
  })
})

/** Endpoints that verify the result of JSON.stringify for the parsed body. */
const RESERIALIZING: Readonly<Record<string, () => Promise<Target> | Target>> = {
  fetch: () => ({
    async fetch(request: Request) {
      try {
        await verifyAndParse(JSON.stringify(await request.json()), request.headers, SECRET)
        return new Response(null, { status: 204 })
      } catch (error) {
        if (!isWebhookError(error)) throw error
        return Response.json({ error: error.code }, { status: error.status })
      }
    },
  }),
  'fetch, written by hand': () => ({
    async fetch(request: Request) {
      const body: unknown = await request.json()
      const isValid = await verifyAndParse(JSON.stringify(body), request.headers, SECRET).then(
        () => true,
        (error) => error.code === 'invalid_event',
      )
      return new Response(isValid ? 'OK' : 'Unauthorized', { status: isValid ? 200 : 401 })
    },
  }),
  node: () => ({ node: reserializingHandler(SECRET) }),
  url: async () => (await serve(reserializingHandler(SECRET))).url,
  ...Object.fromEntries(
    Object.entries(rejections).map(([name, reject]) => [
      `node, responding with ${name},`,
      () => ({ node: reserializingHandler(SECRET, reject) }),
    ]),
  ),
  receive: () => {
    const receive = createReceiver({ secret: SECRET, onEvent() {} })
    return {
      receive: ({ body, ...rest }: Delivery) =>
        receive({ ...rest, body: JSON.stringify(JSON.parse(String(body))) }),
    }
  },
}

it.each(Object.entries(RESERIALIZING))(
  'deliver names the cause if %s re-serializes the body',
  async (_, create) => {
    const target = await create()
    expect((await deliver(target, sampleEvent('call.ended'), { secret: SECRET })).status).toBe(401)
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('re-serializes'))
  },
)

describe('playScenario', () => {
  it.each(scenarioNames)('delivers %s with each event processed once', async (name) => {
    const keys: string[] = []
    const receive = createReceiver({
      secret: SECRET,
      async onEvent(event) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        keys.push(dedupeKey(event))
      },
    })
    const log = await playScenario({ receive }, name, { secret: SECRET, seed: 7 })
    const delivered = log.map(({ event }) => dedupeKey(parseEvent(event)))
    expect([...keys].sort()).toEqual([...new Set(delivered)].sort())
    const accepted = log.filter(({ reply }) => reply.status === 204)
    expect(new Set(accepted.map(({ event }) => event))).toEqual(new Set(log.map(({ event }) => event)))
    // In chaos, one of two simultaneous deliveries gets a 503.
    expect(log.some(({ reply }) => reply.status === 503)).toBe(name === 'chaos')
  })

  it.each(scenarioNames)('plays the same events of %s for the same seed and time', async (name) => {
    const play = async (seed?: number) => {
      const receive = createReceiver({ secret: SECRET, onEvent() {}, now: () => 1_773_844_320_000 })
      const options = { secret: SECRET, timestamp: 1_773_844_320, ...(seed !== undefined && { seed }) }
      return playScenario({ receive }, name, options)
    }
    const events = async (seed?: number) => (await play(seed)).map(({ event }) => event)
    expect(await events(7)).toEqual(await events(7))
    expect(await events()).toEqual(await events(1))
    expect(await events(7)).not.toEqual(await events(8))
  })

  it.each(scenarioNames)(
    'delivers each step of %s once if all succeed, and only chaos has two at once',
    async (name) => {
      let underWay = 0
      let most = 0
      const receive = async () => {
        most = Math.max(most, ++underWay)
        await new Promise((resolve) => setTimeout(resolve, 1))
        underWay -= 1
        return { status: 204, headers: {}, body: '' }
      }
      const log = await playScenario({ receive }, name, { secret: SECRET, seed: 7 })
      expect(log).toHaveLength(scenarioSteps(name, 7, 'nested', 0).length)
      expect(most).toBe(name === 'chaos' ? 2 : 1)
    },
  )

  it('repeats only the deliveries that failed', async () => {
    const steps = scenarioSteps('chaos', 7, 'nested', 0).length
    let count = 0
    // Half of all deliveries fail, so one of two simultaneous ones does.
    const receive = async () => ({ status: count++ % 2 === 0 ? 204 : 500, headers: {}, body: '' })
    const log = await playScenario({ receive }, 'chaos', { secret: SECRET, seed: 7 })
    const failed = log.filter(({ reply }) => reply.status === 500)
    expect(failed.length).toBeGreaterThan(0)
    expect(log).toHaveLength(steps + failed.length)
  })

  it.each([0, 2 ** 32 - 1])('accepts the seed %d', async (seed) => {
    const receive = async () => ({ status: 204, headers: {}, body: '' })
    expect(await playScenario({ receive }, 'voice', { secret: SECRET, seed })).toHaveLength(2)
  })

  it('delivers an event that fails up to three times, and logs each delivery', async () => {
    const receive = vi.fn(async () => ({ status: 500, headers: {}, body: '' }))
    const log = await playScenario({ receive }, 'voice', { secret: SECRET })
    expect(log).toHaveLength(6)
    expect(receive).toHaveBeenCalledTimes(6)
    expect(new Set(log.map(({ event }) => event)).size).toBe(2)
  })

  it.each<[unknown, object | null | undefined]>([
    ['cal', {}],
    [undefined, {}],
    ['call', { seed: -1 }],
    ['call', { seed: 1.5 }],
    ['call', { seed: 2 ** 32 }],
    ['call', { seed: '7' }],
    ['call', { sed: 7 }],
    ['call', undefined],
    ['call', null],
  ])('rejects %s with the options %j', async (name, options) => {
    const receive = createReceiver({ secret: SECRET, onEvent() {} })
    const all = options && { secret: SECRET, ...options }
    const play = playScenario({ receive }, name as 'call', all as ScenarioOptions)
    await expect(play).rejects.toMatchObject({ code: 'invalid_options' })
  })
})

it('deliver serves a handler on the loopback address only, with no further arguments by default', async () => {
  const addresses: unknown[] = []
  const counts: number[] = []
  const node = (...given: [IncomingMessage, ServerResponse]) => {
    const [{ socket }, response] = given
    counts.push(given.length)
    addresses.push((socket as unknown as { readonly server: Server }).server.address())
    response.writeHead(204).end()
  }
  await deliver({ node }, sampleEvent('call.ended'), { secret: SECRET })
  expect(counts).toEqual([2])
  expect(addresses).toMatchObject([{ address: '127.0.0.1' }])
})

it('deliver closes its own server after each delivery', async () => {
  const servers = new Set<Server>()
  for (let count = 0; count < 3; count++) {
    const node = ({ socket }: IncomingMessage, response: ServerResponse) => {
      // Node's types don't have the server of a socket. Listening on its port once more could fail for other reasons.
      servers.add((socket as unknown as { readonly server: Server }).server)
      response.writeHead(204).end()
    }
    await deliver({ node }, sampleEvent('call.ended'), { secret: SECRET })
  }
  expect(Array.from(servers, ({ listening }) => listening)).toEqual([false, false, false])
})
