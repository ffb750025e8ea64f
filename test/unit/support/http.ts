/**
 * What the tests of the receiver and of its two handlers share: one suite of the responses in src/CONTRACT.md §6, a
 * server on the loopback address, and a client that can misbehave.
 */

import { createServer, type RequestListener, type ServerOptions } from 'node:http'
import { connect } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { DedupeStore, Outcome } from '../../../src/index.js'
import { memoryStore } from '../../../src/index.js'
import { type SampleEvent, sampleEvent, signDelivery } from '../../../src/testing/index.js'
import { listenOn } from '../../support/server.js'
import { eventually } from './eventually.js'
import type { TestOptions } from './options.js'

export const SECRET = 'whsec_5f1c7a'

/** A request as plain values. */
export interface TestRequest {
  method: string
  headers: Record<string, string>
  body: string | Uint8Array<ArrayBuffer>
}

/** The parts of a response that the receiver decides. `null` means that the header is absent. */
export interface Answer {
  status: number
  body: string
  contentType: string | null
  allow: string | null
  retryAfter: string | null
}

/** An endpoint under test: maps a request to its response. */
export type Endpoint = (request: TestRequest) => Promise<Answer>

/** A request that Truedy could have sent, with a new event by default. */
export async function validDelivery(event: SampleEvent = sampleEvent('call.ended')): Promise<TestRequest> {
  return { method: 'POST', ...(await signDelivery(event, SECRET)) }
}

/** A valid request whose body has exactly this many bytes, three of which are one character. */
export async function validDeliveryOfSize(bytes: number): Promise<TestRequest> {
  const event = {
    event: 'call.ended',
    timestamp: 1773844320,
    id: crypto.randomUUID(),
    data: { summary: '世' },
  }
  const padding = 'x'.repeat(bytes - Buffer.byteLength(JSON.stringify(event)))
  const body = JSON.stringify({ ...event, data: { summary: `世${padding}` } })
  expect(Buffer.byteLength(body)).toBe(bytes)
  return { method: 'POST', ...(await signDelivery(body, SECRET)) }
}

export function acknowledged(): Answer {
  return { status: 204, body: '', contentType: null, allow: null, retryAfter: null }
}

export function rejected(status: number, error: string, more: Partial<Answer> = {}): Answer {
  return {
    status,
    body: `{"error":"${error}"}`,
    contentType: 'application/json',
    allow: null,
    retryAfter: null,
    ...more,
  }
}

export async function toAnswer(response: Response): Promise<Answer> {
  return {
    status: response.status,
    body: await response.text(),
    contentType: response.headers.get('content-type'),
    allow: response.headers.get('allow'),
    retryAfter: response.headers.get('retry-after'),
  }
}

export interface Deferred<Value> {
  promise: Promise<Value>
  resolve(value: Value): void
}

export function deferred<Value = void>(): Deferred<Value> {
  let resolve: Deferred<Value>['resolve'] = () => {}
  const promise = new Promise<Value>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/** Collects outcomes, and lets a test wait for them. */
export function recordOutcomes() {
  const outcomes: Outcome[] = []
  return {
    outcomes,
    onOutcome: (outcome: Outcome) => void outcomes.push(outcome),
    /** Waits until there are exactly `count` outcomes, and returns the last. */
    async nth(count: number): Promise<Outcome> {
      await eventually(() => expect(outcomes.length).toBeGreaterThanOrEqual(count))
      expect(outcomes).toHaveLength(count)
      return outcomes[count - 1] as Outcome
    },
  }
}

export const silent = () => {}

/** Fails each test that leaves an unhandled rejection or an uncaught exception. */
export function failOnUncaught(): void {
  const uncaught: unknown[] = []
  const record = (reason: unknown) => void uncaught.push(reason)
  beforeAll(() => {
    process.on('unhandledRejection', record)
    process.on('uncaughtException', record)
  })
  afterEach(async () => {
    await setImmediate()
    expect(uncaught.splice(0)).toEqual([])
  })
  afterAll(() => {
    process.off('unhandledRejection', record)
    process.off('uncaughtException', record)
  })
}

/** A server on a free port of the loopback address that runs until the test ends. */
export async function serve(
  listener: RequestListener,
  options: ServerOptions = {},
): Promise<{ port: number; url: string }> {
  const server = createServer(options, listener)
  const port = await listenOn(server)
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { port, url: `http://127.0.0.1:${port}/` }
}

/** A client that writes exactly the bytes that it is given. */
export async function openSocket(port: number) {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  const errors: Error[] = []
  socket.on('error', (error) => errors.push(error))
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
  })
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => resolve())
  })
  await new Promise<void>((resolve) => {
    socket.on('connect', resolve)
  })
  onTestFinished(() => void socket.destroy())
  return {
    socket,
    errors,
    write: (data: string | Uint8Array) =>
      new Promise<void>((resolve) => {
        socket.write(data, () => resolve())
      }),
    received: () => received,
    /** Resolves with all received text once it contains `text`. */
    async until(text: string): Promise<string> {
      await eventually(() => expect(received).toContain(text))
      return received
    },
    /** Resolves with all received text once the connection is closed. */
    closed: async () => {
      await closed
      return received
    },
  }
}

/** The head of a request on the wire, with extra headers. */
export function head({ method, headers }: TestRequest, more: Record<string, string | number>): string {
  const lines = Object.entries({ host: '127.0.0.1', ...headers, ...more })
  return [`${method} / HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n')
}

/** A whole request on the wire. */
export function wire(request: TestRequest, more: Record<string, string | number> = {}): string {
  return head(request, { 'content-length': Buffer.byteLength(request.body), ...more }) + String(request.body)
}

/** One chunk of a chunked body. */
export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}

/** Counts how often `part` occurs in `text`. */
export function count(text: string, part: string): number {
  return text.split(part).length - 1
}

const MAX_BODY_BYTES = 4096

interface Row {
  name: string
  answer: Answer
  make(): Promise<TestRequest>
}

function without(header: string) {
  return async (): Promise<TestRequest> => {
    const { headers, ...request } = await validDelivery()
    return {
      ...request,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== header)),
    }
  }
}

function withHeader(header: string, value: string) {
  return async (): Promise<TestRequest> => {
    const request = await validDelivery()
    return { ...request, headers: { ...request.headers, [header]: value } }
  }
}

/** A request with a valid signature, whatever its body and its age in seconds. */
function signed(body: string | Uint8Array<ArrayBuffer>, age = 0) {
  return async (): Promise<TestRequest> => ({
    method: 'POST',
    ...(await signDelivery(body, SECRET, { timestamp: new Date(Date.now() - age * 1000) })),
  })
}

const ENVELOPE = JSON.stringify(sampleEvent('call.ended'))

const answerTable: readonly Row[] = [
  { name: 'a valid event', answer: acknowledged(), make: validDelivery },
  {
    name: 'a valid event of an unknown type',
    answer: acknowledged(),
    make: () => validDelivery(sampleEvent('unknown')),
  },
  {
    name: 'a body of the maximum size',
    answer: acknowledged(),
    make: () => validDeliveryOfSize(MAX_BODY_BYTES),
  },
  {
    name: 'no timestamp header',
    answer: rejected(401, 'missing_timestamp'),
    make: without('x-truedy-timestamp'),
  },
  {
    name: 'no signature header',
    answer: rejected(401, 'missing_signature'),
    make: without('x-truedy-signature'),
  },
  {
    name: 'neither headers nor a body',
    answer: rejected(401, 'missing_timestamp'),
    make: async () => ({ method: 'POST', headers: {}, body: '' }),
  },
  {
    name: 'a malformed timestamp',
    answer: rejected(401, 'malformed_timestamp'),
    make: withHeader('x-truedy-timestamp', '1e9'),
  },
  {
    name: 'a malformed signature',
    answer: rejected(401, 'malformed_signature'),
    make: withHeader('x-truedy-signature', 'a'.repeat(63)),
  },
  {
    name: 'a wrong signature',
    answer: rejected(401, 'signature_mismatch'),
    make: withHeader('x-truedy-signature', 'a'.repeat(64)),
  },
  {
    name: 'a body changed after it was signed',
    answer: rejected(401, 'signature_mismatch'),
    make: async () => ({ ...(await validDelivery()), body: `${ENVELOPE} ` }),
  },
  {
    name: 'a stale timestamp',
    answer: rejected(401, 'timestamp_too_old'),
    make: signed(ENVELOPE, 400),
  },
  {
    name: 'a timestamp in the future',
    answer: rejected(401, 'timestamp_too_new'),
    make: signed(ENVELOPE, -400),
  },
  { name: 'an empty body, signed', answer: rejected(400, 'invalid_json'), make: signed('') },
  {
    name: 'a body that is not JSON',
    answer: rejected(400, 'invalid_json'),
    make: signed('{"event":"call.ended",'),
  },
  {
    name: 'a body that is not UTF-8',
    answer: rejected(400, 'invalid_json'),
    make: signed(Uint8Array.of(0x22, 0xff, 0xfe, 0x22)),
  },
  {
    name: 'an envelope without data',
    answer: rejected(400, 'invalid_event'),
    make: signed('{"event":"call.ended","timestamp":1773844320}'),
  },
  {
    name: 'a body one byte too large',
    answer: rejected(413, 'body_too_large'),
    make: () => validDeliveryOfSize(MAX_BODY_BYTES + 1),
  },
  ...['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => ({
    name: `the method ${method}`,
    answer: rejected(405, 'method_not_allowed', { allow: 'POST' }),
    make: async () => ({ ...(await validDelivery()), method }),
  })),
]

/** The tests that all three adapters must pass. */
export function describeAnswers(open: (options: TestOptions) => Endpoint | Promise<Endpoint>): void {
  describe('an endpoint', () => {
    it.each(answerTable)('responds to $name with $answer.status $answer.body', async ({ make, answer }) => {
      const send = await open({
        secret: SECRET,
        onEvent() {},
        maxBodyBytes: MAX_BODY_BYTES,
        onOutcome: silent,
      })
      expect(await send(await make())).toEqual(answer)
    })

    it('responds to a HEAD with 405', async () => {
      const send = await open({ secret: SECRET, onEvent() {}, onOutcome: silent })
      const answer = await send({ method: 'HEAD', headers: {}, body: '' })
      expect(answer).toMatchObject({ status: 405, allow: 'POST' })
    })

    it('calls no handler for a request that it rejects', async () => {
      const onEvent = vi.fn()
      const send = await open({
        secret: SECRET,
        maxBodyBytes: MAX_BODY_BYTES,
        onEvent,
        onOutcome: silent,
      })
      for (const { make, answer } of answerTable) if (answer.status !== 204) await send(await make())
      expect(onEvent).not.toHaveBeenCalled()
    })

    it('responds to a duplicate with 204 and processes the event once', async () => {
      const onEvent = vi.fn()
      const send = await open({ secret: SECRET, onEvent })
      const event = sampleEvent('call.ended')
      expect(await send(await validDelivery(event))).toEqual(acknowledged())
      expect(await send(await validDelivery(event))).toEqual(acknowledged())
      expect(onEvent).toHaveBeenCalledOnce()
    })

    it('responds with 503 to the second of two concurrent deliveries, and with 204 to a later one', async () => {
      const gate = deferred()
      const onEvent = vi.fn(() => gate.promise)
      const send = await open({ secret: SECRET, onEvent, onOutcome: silent })
      const event = sampleEvent('call.ended')
      const both = [await validDelivery(event), await validDelivery(event)].map((request) => send(request))

      expect(await Promise.race(both)).toEqual(rejected(503, 'busy', { retryAfter: '60' }))
      gate.resolve()
      const statuses = (await Promise.all(both)).map((answer) => answer.status)
      expect(statuses.sort()).toEqual([204, 503])
      expect(await send(await validDelivery(event))).toEqual(acknowledged())
      expect(onEvent).toHaveBeenCalledOnce()
    })

    it('responds with 500 if a handler throws, and processes the next delivery', async () => {
      const onEvent = vi.fn().mockRejectedValueOnce(new Error('secret detail'))
      const send = await open({ secret: SECRET, onEvent, onOutcome: silent })
      const event = sampleEvent('call.ended')
      expect(await send(await validDelivery(event))).toEqual(rejected(500, 'failed'))
      expect(await send(await validDelivery(event))).toEqual(acknowledged())
      expect(onEvent).toHaveBeenCalledTimes(2)
    })

    it('responds with 500 if the store is down, without calling the handler', async () => {
      const onEvent = vi.fn()
      const store = brokenStore('claim')
      const send = await open({ secret: SECRET, store, onEvent, onOutcome: silent })
      expect(await send(await validDelivery())).toEqual(rejected(500, 'failed'))
      expect(onEvent).not.toHaveBeenCalled()
    })

    it("responds with 204 if the handler succeeds but the store can't mark the event done", async () => {
      const { onOutcome, nth } = recordOutcomes()
      const send = await open({ secret: SECRET, onEvent() {}, store: brokenStore('complete'), onOutcome })
      expect(await inNoTime(async () => send(await validDelivery()))).toEqual(acknowledged())
      expect(await nth(1)).toMatchObject({ status: 'processed', recorded: false })
    })

    it('passes an event of an unknown type to on.unknown', async () => {
      const unknown = vi.fn()
      const send = await open({ secret: SECRET, on: { unknown, 'call.ended': () => expect.fail() } })
      expect(await send(await validDelivery(sampleEvent('unknown')))).toEqual(acknowledged())
      expect(unknown.mock.calls[0]?.[0]).toMatchObject({ event: 'unknown', rawEvent: 'call.transferred' })
    })

    it('passes call.completed, the alias, to the handler of call.ended', async () => {
      const ended = vi.fn()
      const send = await open({ secret: SECRET, on: { 'call.ended': ended, unknown: () => expect.fail() } })
      expect(await send(await validDelivery(sampleEvent('call.completed')))).toEqual(acknowledged())
      expect(ended.mock.calls[0]?.[0]).toMatchObject({ event: 'call.ended', rawEvent: 'call.completed' })
    })
  })
}

/** Runs something without its waits: each timer fires as soon as it is set. */
export async function inNoTime<Value>(run: () => Promise<Value>): Promise<Value> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const hurry = setInterval(() => vi.runOnlyPendingTimers(), 1)
  try {
    return await run()
  } finally {
    clearInterval(hurry)
    vi.useRealTimers()
  }
}

/** A store whose given step always rejects. */
export function brokenStore(step: keyof DedupeStore): DedupeStore {
  return {
    ...memoryStore(),
    [step]: () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.5:6379')),
  }
}
