/** Sending a request to an endpoint under test, and how long its answer took. */

import type { SampleEvent } from '../samples.js'
import { signDelivery } from '../sign.js'
import type { Endpoint } from './endpoint-case.js'

/** An answer, with its times in milliseconds on the clock of `performance.now()`. */
export interface Answer {
  readonly status: number
  readonly endedAt: number
  readonly durationMs: number
}

/** Truedy waits no longer for an answer (contract §1). */
export const TIMEOUT_MS = 10_000

/** Sends a request; rejects where there was no answer within ten seconds. Redirects are answers. */
export async function send(url: string, request: RequestInit): Promise<Answer> {
  const startedAt = performance.now()
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...request,
  })
  // Read to the end, so that the connection can be used again.
  await response.arrayBuffer()
  const endedAt = performance.now()
  return { status: response.status, endedAt, durationMs: endedAt - startedAt }
}

/** Sends an event, signed as Truedy does. */
export async function sendEvent(endpoint: Endpoint, event: SampleEvent): Promise<Answer> {
  return send(endpoint.url, await signDelivery(event, endpoint.secret))
}

/** Whether it is what Truedy takes as received. */
export function isSuccess({ status }: { readonly status: number }): boolean {
  return status >= 200 && status < 300
}
