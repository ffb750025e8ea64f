/** Sends bodies with a new signature for each attempt, and retries deliveries that got no 2xx. */

import { createProbe, isRejection, isSignatureAccepted } from '../../testing/reserialization.js'
import { type SignedRequest, signDelivery } from '../../testing/sign.js'
import { SPELLED_HEADER_NAMES } from '../../verify/wire.js'
import { isAcknowledged, type OutgoingHeaders, type PostResult, type Transport } from '../transport.js'
import type { BackOff } from './back-off.js'
import type { DeliveryBody } from './delivery-bodies.js'
import type { Waiting } from './waiting.js'

/** One attempt to send an event, and its result. */
export interface Attempt {
  readonly body: DeliveryBody
  /** 1 for the first attempt. */
  readonly number: number
  readonly result: PostResult
  /** The wait before the retry, in milliseconds; `undefined` if there is none. */
  readonly retryInMs: number | undefined
}

type SignedHeaders = SignedRequest<DeliveryBody>['headers']

/** Sends any number of deliveries at a time. */
export interface Sender {
  /**
   * Sends a delivery. Resolves after the first attempt; retries continue in the background.
   *
   * @param captured - the headers to send instead of signing the body
   */
  send(body: DeliveryBody, captured?: OutgoingHeaders): Promise<void>
  /** Resolves when no delivery is in progress or waits for a retry. */
  idle(): Promise<void>
}

/** The dependencies of a sender. */
export interface SenderOptions {
  readonly secret: string
  readonly transport: Transport
  readonly waiting: Waiting
  /** The waits before retries. Without it, there are none. */
  readonly backOff: BackOff | undefined
  onAttempt(attempt: Attempt): void
}

/** Capitalizes the headers of a delivery as Truedy does. */
function spellHeaders(headers: SignedHeaders): OutgoingHeaders {
  return {
    'Content-Type': headers['content-type'],
    [SPELLED_HEADER_NAMES.timestamp]: headers['x-truedy-timestamp'],
    [SPELLED_HEADER_NAMES.signature]: headers['x-truedy-signature'],
  }
}

/** The request of an attempt. */
interface Outgoing {
  readonly body: DeliveryBody
  readonly captured: OutgoingHeaders | undefined
}

/** Creates a {@link Sender}. */
export function createSender({ secret, transport, waiting, backOff, onAttempt }: SenderOptions): Sender {
  const underWay = new Set<Promise<void>>()
  /** Resolves with true if the receiver re-serializes bodies. Determined once, after the first rejection. */
  let reserializing: Promise<boolean> | undefined

  /** Sends a probe after a rejected signature, and marks the result if the receiver turns out to re-serialize bodies. */
  async function examine(result: PostResult): Promise<PostResult> {
    if (result.kind !== 'response' || !isRejection(result)) return result
    const { status } = result
    reserializing ??= createProbe(secret)
      .then(({ body, headers }) => transport.post(body, spellHeaders(headers)))
      .then((probed) => probed?.kind === 'response' && isSignatureAccepted(probed, status))
    return (await reserializing) ? { ...result, isReserialized: true } : result
  }

  /** Sends once. Resolves with the wait before the retry, if there is one. */
  async function attempt({ body, captured }: Outgoing, number: number): Promise<number | undefined> {
    const posted = await transport.post(body, captured ?? (await sign(body)))
    if (!posted) return undefined
    // A captured delivery keeps its original signature, so a probe with the secret of this run would say nothing about it.
    const result = captured ? posted : await examine(posted)
    const retryInMs = isAcknowledged(result) ? undefined : backOff?.(number)
    onAttempt({ body, number, result, retryInMs })
    return retryInMs
  }

  async function sign(body: DeliveryBody): Promise<OutgoingHeaders> {
    const { headers } = await signDelivery(body, secret)
    return spellHeaders(headers)
  }

  async function retry(outgoing: Outgoing, firstWaitMs: number | undefined): Promise<void> {
    let waitMs = firstWaitMs
    for (let number = 2; waitMs !== undefined; number++) {
      if (!(await waiting.wait(waitMs))) return
      waitMs = await attempt(outgoing, number)
    }
  }

  return {
    async send(body, captured) {
      const outgoing = { body, captured }
      const first = attempt(outgoing, 1)
      const whole: Promise<void> = first
        .then((waitMs) => retry(outgoing, waitMs))
        .then(() => void underWay.delete(whole))
      underWay.add(whole)
      await first
    },
    async idle() {
      await Promise.all(underWay)
    },
  }
}
