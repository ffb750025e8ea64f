/** Sends bodies, signed anew each time, and sends again what got no 2xx. */

import { signDelivery } from '../../testing/sign.js'
import type { BackOff } from './back-off.js'
import { type Answer, isSuccess, type Transport } from './transport.js'
import type { Waiting } from './waiting.js'

/** What is sent: text stands for its UTF-8 bytes. */
export type Body = string | Uint8Array

/** One sending of a delivery, and what came of it. */
export interface Attempt {
  readonly body: Body
  /** 1 for the first sending. */
  readonly number: number
  readonly answer: Answer
  /** When it is sent again, in milliseconds; `undefined` where that is not going to happen. */
  readonly retryInMs: number | undefined
}

/** Sends deliveries, any number at a time. */
export interface Sender {
  /** Resolves with the first answer; retries go on in their own time, as Truedy's do. */
  send(body: Body): Promise<void>
  /** Resolves when nothing is on its way and nothing waits to be sent again. */
  idle(): Promise<void>
}

/** What a sender needs. */
export interface SenderOptions {
  readonly secret: string
  readonly transport: Transport
  readonly waiting: Waiting
  /** Without it, nothing is sent again. */
  readonly backOff: BackOff | undefined
  onAttempt(attempt: Attempt): void
}

/** Makes a {@link Sender}. */
export function createSender({ secret, transport, waiting, backOff, onAttempt }: SenderOptions): Sender {
  const underWay = new Set<Promise<void>>()

  /** Sends once. Resolves with the wait before the next time, where there is to be one. */
  async function attempt(body: Body, number: number): Promise<number | undefined> {
    const { headers } = await signDelivery(body, secret)
    const answer = await transport.post(body, {
      // As Truedy spells them.
      'Content-Type': headers['content-type'],
      'X-Truedy-Timestamp': headers['x-truedy-timestamp'],
      'X-Truedy-Signature': headers['x-truedy-signature'],
    })
    if (!answer) return undefined
    const retryInMs = isSuccess(answer) ? undefined : backOff?.(number)
    onAttempt({ body, number, answer, retryInMs })
    return retryInMs
  }

  async function sendAgain(body: Body, firstWaitMs: number | undefined): Promise<void> {
    let waitMs = firstWaitMs
    for (let number = 2; waitMs !== undefined; number++) {
      if (!(await waiting.wait(waitMs))) return
      waitMs = await attempt(body, number)
    }
  }

  return {
    async send(body) {
      const first = attempt(body, 1)
      const whole: Promise<void> = first
        .then((waitMs) => sendAgain(body, waitMs))
        .then(() => void underWay.delete(whole))
      underWay.add(whole)
      await first
    },
    async idle() {
      await Promise.all(underWay)
    },
  }
}
