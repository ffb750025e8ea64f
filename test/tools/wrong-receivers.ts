/**
 * Handwritten receivers. The first is correct. Each other one differs by one mistake, so that any finding is due to
 * that.
 */

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, RequestListener } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { dedupeKey, parseEvent, type TruedyEvent } from 'truedy-webhooks'
import { endpointCases } from 'truedy-webhooks/testing'
import { SECRET } from './command-line.js'

/** How long processing an event takes, in milliseconds. */
const WORK_MS = 250

/** The steps of a receiver. Each throws the status of the response, unless that is 204. */
interface Steps {
  method(request: IncomingMessage): void
  headers(request: IncomingMessage): IncomingHttpHeaders
  verify(body: Buffer, headers: IncomingHttpHeaders): void
  parse(body: Buffer): TruedyEvent
  handle(event: TruedyEvent): Promise<void>
}

class Answer extends Error {
  readonly status: number

  constructor(status: number) {
    super(String(status))
    this.status = status
  }
}

function refuseUnless(condition: boolean, status: number): void {
  if (!condition) throw new Answer(status)
}

const work = () => delay(WORK_MS)

function expectedSignature(timestamp: string, body: Buffer | string): string {
  return createHmac('sha256', SECRET).update(`${timestamp}.`).update(body).digest('hex')
}

function readHeaders(headers: IncomingHttpHeaders): { timestamp: string; signature: string } {
  const { 'x-truedy-timestamp': timestamp, 'x-truedy-signature': signature } = headers
  if (typeof timestamp !== 'string' || typeof signature !== 'string') throw new Answer(401)
  return { timestamp, signature }
}

function readTime(timestamp: string): number {
  refuseUnless(/^\d{1,11}$|^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(timestamp), 401)
  return timestamp.includes('T') ? Date.parse(timestamp) / 1000 : Number(timestamp)
}

function ageOf(timestamp: string): number {
  return Date.now() / 1000 - readTime(timestamp)
}

function compare(signature: string, expected: string): void {
  refuseUnless(/^[\da-f]{64}$/i.test(signature), 401)
  refuseUnless(timingSafeEqual(Buffer.from(signature.toLowerCase()), Buffer.from(expected)), 401)
}

function parse(body: Buffer): TruedyEvent {
  try {
    return parseEvent(body)
  } catch {
    throw new Answer(400)
  }
}

/** Processes each key once. Duplicates must wait until the first one is done, and are then acknowledged. */
function once(keyOf: (event: TruedyEvent) => string): Steps['handle'] {
  const states = new Map<string, 'busy' | 'done'>()
  return async (event) => {
    const key = keyOf(event)
    refuseUnless(states.get(key) !== 'busy', 503)
    if (states.has(key)) return
    states.set(key, 'busy')
    await work()
    states.set(key, 'done')
  }
}

/** The correct steps, as a function, because each receiver has its own memory of what it processed. */
const right = (): Steps => ({
  method: ({ method }) => refuseUnless(method === 'POST', 405),
  headers: ({ headers }) => headers,
  verify(body, headers) {
    const { timestamp, signature } = readHeaders(headers)
    refuseUnless(Math.abs(ageOf(timestamp)) <= 300, 401)
    compare(signature, expectedSignature(timestamp, body))
  },
  parse,
  handle: once(dedupeKey),
})

function receiver(mistake: Partial<Steps> = {}): RequestListener {
  const steps = { ...right(), ...mistake }
  return async (request, response) => {
    try {
      steps.method(request)
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of request as AsyncIterable<Buffer>) {
        size += chunk.length
        if (size <= 1_048_576) chunks.push(chunk)
      }
      refuseUnless(size <= 1_048_576, 413)
      const body = Buffer.concat(chunks)
      steps.verify(body, steps.headers(request))
      await steps.handle(steps.parse(body))
      response.writeHead(204).end()
    } catch (error) {
      response.writeHead(error instanceof Answer ? error.status : 500).end()
    }
  }
}

/**
 * The steps in Truedy's documentation, in one function. They check neither the form of a signature nor a timestamp in
 * the future.
 */
const documented: Partial<Steps> = {
  verify(body, headers) {
    const timestamp = String(headers['x-truedy-timestamp'])
    const signature = String(headers['x-truedy-signature'])
    refuseUnless(Date.now() / 1000 - readTime(timestamp) <= 300, 401)
    const expected = expectedSignature(timestamp, body)
    // timingSafeEqual throws a RangeError if the lengths differ.
    refuseUnless(timingSafeEqual(Buffer.from(signature), Buffer.from(expected)), 401)
  },
}

function recordThenWork(): Steps['handle'] {
  const seen = new Set<string>()
  return async (event) => {
    if (seen.has(dedupeKey(event))) return
    seen.add(dedupeKey(event))
    await work()
  }
}

function checkThenAct(): Steps['handle'] {
  const seen = new Set<string>()
  return async (event) => {
    // The lookup takes a trip to a database, and the record another one after the work.
    await delay(5)
    if (seen.has(dedupeKey(event))) return
    await work()
    seen.add(dedupeKey(event))
  }
}

/**
 * A lookup that returns "busy", and a record a moment later. Two simultaneous deliveries can both pass between these
 * steps.
 */
function racingStates(): Steps['handle'] {
  const states = new Map<string, 'busy' | 'done'>()
  return async (event) => {
    const state = states.get(dedupeKey(event))
    await delay(5)
    refuseUnless(state !== 'busy', 503)
    if (state === 'done') return
    states.set(dedupeKey(event), 'busy')
    await work()
    states.set(dedupeKey(event), 'done')
  }
}

/** Remembers events, but treats a duplicate as a mistake of the sender. */
function failOnDuplicates(): Steps['handle'] {
  const seen = new Set<string>()
  return async (event) => {
    refuseUnless(!seen.has(dedupeKey(event)), 500)
    seen.add(dedupeKey(event))
    await work()
  }
}

/** A second delivery waits until the first is done, as an INSERT waits for a transaction with the same key. */
function waiting(): Steps['handle'] {
  const running = new Map<string, Promise<void>>()
  return (event) => {
    const key = dedupeKey(event)
    const started = running.get(key) ?? work()
    running.set(key, started)
    return started
  }
}

function handWrittenVerify(accepts: (age: number) => boolean): Partial<Steps> {
  return {
    verify(body, headers) {
      const { timestamp, signature } = readHeaders(headers)
      refuseUnless(accepts(ageOf(timestamp)), 401)
      compare(signature, expectedSignature(timestamp, body))
    },
  }
}

function callId(event: TruedyEvent): string {
  const { call, callId } = event.data as { call?: { callId?: string }; callId?: string }
  return call?.callId ?? callId ?? dedupeKey(event)
}

/** Correct receivers of different kinds. */
export const rightReceivers: Readonly<Record<string, () => RequestListener>> = {
  'responds with 503 to a concurrent duplicate': () => receiver(),
  'makes a concurrent duplicate wait': () => receiver({ handle: waiting() }),
}

/** Receivers with a mistake, and exactly the cases that must find it. */
export const wrongReceivers: Readonly<
  Record<string, { readonly make: () => RequestListener; readonly found: readonly string[] }>
> = {
  "follows the documentation's snippet, which crashes on a short signature and accepts the future": {
    make: () => receiver(documented),
    found: [
      'a signature of one digit',
      'no signature header',
      'the signature header twice',
      'a delivery from 10 minutes ahead',
    ],
  },
  'parses the body before verifying, and crashes on invalid JSON': {
    make: () =>
      receiver({
        verify(body, headers) {
          const { event } = JSON.parse(String(body)) as { event: string }
          refuseUnless(event.length > 0, 400)
          right().verify(body, headers)
        },
      }),
    found: [
      'a forged body that is not JSON',
      'a signed body that is not JSON',
      'signed JSON that is not an event',
    ],
  },
  'compares with == after re-serializing the body': {
    make: () =>
      receiver({
        verify(body, headers) {
          const { timestamp, signature } = readHeaders(headers)
          refuseUnless(Math.abs(ageOf(timestamp)) <= 300, 401)
          const again = JSON.stringify(JSON.parse(String(body)))
          // biome-ignore lint/suspicious/noDoubleEquals: this is the mistake
          refuseUnless(signature == expectedSignature(timestamp, again), 401)
        },
      }),
    // Truedy writes JSON as Python does, so no valid delivery passes.
    found: endpointCases
      .filter(({ name, expected }) => expected.startsWith('2xx') || / body that is not /.test(name))
      .map(({ name }) => name),
  },
  'does not recognize duplicates': {
    make: () => receiver({ handle: work }),
    found: [
      'a retry of a processed event',
      'a retry while the event is being processed',
      'two deliveries of one event at once, then a retry',
    ],
  },
  'uses only the call id as the key': {
    make: () => receiver({ handle: once(callId) }),
    found: ['two event types of one call'],
  },
  'uses the type and the batch id as the key of every change': {
    make: () =>
      receiver({ handle: once(({ event, data }) => `${event}:${data['batchId'] ?? JSON.stringify(data)}`) }),
    found: ['two status changes of one campaign'],
  },
  'responds with 2xx before it has verified': {
    make: () => (request, response) => {
      request.resume()
      response.writeHead(204).end()
    },
    found: endpointCases.filter(({ expected }) => !expected.startsWith('2xx')).map(({ name }) => name),
  },
  'responds with 500 to unknown events': {
    make: () =>
      receiver({
        parse(body) {
          const event = parse(body)
          if (event.event === 'unknown') throw new Error('unexpected event')
          return event
        },
      }),
    found: ['an unknown event type'],
  },
  'checks for a record, works, and then records': {
    make: () => receiver({ handle: checkThenAct() }),
    found: [
      'a retry while the event is being processed',
      'two deliveries of one event at once, then a retry',
    ],
  },
  'checks and records in two steps': {
    make: () => receiver({ handle: racingStates() }),
    found: ['two deliveries of one event at once, then a retry'],
  },
  'responds with 500 to duplicates': {
    make: () => receiver({ handle: failOnDuplicates() }),
    found: [
      'a retry of a processed event',
      'a retry while the event is being processed',
      'two deliveries of one event at once, then a retry',
    ],
  },
  'assumes a case of the header names': {
    make: () =>
      receiver({
        headers({ rawHeaders }) {
          const names = rawHeaders.filter((_, index) => index % 2 === 0)
          return Object.fromEntries(names.map((name, index) => [name, rawHeaders[2 * index + 1]]))
        },
      }),
    found: ['header names in capitals'],
  },
  'accepts GET': {
    make: () => {
      const others = receiver()
      return (request, response) => {
        if (request.method === 'GET') response.writeHead(200).end('OK')
        else others(request, response)
      }
    },
    found: ['a GET'],
  },
  'accepts any age': {
    make: () => receiver(handWrittenVerify(() => true)),
    found: ['a delivery from 10 minutes ago', 'a delivery from 10 minutes ahead'],
  },
  'responds with 2xx while the first delivery is still being processed': {
    make: () => receiver({ handle: recordThenWork() }),
    found: ['a retry while the event is being processed'],
  },
}
