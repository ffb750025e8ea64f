import { Readable } from 'node:stream'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createWebhookHandler, type RequestLike } from '../../../src/index.js'
import { joinChunks, keepChunk, readBody } from '../../../src/read-body.js'
import { sampleEvent } from '../../../src/testing/index.js'
import {
  acknowledged,
  brokenStore,
  describeAnswers,
  type Endpoint,
  failOnUncaught,
  recordOutcomes,
  rejected,
  SECRET,
  silent,
  type TestRequest,
  toAnswer,
  validDelivery,
  validDeliveryOfSize,
} from '../support/http.js'
import { type TestOptions, withHandler } from '../support/options.js'

const URL = 'https://example.com/webhooks/truedy'

function open(options: TestOptions): Endpoint {
  const handle = createWebhookHandler(withHandler(options))
  return async (request) => toAnswer(await handle(toRequest(request)))
}

function toRequest({ method, headers, body }: TestRequest): Request {
  const isBodiless = method === 'GET' || method === 'HEAD'
  return new Request(URL, { method, headers, ...(!isBodiless && { body }) })
}

/** A request whose body is a stream, with extra headers. */
function streaming(
  { method, headers }: TestRequest,
  body: ReadableStream<Uint8Array>,
  more: Record<string, string> = {},
): Request {
  const init = { method, headers: { ...headers, ...more }, body, duplex: 'half' }
  return new Request(URL, init as RequestInit)
}

/** A stream that produces each piece on demand. It counts pulls and cancels. */
function piecewise(pieces: Iterable<Uint8Array | Error>) {
  const source = pieces[Symbol.iterator]()
  const counts = { pulled: 0, cancelled: 0 }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const { done, value } = source.next()
        counts.pulled++
        if (done) controller.close()
        else if (value instanceof Error) controller.error(value)
        else controller.enqueue(value)
      },
      cancel() {
        counts.cancelled++
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, counts }
}

function* split(text: string | Uint8Array, size: number): Generator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

failOnUncaught()
describeAnswers(open)

describe('the response', () => {
  it('has no body for a 204', async () => {
    const response = await createWebhookHandler({ secret: SECRET, onEvent() {} })(
      toRequest(await validDelivery()),
    )
    expect(response).toBeInstanceOf(Response)
    expect(response.body).toBeNull()
  })

  it('has a JSON body with only the error code if the handler fails', async () => {
    const onEvent = () => Promise.reject(new Error('secret detail'))
    const handle = createWebhookHandler({ secret: SECRET, onEvent, onOutcome: silent })
    const response = await handle(toRequest(await validDelivery()))
    expect(await response.json()).toEqual({ error: 'failed' })
    expect([...response.headers]).toEqual([['content-type', 'application/json']])
  })
})

describe('the body', () => {
  it('is joined from many pieces, even if a piece ends inside a character', async () => {
    const onEvent = vi.fn()
    const request = await validDeliveryOfSize(300)
    const { stream } = piecewise(split(request.body, 1))
    const response = await createWebhookHandler({ secret: SECRET, onEvent })(streaming(request, stream))
    expect(response.status).toBe(204)
    expect(onEvent.mock.calls[0]?.[0].data.summary).toMatch(/^世x+$/)
  })

  it('is rejected unread if Content-Length is over the limit', async () => {
    const request = await validDeliveryOfSize(1001)
    const { stream, counts } = piecewise(split(request.body, 100))
    const handle = createWebhookHandler({
      secret: SECRET,
      onEvent() {},
      maxBodyBytes: 1000,
      onOutcome: silent,
    })
    const response = await handle(streaming(request, stream, { 'content-length': '1001' }))
    expect(await toAnswer(response)).toEqual(rejected(413, 'body_too_large'))
    expect(counts.pulled).toBe(0)
  })

  it('is read only up to the limit and then canceled if there is no Content-Length', async () => {
    const { stream, counts } = piecewise(split(new Uint8Array(100_000), 100))
    const handle = createWebhookHandler({
      secret: SECRET,
      onEvent() {},
      maxBodyBytes: 1000,
      onOutcome: silent,
    })
    const response = await handle(streaming(await validDelivery(), stream))
    expect(await toAnswer(response)).toEqual(rejected(413, 'body_too_large'))
    expect(counts).toEqual({ pulled: 11, cancelled: 1 })
  })

  it.each(['10', '0', '-1', 'abc', ''])('is counted even if Content-Length is %j', async (length) => {
    const request = await validDeliveryOfSize(1001)
    const { stream } = piecewise(split(request.body, 100))
    const handle = createWebhookHandler({
      secret: SECRET,
      onEvent() {},
      maxBodyBytes: 1000,
      onOutcome: silent,
    })
    const response = await handle(streaming(request, stream, { 'content-length': length }))
    expect(response.status).toBe(413)
  })

  it('is accepted as a stream of exactly the maximum size', async () => {
    const request = await validDeliveryOfSize(1000)
    const { stream, counts } = piecewise(split(request.body, 100))
    const handle = createWebhookHandler({ secret: SECRET, onEvent() {}, maxBodyBytes: 1000 })
    const response = await handle(streaming(request, stream, { 'content-length': '1000' }))
    expect(response.status).toBe(204)
    expect(counts.cancelled).toBe(0)
  })

  it('is rejected after 1 MiB if it has 5 MiB', async () => {
    const { stream, counts } = piecewise(split(new Uint8Array(5 * 1_048_576), 65_536))
    const handle = createWebhookHandler({ secret: SECRET, onEvent() {}, onOutcome: silent })
    expect((await handle(streaming(await validDelivery(), stream))).status).toBe(413)
    expect(counts.pulled).toBe(17)
  })

  it("is rejected even if its stream can't be canceled", async () => {
    let pulled = 0
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(100))
        pulled += 1
        if (pulled === 100) controller.close()
      },
      cancel: () => Promise.reject(new Error('cannot be cancelled')),
    })
    const handle = createWebhookHandler({
      secret: SECRET,
      onEvent() {},
      maxBodyBytes: 150,
      onOutcome: silent,
    })
    expect((await handle(streaming(await validDelivery(), stream))).status).toBe(413)
    expect(pulled).toBeLessThan(10)
  })

  it("stays unread if the method isn't POST", async () => {
    const { stream, counts } = piecewise(split('{}', 1))
    const handle = createWebhookHandler({ secret: SECRET, onEvent() {}, onOutcome: silent })
    const request = streaming({ ...(await validDelivery()), method: 'PUT' }, stream)
    expect((await handle(request)).status).toBe(405)
    expect(counts.pulled).toBe(0)
    expect(request.bodyUsed).toBe(false)
  })

  // Reading `body` or `bodyUsed` creates a stream in @hono/node-server 1, which then closes the connection.
  it.each([
    ['another method', { method: 'PUT' }, 405],
    ['a declared length over the limit', { 'content-length': '9999999' }, 413],
    ['no signature header', { 'x-truedy-signature': '' }, 401],
  ])('is not accessed, nor is bodyUsed, for %s', async (_, changed, status) => {
    const { method, headers } = { ...(await validDelivery()), ...changed }
    const request: RequestLike = {
      method,
      headers: new Headers({ ...headers, ...changed }),
      get body() {
        return expect.fail('The body is touched.')
      },
      get bodyUsed() {
        return expect.fail('bodyUsed is read.')
      },
    }
    const response = await createWebhookHandler({ secret: SECRET, onEvent() {}, onOutcome: silent })(request)
    expect(response.status).toBe(status)
  })

  it('may be missing', async () => {
    const handle = createWebhookHandler({ secret: SECRET, onEvent() {}, onOutcome: silent })
    const response = await handle(new Request(URL, { method: 'POST' }))
    expect(await toAnswer(response)).toEqual(rejected(401, 'missing_timestamp'))
  })

  it("may come from another library's Request", async () => {
    const { method, headers, body } = await validDelivery()
    const request: RequestLike = {
      method,
      headers: { get: (name) => headers[name] ?? null },
      body: piecewise(split(body, 50)).stream,
      bodyUsed: false,
    }
    expect((await createWebhookHandler({ secret: SECRET, onEvent() {} })(request)).status).toBe(204)
  })
})

describe('an upload that is cut off', () => {
  const broken = new Error('The client broke off')

  async function breakOff(pieces: Iterable<Uint8Array | Error>, more?: Record<string, string>) {
    const { onOutcome, nth } = recordOutcomes()
    const handle = createWebhookHandler({ secret: SECRET, onEvent() {}, onOutcome })
    const response = await handle(streaming(await validDelivery(), piecewise(pieces).stream, more))
    return { handle, answer: await toAnswer(response), outcome: await nth(1) }
  }

  const closed = expect.objectContaining({
    name: 'ConnectionClosed',
    message: expect.stringContaining('closed the connection'),
    cause: broken,
  })

  it("is reported as failed, with the stream's error as the cause and without an event", async () => {
    const { answer, outcome } = await breakOff([new Uint8Array(10), broken])
    expect(answer).toEqual(rejected(500, 'failed'))
    expect(outcome).toEqual({ status: 'failed', error: closed, durationMs: expect.any(Number) })
  })

  it.each([
    [{ status: 413 }, true],
    [{ statusCode: 413 }, true],
    [{ status: 413, statusCode: 413 }, true],
    [{ status: '413' }, false],
    [{ code: 'ECONNRESET' }, false],
    [{}, false],
  ])(
    "is a fault of the framework, and logged, if the stream's error has a status: %j, %s",
    async (fields, isFault) => {
      const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
      onTestFinished(() => void logged.mockRestore())
      const error = Object.assign(new Error('The stream failed.'), fields)
      const { answer, outcome } = await breakOff([new Uint8Array(10), error])
      expect(answer).toEqual(rejected(500, 'failed'))
      expect(outcome).toMatchObject({ error: isFault ? error : { name: 'ConnectionClosed', cause: error } })
      const handle = createWebhookHandler({ secret: SECRET, onEvent() {} })
      await handle(streaming(await validDelivery(), piecewise([error]).stream))
      expect(logged.mock.calls.flat().includes(error)).toBe(isFault)
    },
  )

  it('is reported if it fails before the first byte', async () => {
    const { outcome } = await breakOff([broken])
    expect(outcome).toMatchObject({ status: 'failed', error: closed })
  })

  it('does not affect the next request', async () => {
    const { handle } = await breakOff([new Uint8Array(10), broken])
    expect((await handle(toRequest(await validDelivery()))).status).toBe(204)
  })

  it('is rejected for its signature if it ends early without an error', async () => {
    const { body } = await validDelivery()
    const { answer } = await breakOff(split(String(body).slice(0, 100), 50), { 'content-length': '5000' })
    expect(answer).toEqual(rejected(401, 'signature_mismatch'))
  })

  it('is not logged by default', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(silent)
    const request = streaming(await validDelivery(), piecewise([broken]).stream)
    const { status } = await createWebhookHandler({ secret: SECRET, onEvent() {} })(request)
    const calls = log.mock.calls
    log.mockRestore()
    expect(status).toBe(500)
    expect(calls).toEqual([])
  })
})

describe('a body of many pieces', () => {
  it('is joined in order from fewer than 1,000 chunks', async () => {
    const bytes = Uint8Array.from({ length: 5500 }, (_, i) => i)
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte))
    const body = piecewise(pieces).stream
    const request: RequestLike = { method: 'POST', headers: new Headers(), body, bodyUsed: false }
    expect(await readBody(request)).toEqual(bytes)

    const chunks: Uint8Array[] = []
    const counts = pieces.map((piece) => {
      keepChunk(chunks, piece)
      return chunks.length
    })
    expect(Math.max(...counts)).toBeLessThan(1000)
    // Joining at every piece would copy the earlier bytes again and again.
    expect(counts.slice(0, 999)).toEqual(Array.from({ length: 999 }, (_, index) => index + 1))
    expect(joinChunks(chunks)).toEqual(bytes)
  })

  it('is not copied if it is a single piece', () => {
    const bytes = Uint8Array.of(1, 2, 3)
    expect(joinChunks([bytes])).toBe(bytes)
  })
})

describe('a request whose body was read before', () => {
  const hint = expect.objectContaining({
    code: 'body_not_raw',
    message: expect.stringContaining('read before'),
  })

  it('gets a 500 body_not_raw, and the outcome explains it', async () => {
    const { onOutcome, nth } = recordOutcomes()
    const request = toRequest(await validDelivery())
    await request.json()
    const response = await createWebhookHandler({ secret: SECRET, onEvent() {}, onOutcome })(request)
    expect(await toAnswer(response)).toEqual(rejected(500, 'body_not_raw'))
    expect(await nth(1)).toMatchObject({ status: 'rejected', error: hint })
  })

  it('is logged because the program caused it', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(silent)
    const request = toRequest(await validDelivery())
    await request.text()
    await createWebhookHandler({ secret: SECRET, onEvent() {} })(request)
    const calls = log.mock.calls
    log.mockRestore()
    expect(calls).toEqual([['truedy-webhooks:', hint]])
  })

  it('is distinguished from a Node.js request, for which the message names createNodeHandler', async () => {
    const { onOutcome, nth } = recordOutcomes()
    const { method, headers } = await validDelivery()
    const request = { method, headers, body: undefined } as unknown as RequestLike
    await createWebhookHandler({ secret: SECRET, onEvent() {}, onOutcome })(request)
    const message = expect.stringContaining('createNodeHandler')
    expect(await nth(1)).toMatchObject({ status: 'rejected', error: { code: 'body_not_raw', message } })
  })

  it.each([
    ['an event or context that holds the request', (request: Request) => ({ request, params: {} })],
    ['a context with headers and a parsed body', (request: Request) => ({ request, headers: {}, body: {} })],
    ['an event with method and headers', ({ method, headers }: Request) => ({ method, headers })],
  ])('is distinguished from %s', async (_, wrap) => {
    const { onOutcome, nth } = recordOutcomes()
    const context = wrap(toRequest(await validDelivery())) as unknown as RequestLike
    const response = await createWebhookHandler({ secret: SECRET, onEvent() {}, onOutcome })(context)
    expect(await toAnswer(response)).toEqual(rejected(500, 'body_not_raw'))
    const message = expect.stringContaining('event.request')
    expect(await nth(1)).toMatchObject({ status: 'rejected', error: { code: 'body_not_raw', message } })
  })

  it('gets a 500 body_not_raw while another reader holds its body', async () => {
    const { onOutcome, nth } = recordOutcomes()
    const request = toRequest(await validDelivery())
    request.body?.getReader()
    const response = await createWebhookHandler({ secret: SECRET, onEvent() {}, onOutcome })(request)
    expect(await toAnswer(response)).toEqual(rejected(500, 'body_not_raw'))
    expect(await nth(1)).toMatchObject({ status: 'rejected' })
  })

  it('gets a 500 body_not_raw if only its `bodyUsed` is true', async () => {
    const { method, headers } = await validDelivery()
    const request: RequestLike = {
      method,
      headers: { get: (name) => headers[name] ?? null },
      body: piecewise([]).stream,
      bodyUsed: true,
    }
    const response = await createWebhookHandler({ secret: SECRET, onEvent() {}, onOutcome: silent })(request)
    expect(await toAnswer(response)).toEqual(rejected(500, 'body_not_raw'))
  })

  it('gets a 500 body_not_raw if its body is a Node.js stream, as in node-fetch', async () => {
    const { onOutcome, nth } = recordOutcomes()
    const { method, headers, body } = await validDelivery()
    const stream = Readable.from([body])
    const request = { method, headers: new Headers(headers), bodyUsed: false, body: stream }
    const response = await createWebhookHandler({ secret: SECRET, onEvent() {}, onOutcome })(
      request as unknown as RequestLike,
    )
    expect(await toAnswer(response)).toEqual(rejected(500, 'body_not_raw'))
    const message = expect.stringContaining('arrayBuffer')
    expect(await nth(1)).toMatchObject({ status: 'rejected', error: { code: 'body_not_raw', message } })
  })

  it('is accepted if only its clone was read', async () => {
    const request = toRequest(await validDelivery())
    await request.clone().json()
    expect((await createWebhookHandler({ secret: SECRET, onEvent() {} })(request)).status).toBe(204)
  })

  it('gets a 500 body_not_raw the second time the same Request is handled', async () => {
    const request = toRequest(await validDelivery())
    const handle = createWebhookHandler({ secret: SECRET, onEvent() {}, onOutcome: silent })
    expect((await handle(request)).status).toBe(204)
    expect(await toAnswer(await handle(request))).toEqual(rejected(500, 'body_not_raw'))
  })
})

describe('an argument that is not a Request', () => {
  /** The part of Node's response that the handler uses. */
  function nodeResponse(headersSent = false) {
    const end = vi.fn()
    return { headersSent, writeHead: vi.fn(() => ({ end })), end }
  }

  it.each([
    ['the second argument', (response: unknown) => [{}, response]],
    ['the request, as in Express', (response: unknown) => [{ res: response }]],
    ['the context before a `next`, as in Koa', (response: unknown) => [{ res: response }, () => {}]],
  ])("gets a 500 through Node's response in %s", async (_, args) => {
    const response = nodeResponse()
    const handle: (...args: never[]) => unknown = createWebhookHandler({
      secret: SECRET,
      onEvent() {},
      onOutcome: silent,
    })
    await handle(...(args(response) as never[]))
    expect(response.writeHead).toHaveBeenCalledExactlyOnceWith(500, { 'content-type': 'application/json' })
    expect(response.end).toHaveBeenCalledExactlyOnceWith('{"error":"body_not_raw"}')
  })

  it('gets nothing written to a Node response that was already sent', async () => {
    const response = nodeResponse(true)
    const handle: (...args: never[]) => unknown = createWebhookHandler({
      secret: SECRET,
      onEvent() {},
      onOutcome: silent,
    })
    await handle(...([{}, response] as never[]))
    expect(response.writeHead).not.toHaveBeenCalled()
  })

  it('gets a 500 Response if it is null', async () => {
    const handle = createWebhookHandler({ secret: SECRET, onEvent() {}, onOutcome: silent })
    const response = await handle(null as unknown as RequestLike)
    expect(await toAnswer(response)).toEqual(rejected(500, 'body_not_raw'))
  })
})

it('responds with 500 if it gets neither a Request nor a Node response that can be written to', async () => {
  const handle: (...args: never[]) => unknown = createWebhookHandler({
    secret: SECRET,
    onEvent() {},
    onOutcome() {},
  })
  const args = [{ method: 'POST' }, { headersSent: false }] as never[]
  expect(await handle(...args)).toHaveProperty('status', 500)
})

it('does not write to a Node response that is passed along with a Request', async () => {
  const response = { headersSent: false, writeHead: vi.fn() }
  const handle: (...args: never[]) => unknown = createWebhookHandler({ secret: SECRET, onEvent() {} })
  const args = [toRequest(await validDelivery()), response] as never[]
  expect(await handle(...args)).toHaveProperty('status', 204)
  expect(response.writeHead).not.toHaveBeenCalled()
})

describe('headers from a stranger', () => {
  it.each([
    ['that is doubled with a comma', (value: string) => `${value}, ${value}`],
    ['of 10,000 digits', () => 'a'.repeat(10_000)],
    ['with a prefix', (value: string) => `sha256=${value}`],
    ['with bytes beyond ASCII', (value: string) => `${value.slice(1)}ÿ`],
  ])('are rejected with 401 for a signature %s', async (_, change) => {
    const request = await validDelivery()
    const headers = new Headers(request.headers)
    headers.set('x-truedy-signature', change(headers.get('x-truedy-signature') ?? ''))
    const handle = createWebhookHandler({ secret: SECRET, onEvent() {}, onOutcome: silent })
    const response = await handle(new Request(URL, { method: 'POST', headers, body: request.body }))
    expect(await toAnswer(response)).toEqual(rejected(401, 'malformed_signature'))
  })

  it('are harmless in their hundreds, under any name', async () => {
    const request = await validDelivery()
    const odd = ['__proto__', 'constructor', 'get', 'toString', 'hasOwnProperty']
    const many = Array.from({ length: 200 }, (_, index) => `x-${index}`)
    for (const name of [...odd, ...many]) request.headers[`${name}`] = 'x'
    const headers = new Headers(Object.entries(request.headers))
    headers.set('__proto__', 'x')
    const handle = createWebhookHandler({ secret: SECRET, onEvent() {} })
    expect((await handle(new Request(URL, { method: 'POST', headers, body: request.body }))).status).toBe(204)
  })
})

it('does not reveal in the response why a store is down', async () => {
  const handle = createWebhookHandler({
    secret: SECRET,
    onEvent() {},
    store: brokenStore('claim'),
    onOutcome: silent,
  })
  const response = await handle(toRequest(await validDelivery()))
  expect(await response.text()).toBe('{"error":"failed"}')
})

it('processes 100 concurrent requests, each event once', async () => {
  const onEvent = vi.fn(() => Promise.resolve())
  const send = open({ secret: SECRET, onEvent })
  const requests = await Promise.all(
    Array.from({ length: 100 }, () => validDelivery(sampleEvent('call.billed'))),
  )
  expect(await Promise.all(requests.map(send))).toEqual(Array(100).fill(acknowledged()))
  expect(onEvent).toHaveBeenCalledTimes(100)
})
