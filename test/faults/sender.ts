/** Sends deliveries as Truedy does (src/CONTRACT.md §1), but a thousand times as fast. */

import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { type SampleEvent, signDelivery } from '../../src/testing/index.js'

/** Truedy's first retry comes after 30 s, and each wait is twice the one before. */
const FIRST_WAIT_MS = 30
const REPEATS = 10

/** The maximum number of concurrent requests. */
const CONCURRENCY = 50

/** The response header that contains when the connection was accepted, in milliseconds since 1970. */
const ACCEPTED_AT = 'x-accepted-at'

export interface Sender {
  /** The number of deliveries so far, without their retries. */
  deliveries(): number
  /** The number of requests so far, including retries. */
  requests(): number
  /** The number of responses with a status. */
  answers(status: number): number
  /** Requests that got no response. */
  broken(): number
  /** The requests without a response whose connection was not broken: they timed out. */
  timedOut(): number
  /** The time of the slowest response, from the start of its own request, in milliseconds. */
  longestMs(): number
  /**
   * The same, without the time until a receiver accepted the connection. Zero if the receivers don't send the header
   * {@link ACCEPTED_AT}.
   */
  longestServedMs(): number
  /** Deliveries that were never acknowledged and given up after the last retry. */
  givenUp(): number
  /** Starts a delivery, or several simultaneous ones of the same event. */
  send(event: SampleEvent, copies?: number): void
  /** Resolves once every delivery was acknowledged or given up. */
  finish(): Promise<void>
}

/**
 * @param url - the endpoint
 * @param secret - the secret to sign with
 * @param timeoutMs - how long to wait for a response. Truedy's 10 s, unless a test has no time for that
 */
export function createSender(url: string, secret: string, timeoutMs = 10_000): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY })
  const deliveries: Promise<void>[] = []
  const statuses: (number | undefined)[] = []
  let givenUp = 0
  let longestMs = 0
  let longestServedMs = 0
  let timedOut = 0

  async function deliver(event: SampleEvent): Promise<void> {
    for (let repeat = 0; repeat <= REPEATS; repeat++) {
      if (repeat > 0) await delay(FIRST_WAIT_MS * 2 ** (repeat - 1))
      const status = await post(event)
      statuses.push(status)
      if (status !== undefined && status >= 200 && status < 300) return
    }
    givenUp += 1
  }

  /** The status of the response, or `undefined` if there is none. */
  async function post(event: SampleEvent): Promise<number | undefined> {
    const { body, headers } = await signDelivery(event, secret)
    return new Promise((resolve) => {
      const sent = request(url, { method: 'POST', headers, agent, timeout: timeoutMs })
      let startedAt = performance.now()
      // The time excludes the wait for a connection, which is caused by this sender.
      sent.on('socket', () => {
        startedAt = performance.now()
      })
      sent.on('timeout', () => {
        timedOut += 1
        sent.destroy()
      })
      sent.on('error', () => resolve(undefined))
      sent.on('response', (response) => {
        response.on('end', () => {
          const now = performance.now()
          longestMs = Math.max(longestMs, now - startedAt)
          const acceptedAt = Number(response.headers[ACCEPTED_AT] ?? Number.NaN) - performance.timeOrigin
          if (acceptedAt) longestServedMs = Math.max(longestServedMs, now - Math.max(startedAt, acceptedAt))
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
    timedOut: () => timedOut,
    longestMs: () => longestMs,
    longestServedMs: () => longestServedMs,
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
