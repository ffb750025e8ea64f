import { once } from 'node:events'
import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  request as openRequest,
  type Server,
  type ServerResponse,
} from 'node:http'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebhookError } from '../../../src/index.js'
import { createNodeHandler, type NodeRequest, type NodeResponse } from '../../../src/node.js'
import { checkEndpoint, sampleEvent, signDelivery } from '../../../src/testing/index.js'
import { stopClock } from '../support/clock.js'
import { eventually } from '../support/eventually.js'
import {
  type Answer,
  acknowledged,
  chunk,
  count,
  deferred,
  describeAnswers,
  failOnUncaught,
  head,
  openSocket,
  recordOutcomes,
  rejected,
  SECRET,
  serve,
  silent,
  type TestRequest,
  toAnswer,
  validDelivery,
  validDeliveryOfSize,
  wire,
} from '../support/http.js'
import { type TestOptions, withHandler } from '../support/options.js'

const MIB = 1_048_576

async function post(url: string, { method, headers, body }: TestRequest): Promise<Answer> {
  const isBodiless = method === 'GET' || method === 'HEAD'
  return toAnswer(await fetch(url, { method, headers, ...(!isBodiless && { body }) }))
}

/** A server that runs a handler. Gives its outcomes, and tells when no request is with the handler anymore. */
async function start(options: TestOptions = {}) {
  const { onOutcome, outcomes, nth } = recordOutcomes()
  const handle = createNodeHandler(withHandler({ secret: SECRET, onOutcome, ...options }))
  const open = new Set<Promise<void>>()
  const { port, url } = await serve((request, response) => {
    const done = handle(request, response)
    open.add(done)
    void done.then(() => open.delete(done))
  })
  return {
    port,
    url,
    outcomes,
    nth,
    /** Resolves when the handler is done with all requests so far. */
    settled: () => Promise.all(open),
    /** Sends a valid delivery, to see that the server still works. */
    probe: async () => post(url, await validDelivery()),
  }
}

/** The response to a request of node:http, which shows more of the wire than fetch does. */
async function responseTo(request: ClientRequest): Promise<{ message: IncomingMessage; body: string }> {
  const [message] = (await once(request, 'response')) as [IncomingMessage]
  let body = ''
  for await (const piece of message) body += String(piece)
  return { message, body }
}

/** The statuses of all responses that a connection received. */
function statuses(received: string): number[] {
  return Array.from(received.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => Number(status))
}

failOnUncaught()

describeAnswers(async (options) => {
  const { url } = await serve(createNodeHandler(withHandler(options)))
  return (request) => post(url, request)
})

it('passes every endpoint case', async () => {
  // While the clock is stopped, no response can be slow enough to suggest that the event was processed twice.
  stopClock()
  const { url } = await serve(createNodeHandler({ secret: SECRET, onEvent() {}, onOutcome: silent }))
  const failed = (await checkEndpoint(url, SECRET)).filter(({ passed }) => !passed)
  expect(failed).toEqual([])
})

describe('the response', () => {
  it('has neither a body nor a Content-Type for a 204', async () => {
    const { port } = await start()
    const client = await openSocket(port)
    await client.write(wire(await validDelivery(), { connection: 'close' }))
    const received = await client.closed()
    expect(received).toMatch(/^HTTP\/1\.1 204 No Content\r\n/)
    expect(received).not.toMatch(/^content-(type|length):/im)
    expect(received).toMatch(/\r\n\r\n$/)
  })

  it('has a length, a type and the code of an error, but no detail of it', async () => {
    const { port } = await start({ onEvent: () => Promise.reject(new Error('secret detail')) })
    const client = await openSocket(port)
    await client.write(wire(await validDelivery(), { connection: 'close' }))
    const received = await client.closed()
    expect(received).toMatch(/^HTTP\/1\.1 500 /)
    expect(received).toMatch(/\r\ncontent-type: application\/json\r\ncontent-length: 18\r\n/)
    expect(received).toMatch(/\r\n\r\n\{"error":"failed"\}$/)
    expect(received).not.toContain('secret')
  })

  it('to a HEAD is a 405 without a body, even if the server forbids writing one', async () => {
    const { onOutcome, nth } = recordOutcomes()
    const handle = createNodeHandler({ secret: SECRET, onEvent() {}, onOutcome })
    const { url } = await serve(handle, { rejectNonStandardBodyWrites: true })
    const { status } = await fetch(url, { method: 'HEAD' })
    expect(status).toBe(405)
    expect(await nth(1)).toMatchObject({ status: 'rejected' })
  })

  it('keeps the connection open for the next request, whatever its status', async () => {
    const fail = () => Promise.reject(new Error('no'))
    const { port } = await start({ on: { 'call.failed': fail } })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const good = await validDelivery()
    const noEvent = { method: 'POST', ...(await signDelivery('[]', SECRET)) }
    const failing = await validDelivery(sampleEvent('call.failed'))
    const bodiless = { ...good, method: 'GET', body: '' }
    const seen: [number | undefined, boolean][] = []
    for (const { method, headers, body } of [
      good,
      { ...good, body: '{}' },
      noEvent,
      failing,
      bodiless,
      good,
    ]) {
      const length = { 'content-length': Buffer.byteLength(body) }
      const request = openRequest({ port, agent, method, headers: { ...headers, ...length } })
      request.end(body)
      const { message } = await responseTo(request)
      seen.push([message.statusCode, request.reusedSocket])
    }
    expect(seen).toEqual([
      [204, false],
      [401, true],
      [400, true],
      [500, true],
      [405, true],
      [204, true],
    ])
  })

  it('comes in the order of pipelined requests', async () => {
    const { port } = await start()
    const client = await openSocket(port)
    const forged = { ...(await validDelivery()), body: '{}' }
    await client.write(
      wire(await validDelivery()) + wire(forged) + wire(await validDelivery(), { connection: 'close' }),
    )
    expect(statuses(await client.closed())).toEqual([204, 401, 204])
  })
})

describe('the body', () => {
  it('is joined from many pieces, even if a piece ends inside a character', async () => {
    const onEvent = vi.fn()
    const { port } = await start({ onEvent })
    const request = await validDeliveryOfSize(160)
    const client = await openSocket(port)
    client.socket.setNoDelay(true)
    await client.write(head(request, { 'content-length': 160, connection: 'close' }))
    for (const byte of Buffer.from(request.body)) await client.write(Uint8Array.of(byte))
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 204/)
    expect(onEvent.mock.calls[0]?.[0].data.summary).toMatch(/^世x+$/)
  })

  it('may be chunked, up to the limit', async () => {
    const { port } = await start({ maxBodyBytes: 1000 })
    const client = await openSocket(port)
    const request = await validDeliveryOfSize(1000)
    await client.write(head(request, { 'transfer-encoding': 'chunked', connection: 'close' }))
    const text = String(request.body)
    await client.write(chunk(text.slice(0, 400)) + chunk(text.slice(400)) + chunk(''))
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 204/)
  })

  it('of a GET is not awaited, even if it is declared to be large', async () => {
    const { port, outcomes } = await start()
    const client = await openSocket(port)
    await client.write(head({ ...(await validDelivery()), method: 'GET' }, { 'content-length': 500 }))
    expect(await client.until('"}')).toMatch(/^HTTP\/1\.1 405 .*connection: close/s)
    expect(outcomes).toHaveLength(1)
  })

  it('of a method other than POST is not read as the next request', async () => {
    const onEvent = vi.fn()
    const { port } = await start({ onEvent })
    const client = await openSocket(port)
    const put = { method: 'PUT', headers: {}, body: wire(await validDelivery()) }
    await client.write(wire(put) + wire({ method: 'GET', headers: {}, body: '' }, { connection: 'close' }))
    expect(new Set(statuses(await client.closed()))).toEqual(new Set([405]))
    expect(onEvent).not.toHaveBeenCalled()
  })

  it('is not awaited if Content-Length is over the limit', async () => {
    const { port, nth } = await start()
    const client = await openSocket(port)
    await client.write(head(await validDelivery(), { 'content-length': MIB + 1 }))
    const received = await client.until('"}')
    expect(received).toMatch(/^HTTP\/1\.1 413 .*connection: close.*\{"error":"body_too_large"\}$/s)
    expect(await nth(1)).toMatchObject({ status: 'rejected', error: { code: 'body_too_large' } })
  })

  describe('that is over the limit', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    })
    afterEach(() => {
      vi.useRealTimers()
    })

    /** A client that has received its 413 but is still sending. */
    async function tooLarge() {
      const server = await start({ maxBodyBytes: 1000 })
      const client = await openSocket(server.port)
      await client.write(head(await validDelivery(), { 'transfer-encoding': 'chunked' }))
      const answer = once(client.socket, 'data')
      await client.write(chunk('x'.repeat(1001)))
      const received = String(await answer)
      expect(received).toMatch(/^HTTP\/1\.1 413 .*connection: close.*\{"error":"body_too_large"\}$/s)
      return { ...server, client, received }
    }

    it('gets a 413 while the client still sends, and the client can finish', async () => {
      const { client, received, settled } = await tooLarge()
      for (let i = 0; i < 20; i++) await client.write(chunk('x'.repeat(10_000)))
      await client.write(chunk(''))
      expect(await client.closed()).toBe(received)
      expect(client.errors).toEqual([])
      await settled()
    })

    it('no longer keeps the handler busy once the client disconnects', async () => {
      const { client, settled } = await tooLarge()
      client.socket.destroy()
      expect(await settled()).toHaveLength(1)
    })

    it('is cut off one second after the 413 if it never ends', async () => {
      const { client, settled, probe } = await tooLarge()
      const closed = client.closed()
      const onSettled = vi.fn()
      void settled().then(onSettled)
      await vi.advanceTimersByTimeAsync(999)
      expect(onSettled).not.toHaveBeenCalled()
      await vi.advanceTimersByTimeAsync(1)
      await closed
      expect(onSettled).toHaveBeenCalledOnce()
      expect(await probe()).toEqual(acknowledged())
    })
  })

  it.each([
    ['with its length', { 'content-length': 5 * MIB }],
    ['chunked', { 'transfer-encoding': 'chunked' }],
  ])('of 5 MiB, %s, gets a 413, and the server keeps running', async (_, framing) => {
    // With the clock stopped, the server cuts nobody off, however long the client takes.
    stopClock()
    const { port, probe, settled } = await start()
    const { headers } = await validDelivery()
    const request = openRequest({ port, method: 'POST', headers: { ...headers, ...framing } })
    const response = responseTo(request)
    for (let i = 0; i < 80; i++) request.write(Buffer.alloc(65_536, 'x'))
    request.end()
    const { message, body } = await response
    expect(message.statusCode).toBe(413)
    expect(body).toBe('{"error":"body_too_large"}')
    await settled()
    expect(await probe()).toEqual(acknowledged())
  })

  it('is not read as the next request after it was rejected', async () => {
    const onEvent = vi.fn()
    const { port, outcomes } = await start({ maxBodyBytes: 1000, onEvent })
    const client = await openSocket(port)
    const hidden = wire(await validDelivery())
    const length = hidden.length + 500_000
    await client.write(head(await validDelivery(), { 'content-length': length }))
    await client.until('"}')
    await client.write(hidden)
    await client.write('x'.repeat(500_000))
    expect(count(await client.closed(), 'HTTP/1.1')).toBe(1)
    expect(onEvent).not.toHaveBeenCalled()
    expect(outcomes).toHaveLength(1)
  })

  it('ends the connection if it is rejected, so that a pipelined request gets no response', async () => {
    const { port } = await start({ maxBodyBytes: 1000 })
    const client = await openSocket(port)
    await client.write(head(await validDelivery(), { 'transfer-encoding': 'chunked' }))
    await client.write(chunk('x'.repeat(1001)))
    await client.until('"}')
    await client.write(chunk('') + wire(await validDelivery()))
    expect(statuses(await client.closed())).toEqual([413])
  })
})

describe('an upload that is cut off', () => {
  const brokenOff = {
    status: 'failed',
    error: expect.objectContaining({ message: expect.stringContaining('closed the connection') }),
    durationMs: expect.any(Number),
  }

  it.each([
    [{ status: 413 }, true],
    [{ statusCode: 413 }, true],
    [{ code: 'ECONNRESET' }, false],
  ])("is a fault of the framework if the stream's error has a status: %j, %s", async (fields, isFault) => {
    const { onOutcome, nth } = recordOutcomes()
    const handle = createNodeHandler({ secret: SECRET, onEvent() {}, onOutcome })
    const error = Object.assign(new Error('The stream failed.'), fields)
    const { port } = await serve((request, response) => {
      void handle(request, response)
      request.once('data', () => request.destroy(error))
    })
    const client = await openSocket(port)
    await client.write(head(await validDelivery(), { 'content-length': 5000 }))
    await client.write('{"event":')
    expect(await nth(1)).toMatchObject({
      error: isFault ? error : { name: 'ConnectionClosed', cause: error },
    })
  })

  it('halfway is reported as failed, without an event, and the server keeps running', async () => {
    const { port, nth, settled, probe } = await start()
    const client = await openSocket(port)
    await client.write(head(await validDelivery(), { 'content-length': 5000 }))
    await client.write('{"event":')
    client.socket.destroy()
    const outcome = await nth(1)
    expect(outcome).toEqual(brokenOff)
    expect(outcome).toHaveProperty('error.cause.code', 'ECONNRESET')
    await settled()
    expect(await probe()).toEqual(acknowledged())
  })

  it('by the server, without an error, is reported as failed', async () => {
    const { onOutcome, nth } = recordOutcomes()
    const handle = createNodeHandler({ secret: SECRET, onEvent() {}, onOutcome })
    const { port } = await serve((request, response) => {
      void handle(request, response)
      // A middleware with its own timeout does this.
      request.once('data', () => request.destroy())
    })
    const client = await openSocket(port)
    await client.write(head(await validDelivery(), { 'content-length': 5000 }))
    await client.write('{"event":')
    expect(await nth(1)).toEqual(brokenOff)
  })

  it('by a reset is reported as failed', async () => {
    const { port, nth, settled, probe } = await start()
    const client = await openSocket(port)
    await client.write(head(await validDelivery(), { 'transfer-encoding': 'chunked' }))
    await client.write(chunk('{"event":'))
    client.socket.resetAndDestroy()
    expect(await nth(1)).toEqual(brokenOff)
    await settled()
    expect(await probe()).toEqual(acknowledged())
  })

  it('by an orderly close before Content-Length is reached is reported as failed', async () => {
    const { port, nth, settled, probe } = await start()
    const client = await openSocket(port)
    const request = await validDelivery()
    client.socket.end(head(request, { 'content-length': 5000 }) + String(request.body))
    expect(await nth(1)).toEqual(brokenOff)
    await client.closed()
    await settled()
    expect(await probe()).toEqual(acknowledged())
  })

  it('by an invalid chunk is reported as failed', async () => {
    const { port, nth, settled, probe } = await start()
    const client = await openSocket(port)
    await client.write(head(await validDelivery(), { 'transfer-encoding': 'chunked' }))
    await client.write(`${chunk('{"event":')}not a length\r\n`)
    expect(await nth(1)).toEqual(brokenOff)
    await settled()
    expect(await probe()).toEqual(acknowledged())
  })

  it('by the server’s own timeout delays no other request before that', async () => {
    const { onOutcome, outcomes, nth } = recordOutcomes()
    const handle = createNodeHandler({ secret: SECRET, onEvent() {}, onOutcome })
    let server: Server | undefined
    const limits = { requestTimeout: 0, headersTimeout: 0, connectionsCheckingInterval: 5 }
    const { port, url } = await serve((request, response) => {
      // Node's types don't declare `server`.
      server = (request.socket as unknown as { server: Server }).server
      void handle(request, response)
    }, limits)
    const client = await openSocket(port)
    await client.write(head(await validDelivery(), { 'content-length': 5000 }))
    await client.write('{"event":')
    expect(await post(url, await validDelivery())).toEqual(acknowledged())
    expect(outcomes).toHaveLength(1)
    // Only now has the request taken too long.
    if (server) server.requestTimeout = 1
    expect(await nth(2)).toEqual(brokenOff)
  })

  it('after the 413, but before its end, is harmless', async () => {
    const { port, outcomes, settled, probe } = await start()
    const client = await openSocket(port)
    await client.write(head(await validDelivery(), { 'content-length': 5 * MIB }))
    await client.until('"}')
    client.socket.resetAndDestroy()
    await settled()
    expect(outcomes).toHaveLength(1)
    expect(await probe()).toEqual(acknowledged())
  })

  it('before the 413 can be written is harmless', async () => {
    const gate = deferred()
    const onOutcome = vi.fn(() => gate.promise)
    const { port, settled } = await start({ onOutcome })
    const client = await openSocket(port)
    await client.write(head(await validDelivery(), { 'content-length': 5 * MIB }))
    await eventually(() => expect(onOutcome).toHaveBeenCalled())
    client.socket.resetAndDestroy()
    await client.closed()
    gate.resolve()
    await settled()
    expect(onOutcome).toHaveBeenCalledOnce()
  })

  it('is not logged by default', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(silent)
    const { port, settled, probe } = await start({ onOutcome: undefined })
    const client = await openSocket(port)
    await client.write(head(await validDelivery(), { 'content-length': 5000 }))
    client.socket.destroy()
    await probe()
    await settled()
    const calls = log.mock.calls
    log.mockRestore()
    expect(calls).toEqual([])
  })

  it.each([
    ['half of the body', 5000],
    ['the whole body', 160],
  ])('before the handler is called, after %s, is reported as failed', async (_, length) => {
    const { onOutcome, nth } = recordOutcomes()
    const handle = createNodeHandler({ secret: SECRET, onEvent() {}, onOutcome })
    const reached = deferred()
    const done = deferred()
    // A middleware that looks something up first does this.
    const { port } = await serve(async (request, response) => {
      reached.resolve()
      await once(response, 'close')
      await handle(request, response)
      done.resolve()
    })
    const request = await validDeliveryOfSize(160)
    const client = await openSocket(port)
    await client.write(head(request, { 'content-length': length }) + String(request.body))
    await reached.promise
    client.socket.destroy()
    expect(await nth(1)).toEqual(brokenOff)
    await done.promise
  })
})

describe('a client that disconnects while the handler runs', () => {
  it('does not stop the handler, so that its retry is a duplicate', async () => {
    const gate = deferred()
    const onEvent = vi.fn(() => gate.promise)
    const { port, url, nth, settled } = await start({ onEvent })
    const event = sampleEvent('call.ended')
    const client = await openSocket(port)
    await client.write(wire(await validDelivery(event)))
    await eventually(() => expect(onEvent).toHaveBeenCalled())
    client.socket.destroy()
    await client.closed()
    expect(await post(url, await validDelivery(event))).toEqual(rejected(503, 'busy', { retryAfter: '60' }))

    gate.resolve()
    expect(await nth(2)).toMatchObject({ status: 'processed', recorded: true })
    await settled()
    expect(await post(url, await validDelivery(event))).toEqual(acknowledged())
    expect(await nth(3)).toMatchObject({ status: 'duplicate' })
    expect(onEvent).toHaveBeenCalledOnce()
  })

  it('can have the event processed again if the handler then fails', async () => {
    const gate = deferred()
    const fail = () => gate.promise.then(() => Promise.reject(new Error('no')))
    const onEvent = vi.fn().mockImplementationOnce(fail)
    const { port, url, nth } = await start({ onEvent })
    const event = sampleEvent('call.ended')
    const client = await openSocket(port)
    await client.write(wire(await validDelivery(event)))
    await eventually(() => expect(onEvent).toHaveBeenCalled())
    client.socket.destroy()
    await client.closed()

    gate.resolve()
    expect(await nth(1)).toMatchObject({ status: 'failed' })
    expect(await post(url, await validDelivery(event))).toEqual(acknowledged())
    expect(onEvent).toHaveBeenCalledTimes(2)
  })
})

describe('a client that waits for 100 Continue', () => {
  it('is told to continue and gets its response', async () => {
    const { port } = await start()
    const { headers, body } = await validDelivery()
    const length = Buffer.byteLength(body)
    const request = openRequest({
      port,
      method: 'POST',
      headers: { ...headers, 'content-length': length, expect: '100-continue' },
    })
    request.flushHeaders()
    await once(request, 'continue')
    request.end(body)
    expect((await responseTo(request)).message.statusCode).toBe(204)
  })

  it('gets a 413 before it sends any of its body', async () => {
    const { port } = await start()
    const { headers } = await validDelivery()
    const request = openRequest({
      port,
      method: 'POST',
      headers: { ...headers, 'content-length': 2 * MIB, expect: '100-continue' },
    })
    request.on('error', silent)
    request.flushHeaders()
    const [message] = (await once(request, 'response')) as [IncomingMessage]
    expect(message.statusCode).toBe(413)
    request.destroy()
  })
})

describe('what a framework leaves on the request', () => {
  type Parsed = IncomingMessage & { body?: unknown; rawBody?: unknown }

  /** A server whose framework does something with the request before the handler gets it. */
  async function behind(parse: (request: Parsed) => unknown, options: TestOptions = {}) {
    const { onOutcome, nth } = recordOutcomes()
    const handle = createNodeHandler(withHandler({ secret: SECRET, onOutcome, ...options }))
    const { url } = await serve(async (request, response) => {
      await parse(request)
      await handle(request, response)
    })
    return { url, nth }
  }

  /** Reads the stream as Express's parsers do: with listeners that are removed at the end. */
  function readStream(request: IncomingMessage): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const pieces: Buffer[] = []
      const onData = (piece: Buffer) => void pieces.push(piece)
      const onEnd = () => {
        request.off('data', onData).off('end', onEnd).off('error', reject)
        resolve(Buffer.concat(pieces))
      }
      request.on('data', onData).on('end', onEnd).on('error', reject)
    })
  }

  it.each<[string, (request: Parsed, bytes: Buffer) => void]>([
    [
      'a Buffer in req.rawBody, beside a parsed body',
      (request, bytes) => {
        request.rawBody = bytes
        request.body = JSON.parse(bytes.toString())
      },
    ],
    [
      'a string in req.rawBody, beside a parsed body',
      (request, bytes) => {
        request.rawBody = bytes.toString()
        request.body = JSON.parse(bytes.toString())
      },
    ],
    [
      'a Buffer in req.rawBody, beside a req.body that throws',
      (request, bytes) => {
        request.rawBody = bytes
        Object.defineProperty(request, 'body', {
          get() {
            throw new Error('Invalid JSON')
          },
        })
      },
    ],
    [
      'a Buffer in req.body',
      (request, bytes) => {
        request.body = bytes
      },
    ],
    [
      'a string in req.body',
      (request, bytes) => {
        request.body = bytes.toString()
      },
    ],
  ])('is used as the body if it is %s', async (_, leave) => {
    const { url } = await behind(async (request) => leave(request, await readStream(request)))
    expect(await post(url, await validDelivery())).toEqual(acknowledged())
    expect(await post(url, { ...(await validDelivery()), body: '{}' })).toEqual(
      rejected(401, 'signature_mismatch'),
    )
  })

  it('is used as the body if it is req.body without a stream, as in serverless adapters', async () => {
    const { onOutcome, nth } = recordOutcomes()
    const { method, headers, body } = await validDelivery()
    const request: NodeRequest = {
      method,
      headers,
      body: Buffer.from(body),
      complete: true,
      readableEnded: false,
      readableDidRead: false,
      destroyed: false,
      on: () => expect.fail('the stream is not to be read'),
      resume: () => expect.fail('the stream is not to be read'),
    }
    const response = {
      headersSent: false,
      destroyed: false,
      writeHead: vi.fn(),
      write: vi.fn(),
      end: vi.fn(),
    }
    await createNodeHandler({ secret: SECRET, onEvent() {}, onOutcome })(request, response)
    expect(response.writeHead).toHaveBeenCalledExactlyOnceWith(204, {})
    expect(response.end).toHaveBeenCalledOnce()
    expect(await nth(1)).toMatchObject({ status: 'processed' })
  })

  it('is used as the body from req.rawBody rather than from req.body', async () => {
    const { url } = await behind(async (request) => {
      request.rawBody = await readStream(request)
      request.body = 'something else'
    })
    expect(await post(url, await validDelivery())).toEqual(acknowledged())
  })

  it('must not be over the limit', async () => {
    const parse = async (request: Parsed) => {
      request.rawBody = await readStream(request)
    }
    const { url } = await behind(parse, { maxBodyBytes: 1000 })
    expect(await post(url, await validDeliveryOfSize(1000))).toEqual(acknowledged())
    expect(await post(url, await validDeliveryOfSize(1001))).toEqual(rejected(413, 'body_too_large'))
  })

  it('causes a 500 body_not_raw if it is a parsed body, and the message says how to keep the bytes', async () => {
    const { url, nth } = await behind(async (request) => {
      request.body = JSON.parse((await readStream(request)).toString())
    })
    expect(await post(url, await validDelivery())).toEqual(rejected(500, 'body_not_raw'))
    const outcome = await nth(1)
    expect(outcome).toMatchObject({ status: 'rejected', error: expect.any(WebhookError) })
    expect(outcome).toHaveProperty('error.message', expect.stringMatching(/Object.*express\.raw.*rawBody/))
  })

  it('causes a 500 body_not_raw if it is nothing and the stream was read', async () => {
    const { url } = await behind(readStream)
    expect(await post(url, await validDelivery())).toEqual(rejected(500, 'body_not_raw'))
  })

  it('causes a 500 body_not_raw if it is nothing and the stream was iterated', async () => {
    const { url } = await behind(async (request) => {
      for await (const _ of request);
    })
    expect(await post(url, await validDelivery())).toEqual(rejected(500, 'body_not_raw'))
  })

  it('causes a 500 body_not_raw if the stream gives strings instead of bytes', async () => {
    const { url } = await behind((request) => {
      request.setEncoding('utf8')
    })
    expect(await post(url, await validDelivery())).toEqual(rejected(500, 'body_not_raw'))
  })

  it('is logged if the bytes are gone, because the program caused it', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(silent)
    const { url } = await behind(readStream, { onOutcome: undefined })
    await post(url, await validDelivery())
    const calls = log.mock.calls
    log.mockRestore()
    expect(calls).toEqual([['truedy-webhooks:', expect.objectContaining({ code: 'body_not_raw' })]])
  })

  it.each([{}, undefined, null])(
    'is ignored if it is %j in req.body, as in Express 4, and the stream is unread',
    async (body) => {
      const { url } = await behind((request) => {
        request.body = body
      })
      expect(await post(url, await validDelivery())).toEqual(acknowledged())
    },
  )

  it.each([
    ['an empty string in req.rawBody', { rawBody: '' }],
    ['an empty Buffer in req.rawBody', { rawBody: Buffer.alloc(0) }],
    ['an empty Buffer in req.body', { body: Buffer.alloc(0) }],
  ])('is ignored if it is %s and the stream is unread', async (_, left) => {
    const { url } = await behind((request) => void Object.assign(request, left))
    expect(await post(url, await validDelivery())).toEqual(acknowledged())
  })

  it('causes a 500 body_not_raw if it is empty and the stream was read', async () => {
    const { url } = await behind(async (request) => {
      await readStream(request)
      request.body = Buffer.alloc(0)
    })
    expect(await post(url, await validDelivery())).toEqual(rejected(500, 'body_not_raw'))
  })

  it('may be nothing if the body was empty', async () => {
    const { url } = await behind(readStream)
    const empty = { method: 'POST', ...(await signDelivery('', SECRET)) }
    expect(await post(url, empty)).toEqual(rejected(400, 'invalid_json'))
  })

  it('causes a 500 body_not_raw if it is only a part of the bytes, because something still reads the stream', async () => {
    const { onOutcome, nth } = recordOutcomes()
    const handle = createNodeHandler({ secret: SECRET, onEvent() {}, onOutcome })
    const { port } = await serve(async (request: Parsed, response) => {
      const [piece] = await once(request, 'data')
      request.rawBody = piece
      await handle(request, response)
    })
    const client = await openSocket(port)
    const request = await validDeliveryOfSize(160)
    await client.write(head(request, { 'content-length': 160 }) + String(request.body).slice(0, 50))
    expect(await client.until('"}')).toMatch(/^HTTP\/1\.1 500 .*body_not_raw/s)
    expect(await nth(1)).toHaveProperty('error.message', expect.stringContaining('is still reading'))
  })

  it('causes a 500 body_not_raw if it is a getter that throws, as on Vercel', async () => {
    const { url } = await behind(async (request) => {
      await readStream(request)
      Object.defineProperty(request, 'body', {
        get() {
          throw new Error('Invalid JSON')
        },
      })
    })
    expect(await post(url, await validDelivery())).toEqual(rejected(500, 'body_not_raw'))
  })

  it('is ignored if it is a delay before an unread stream', async () => {
    const { url } = await behind(() => new Promise((resolve) => setTimeout(resolve, 20)))
    expect(await post(url, await validDeliveryOfSize(200_000))).toEqual(acknowledged())
  })
})

describe('arguments other than (req, res)', () => {
  const response = () => ({
    headersSent: false,
    destroyed: false,
    writeHead: vi.fn(),
    write: vi.fn(),
    end: vi.fn(),
  })

  it.each<[string, unknown[], string]>([
    ['a fetch Request', [new Request('http://example.com/', { method: 'POST' })], 'createWebhookHandler'],
    [
      'a Request and the context of a route',
      [new Request('http://example.com/'), {}],
      'createWebhookHandler',
    ],
    [
      "Fastify's request and reply",
      [{ raw: {}, headers: {} }, { raw: {} }],
      "Use createReceiver. As its body, pass request.rawBody (NestJS with rawBody: true), or the Buffer that a parser with parseAs: 'buffer' puts into request.body.",
    ],
    ['the context of Koa', [{ res: response() }, () => {}], 'Pass ctx.req and ctx.res'],
    ['the context of Hono', [{ req: {} }, () => {}], 'createWebhookHandler'],
    ['a request without a response', [{ method: 'POST', headers: {} }], '(req, res)'],
    ['nothing', [], '(req, res)'],
  ])('reject, and the error names what to use instead: %s', async (_, args, hint) => {
    const { onOutcome, nth } = recordOutcomes()
    const onEvent = vi.fn()
    const handle: (...args: never[]) => Promise<void> = createNodeHandler({
      secret: SECRET,
      onEvent,
      onOutcome,
    })
    const rejection = expect.objectContaining({
      code: 'body_not_raw',
      message: expect.stringContaining(hint),
    })
    await expect(handle(...(args as never[]))).rejects.toEqual(rejection)
    expect(await nth(1)).toMatchObject({ status: 'rejected', error: rejection })
    expect(onEvent).not.toHaveBeenCalled()
  })

  it('get a 500 body_not_raw if they are a Request and a response', async () => {
    const { onOutcome, nth } = recordOutcomes()
    const handle: (...args: never[]) => Promise<void> = createNodeHandler({
      secret: SECRET,
      onEvent() {},
      onOutcome,
    })
    const written = response()
    await handle(...([new Request('http://example.com/', { method: 'POST' }), written] as never[]))
    expect(written.writeHead).toHaveBeenCalledExactlyOnceWith(500, expect.anything())
    expect(written.end).toHaveBeenCalledOnce()
    expect(await nth(1)).toMatchObject({
      error: { message: expect.stringContaining('createWebhookHandler') },
    })
  })

  it('get a 500 body_not_raw if the request is a parsed body without a stream', async () => {
    const { onOutcome, nth } = recordOutcomes()
    const { method, headers, body } = await validDelivery()
    const request = { method, headers, body: JSON.parse(String(body)) } as NodeRequest
    const written = response()
    await createNodeHandler({ secret: SECRET, onEvent() {}, onOutcome })(request, written)
    expect(written.writeHead).toHaveBeenCalledExactlyOnceWith(500, expect.anything())
    expect(await nth(1)).toMatchObject({ error: { code: 'body_not_raw' } })
  })
})

describe('a response that another part of the program sent', () => {
  it('is left alone', async () => {
    const { onOutcome, nth } = recordOutcomes()
    const handle = createNodeHandler({ secret: SECRET, onEvent() {}, onOutcome })
    const settled = deferred<unknown>()
    const { url } = await serve((request, response) => {
      response.writeHead(202, { 'x-by': 'somebody' }).end('taken')
      handle(request, response).then(settled.resolve, settled.resolve)
    })
    const response = await fetch(url, { ...(await validDelivery()) })
    expect(response.status).toBe(202)
    expect(await response.text()).toBe('taken')
    expect(await settled.promise).toBeUndefined()
    await nth(1)
  })

  it('while the handler ran, as on a timeout, is left alone, and the event is marked done', async () => {
    const gate = deferred()
    const { onOutcome, nth } = recordOutcomes()
    let response: ServerResponse | undefined
    const onEvent = () => {
      response?.writeHead(504).end()
      return gate.promise
    }
    const handle = createNodeHandler({ secret: SECRET, onEvent, onOutcome })
    const settled = deferred<unknown>()
    const { url } = await serve((request, given) => {
      response = given
      handle(request, given).then(settled.resolve, settled.resolve)
    })
    expect((await fetch(url, { ...(await validDelivery()) })).status).toBe(504)
    gate.resolve()
    expect(await settled.promise).toBeUndefined()
    expect(await nth(1)).toMatchObject({ status: 'processed', recorded: true })
  })

  it.each([
    { headersSent: true, destroyed: false },
    { headersSent: false, destroyed: true },
  ])('is not written to if its state is %j', async (state) => {
    const calls = { writeHead: vi.fn(), write: vi.fn(), end: vi.fn() }
    const response: NodeResponse = { ...state, ...calls }
    const request = { method: 'GET', headers: {}, complete: false } as NodeRequest
    await createNodeHandler({ secret: SECRET, onEvent() {}, onOutcome: silent })(request, response)
    for (const call of Object.values(calls)) expect(call).not.toHaveBeenCalled()
  })
})

describe('headers from a stranger', () => {
  it.each(['X-Truedy-Signature', 'X-Truedy-Timestamp'])(
    'are rejected with 401 if %s comes twice',
    async (name) => {
      const { port } = await start()
      const request = await validDelivery()
      const client = await openSocket(port)
      const value = request.headers[name.toLowerCase()] ?? ''
      await client.write(wire(request, { connection: 'close', [name]: value }))
      expect(await client.closed()).toMatch(/^HTTP\/1\.1 401 .*"malformed_(signature|timestamp)"/s)
    },
  )

  it('are harmless in their hundreds, under any name', async () => {
    const { port } = await start()
    const odd = ['__proto__', 'constructor', 'get', 'toString', 'hasOwnProperty']
    const many = Array.from({ length: 100 }, (_, index) => `x-${index}`)
    const more = Object.fromEntries([...odd, ...many].map((name) => [name, 'x']))
    const client = await openSocket(port)
    await client.write(wire(await validDelivery(), { connection: 'close', ...more }))
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 204/)
  })

  it.each([
    ['10,000 digits', 'a'.repeat(10_000)],
    ['bytes beyond ASCII', `${'a'.repeat(63)}\xff`],
    ['a tab', `${'a'.repeat(32)}\t${'a'.repeat(32)}`],
    ['markup', '<script>alert(1)</script>'],
  ])('are rejected with 401, and not echoed, if the signature is %s', async (_, value) => {
    const { port } = await start()
    const request = { ...(await validDelivery()), body: '{}' }
    const client = await openSocket(port)
    client.socket.write(wire(request, { connection: 'close', 'x-truedy-signature': value }), 'latin1')
    const received = await client.closed()
    expect(received).toMatch(/^HTTP\/1\.1 401 .*\{"error":"malformed_signature"\}$/s)
    expect(received).not.toContain(value)
  })
})

it('responds to other clients while it cuts one off', async () => {
  const { port, probe } = await start({ maxBodyBytes: 1000 })
  const client = await openSocket(port)
  await client.write(head(await validDelivery(), { 'content-length': 5000 }))
  await client.until('"}')
  expect(await Promise.all([probe(), probe(), probe()])).toEqual(Array(3).fill(acknowledged()))
})

describe('an argument that is not a request', () => {
  it.each([[undefined], [null], ['request'], [1]])('gets a 500 if it is %o', async (request) => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    const handle = createNodeHandler({ secret: SECRET, onEvent() {} })
    const writeHead = vi.fn()
    const response = { headersSent: false, destroyed: false, writeHead, write: vi.fn(), end: vi.fn() }
    await handle(request as never, response)
    expect(writeHead).toHaveBeenCalledWith(500, expect.anything())
    expect(response.end).toHaveBeenCalledTimes(1)
    expect(log).toHaveBeenCalledWith('truedy-webhooks:', expect.objectContaining({ code: 'body_not_raw' }))
    log.mockRestore()
  })
})
