/** Sends deliveries as Truedy does (src/CONTRACT.md §1), a thousand times as fast. */

import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { type SampleEvent, signDelivery } from '../../src/testing/index.js'

/** Truedy's first repeat comes after 30 s; each wait is twice the one before. */
const FIRST_WAIT_MS = 30
const REPEATS = 10

/** How many requests are under way at once. */
const CONCURRENCY = 50

export interface Sender {
  /** Deliveries so far, without their repeats. */
  deliveries(): number
  /** Requests so far, with the repeats. */
  requests(): number
  /** How many answers there were of a status. */
  answers(status: number): number
  /** Requests that got no answer. */
  broken(): number
  /** How long the slowest answer took, in milliseconds. */
  longestMs(): number
  /** Deliveries that were never acknowledged, given up after the last repeat. */
  givenUp(): number
  /** Begins a delivery, or several of the same event at the same moment. */
  send(event: SampleEvent, copies?: number): void
  /** Resolves when every delivery was acknowledged or given up. */
  finish(): Promise<void>
}

/**
 * @param url - where to
 * @param secret - what to sign with
 * @param timeoutMs - how long an answer is awaited. Truedy's 10 s, unless a test has no time for that
 */
export function createSender(url: string, secret: string, timeoutMs = 10_000): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY })
  const deliveries: Promise<void>[] = []
  const statuses: (number | undefined)[] = []
  let givenUp = 0
  let longestMs = 0

  async function deliver(event: SampleEvent): Promise<void> {
    for (let repeat = 0; repeat <= REPEATS; repeat++) {
      if (repeat > 0) await delay(FIRST_WAIT_MS * 2 ** (repeat - 1))
      const status = await post(event)
      statuses.push(status)
      if (status !== undefined && status >= 200 && status < 300) return
    }
    givenUp += 1
  }

  /** The status of the answer; `undefined` where there is none. */
  async function post(event: SampleEvent): Promise<number | undefined> {
    const { body, headers } = await signDelivery(event, secret)
    return new Promise((resolve) => {
      const sent = request(url, { method: 'POST', headers, agent, timeout: timeoutMs })
      let startedAt = performance.now()
      // Without the wait for a connection, which is this sender's own.
      sent.on('socket', () => {
        startedAt = performance.now()
      })
      sent.on('timeout', () => sent.destroy())
      sent.on('error', () => resolve(undefined))
      sent.on('response', (response) => {
        response.on('end', () => {
          longestMs = Math.max(longestMs, performance.now() - startedAt)
          resolve(response.statusCode)
        })
        response.on('close', () => resolve(undefined))
        response.resume()
      })
      sent.end(body)
    })
  }

  const count = (status: number | undefined) => statuses.filter((each) => each === status).length

  return {
    deliveries: () => deliveries.length,
    requests: () => statuses.length,
    answers: count,
    broken: () => count(undefined),
    longestMs: () => longestMs,
    givenUp: () => givenUp,
    send(event, copies = 1) {
      for (let i = 0; i < copies; i++) deliveries.push(deliver(event))
    },
    async finish() {
      await Promise.all(deliveries)
      agent.destroy()
    },
  }
}
