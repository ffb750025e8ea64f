/** Endpoint cases that send one request and judge its status alone. */

import type { EndpointCase } from './endpoint-case.js'
import { failed, passed } from './findings.js'
import { isSuccess, sendRequest, type TimedResponse } from './timed-request.js'

/** The correct statuses, in words and as a check. */
export interface Expectation {
  readonly expected: string
  accepts(response: TimedResponse): boolean
}

/** Accepts any 2xx. */
export const any2xx: Expectation = { expected: '2xx', accepts: isSuccess }

/** Accepts only these statuses. */
export function oneOf(...statuses: readonly number[]): Expectation {
  return { expected: statuses.join(' or '), accepts: ({ status }) => statuses.includes(status) }
}

/**
 * Creates a case that sends one request.
 *
 * @param name - what is sent, in a few words
 * @param fix - what to fix in the receiver if the status is wrong, or a function that returns it
 * @param make - creates the request, given the secret of the endpoint
 * @param attempts - how often to send the request at most, if the connection breaks
 */
export function oneRequest(
  name: string,
  { expected, accepts }: Expectation,
  fix: string | ((response: TimedResponse) => string),
  make: (secret: string) => Promise<RequestInit>,
  attempts = 1,
): EndpointCase {
  return {
    name,
    expected,
    async run({ url, secret }) {
      const response = await sendUnbroken(url, await make(secret), attempts)
      if (accepts(response)) return passed([response])
      return failed([response], typeof fix === 'string' ? fix : fix(response))
    },
  }
}

/** Error codes that mean that the server closed the connection while the client was still sending. */
const BROKEN = new Set<unknown>(['EPIPE', 'ECONNRESET', 'UND_ERR_SOCKET'])

async function sendUnbroken(url: string, request: RequestInit, attempts: number): Promise<TimedResponse> {
  try {
    return await sendRequest(url, request)
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { readonly code?: unknown }
    if (attempts === 1 || !BROKEN.has(code)) throw error
    return sendUnbroken(url, request, attempts - 1)
  }
}
