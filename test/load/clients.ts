/** Sends all kinds of requests over 200 connections. */

import { createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { createRandom, type Random } from '../support/random.js'

/** A request, and its correct responses. */
export type Kind = 'valid' | 'duplicate' | 'forged' | 'oversized' | 'endless'

const ANSWERS: Readonly<Record<Kind, readonly number[]>> = {
  valid: [204],
  // 503 is correct while the first delivery is still being processed.
  duplicate: [204, 503],
  forged: [401],
  oversized: [413],
  endless: [413],
}

/** The result of a run. */
export interface Tally {
  readonly answers: Readonly<Record<Kind, number>>
  /** The number of sent events, which are numbered from 0. Each was acknowledged. */
  readonly events: number
  /** Incorrect responses, by kind. */
  readonly wrong: Readonly<Record<string, number>>
  readonly seconds: number
}

/** A source of events whose numbers continue over several runs. */
export interface Numbers {
  next: number
}

const HUGE = Buffer.alloc(1_200_000, 'x')
const SLOW = 20
const CONNECTIONS = 200

interface Signed {
  readonly body: Buffer
  readonly headers: Record<string, string>
}

function sign(number: number, secret: string): Signed {
  const event = {
    event: 'call.ended',
    timestamp: 1773844320,
    id: `evt_${number}`,
    data: { number, summary: 'x'.repeat(400) },
  }
  const body = Buffer.from(JSON.stringify(event))
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')
  return { body, headers: { 'x-truedy-timestamp': timestamp, 'x-truedy-signature': signature } }
}

/**
 * Sends for the given number of seconds. `isBare` means that the server only reads bodies and responds with 204 to
 * everything.
 */
export async function sendFor(
  seconds: number,
  port: number,
  secret: string,
  numbers: Numbers,
  isBare = false,
): Promise<Tally> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS - SLOW })
  const began = performance.now()
  const isOver = () => performance.now() - began > seconds * 1000
  const answers: Record<Kind, number> = { valid: 0, duplicate: 0, forged: 0, oversized: 0, endless: 0 }
  const wrong: Record<string, number> = {}
  const recent: Signed[] = []
  const first = numbers.next

  function note(kind: Kind, status: number | string): void {
    answers[kind] += 1
    if (isBare || ANSWERS[kind].includes(Number(status))) return
    const name = `${kind}: ${status}`
    wrong[name] = (wrong[name] ?? 0) + 1
  }

  function make(random: Random): { kind: Kind; signed: Signed } {
    const kind = random.onceIn(200)
      ? random.of<Kind>(['oversized', 'endless'])
      : random.of<Kind>(['valid', 'valid', 'duplicate', 'forged'])
    const known = recent.length > 0 ? random.of(recent) : undefined
    switch (kind) {
      case 'duplicate':
        if (known) return { kind, signed: known }
        break
      case 'forged': {
        const { body, headers } = known ?? sign(0, secret)
        const digits = Buffer.from(random.bytes(32)).toString('hex')
        return { kind, signed: { body, headers: { ...headers, 'x-truedy-signature': digits } } }
      }
      case 'oversized':
      case 'endless':
        return { kind, signed: { body: HUGE, headers: {} } }
    }
    const signed = sign(numbers.next++, secret)
    // The store is sure to remember the newest 1,000 events.
    recent[numbers.next % 1000] = signed
    return { kind: 'valid', signed }
  }

  async function worker(seed: number): Promise<void> {
    const random = createRandom(seed)
    while (!isOver()) {
      const { kind, signed } = make(random)
      note(kind, await post(agent, port, signed, kind === 'endless'))
    }
  }

  const workers = Array.from({ length: CONNECTIONS - SLOW }, (_, index) => worker(index))
  const slow = Array.from({ length: SLOW }, () => drip(port, isOver))
  await Promise.all([...workers, ...slow])
  agent.destroy()
  return { answers, events: numbers.next - first, wrong, seconds: (performance.now() - began) / 1000 }
}

/** The status, or the error. */
function post(
  agent: Agent,
  port: number,
  { body, headers }: Signed,
  isEndless: boolean,
): Promise<number | string> {
  return new Promise((resolve) => {
    const length = isEndless ? {} : { 'content-length': body.length }
    const outgoing = request({
      agent,
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: '/',
      headers: { ...headers, ...length },
    })
    outgoing.on('response', (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
      response.on('error', () => resolve(response.statusCode ?? 0))
    })
    outgoing.on('error', ({ message }) => resolve(message))
    outgoing.end(body)
  })
}

/** A connection that sends a byte of its body now and then but never ends it, and then another one. */
async function drip(port: number, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n')
    for (let count = 0; count < 20 && !isOver(); count++) {
      socket.write('x')
      await delay(250)
    }
    socket.destroy()
  }
}
