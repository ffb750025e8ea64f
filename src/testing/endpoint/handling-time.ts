/**
 * Judges by time whether an endpoint processed an event. Two 204 responses look alike whether the event was processed once or
 * twice. Their durations show which, if the handler takes long enough.
 */

import { sampleEvent } from '../samples.js'
import { signDelivery } from '../sign.js'
import type { Endpoint } from './endpoint-case.js'
import { isSuccess, sendEvent, sendRequest, type TimedResponse } from './timed-request.js'

/** A handler that takes less time than this can't be told from network noise. */
const SHORTEST_TELLING_MS = 100
/** An event that took at least this share of a handler's time was processed. */
const PROCESSED_SHARE = 0.75
/** An event that took less than this share of a handler's time was not processed. */
const UNPROCESSED_SHARE = 0.4

/** The note of a passed case if the handler is too quick to judge by time. */
export const TOO_QUICK =
  'judged by status only, because the responses are too quick to tell more (with a queue, they always are); in the test setup, make the handlers of call.ended and batch.status.changed take 200 ms'

/** Tells whether a handler takes long enough to judge by time. */
export function isTelling(handlerMs: number): boolean {
  return handlerMs >= SHORTEST_TELLING_MS
}

/** Tells whether a response took so long that the handler must have run. */
export function isProcessed(durationMs: number, handlerMs: number): boolean {
  return durationMs >= PROCESSED_SHARE * handlerMs
}

/** Tells whether a response arrived so soon that the handler can't have run. */
export function isUnprocessed(durationMs: number, handlerMs: number): boolean {
  return durationMs < UNPROCESSED_SHARE * handlerMs
}

/**
 * Measures how long a response takes without the handler, in milliseconds: the quickest of three responses to forged
 * deliveries.
 */
export async function measureIdle({ url, secret }: Endpoint, event: object): Promise<number> {
  const durations: number[] = []
  for (let count = 0; count < 3; count++) {
    const { durationMs } = await sendRequest(url, await signDelivery(event, `${secret}x`))
    durations.push(durationMs)
  }
  return Math.min(...durations)
}

/** How an endpoint responded to a retry while it processed the first delivery. */
export interface Overlap {
  readonly kind: 'too quick' | 'busy' | 'waited' | 'acknowledged' | 'processed' | 'failed'
  readonly responses: readonly TimedResponse[]
}

/**
 * Sends an event, sends it again when the first delivery is half done, and judges the response to the second one. Two of the
 * findings against an endpoint rest on times, so a second try confirms them: a response may have been slow for another reason.
 */
export async function sendOverlapping(endpoint: Endpoint): Promise<Overlap> {
  const overlap = await tryOverlapping(endpoint)
  const isTimed = overlap.kind === 'acknowledged' || overlap.kind === 'processed'
  return isTimed ? tryOverlapping(endpoint) : overlap
}

async function tryOverlapping(endpoint: Endpoint): Promise<Overlap> {
  const trial = sampleEvent('call.ended')
  const idleMs = await measureIdle(endpoint, trial)
  const alone = await sendEvent(endpoint, trial)
  if (!isSuccess(alone)) return { kind: 'failed', responses: [alone] }
  const handlerMs = alone.durationMs - idleMs
  if (!isTelling(handlerMs)) return { kind: 'too quick', responses: [alone] }

  const event = sampleEvent('call.ended')
  const pending = sendEvent(endpoint, event)
  await new Promise((resolve) => setTimeout(resolve, alone.durationMs / 2))
  const second = await sendEvent(endpoint, event)
  const first = await pending
  const kind = judgeOverlap(first, second, second.durationMs - idleMs, handlerMs)
  return { kind, responses: [first, second] }
}

function judgeOverlap(
  first: TimedResponse,
  second: TimedResponse,
  secondMs: number,
  handlerMs: number,
): Overlap['kind'] {
  if (!isSuccess(first)) return 'failed'
  if (!isSuccess(second)) return isBusy(second) ? 'busy' : 'failed'
  if (second.endedAt < first.endedAt) return 'acknowledged'
  return isProcessed(secondMs, handlerMs) ? 'processed' : 'waited'
}

/** Tells whether a response asks the sender to try again later. */
export function isBusy({ status }: TimedResponse): boolean {
  return [409, 425, 429, 503].includes(status)
}
