/** Sends a request to an endpoint under test, and measures how long its response takes. */

import { redirectTarget } from '../redirect.js'
import { errorCodeIn, type ResponseFacts } from '../response-hints.js'
import { signDelivery } from '../sign.js'
import type { Endpoint } from './endpoint-case.js'

/** A response with its times in milliseconds. `endedAt` is on the clock of `performance.now()`. */
export interface TimedResponse extends ResponseFacts {
  /** The code in a body like this library's `{"error":code}`. */
  readonly error: string | undefined
  readonly endedAt: number
  readonly durationMs: number
}

/** The time that Truedy waits for a response, in milliseconds (src/CONTRACT.md §1). */
export const TRUEDY_TIMEOUT_MS = 10_000

/** Sends a request and times its response. Rejects if none arrives within ten seconds. Does not follow redirects. */
export async function sendRequest(url: string, request: RequestInit): Promise<TimedResponse> {
  const startedAt = performance.now()
  const response = await fetchOnce(url, request)
  // Read the body to the end, so that the connection can be reused.
  const text = await response.text()
  const endedAt = performance.now()
  return {
    status: response.status,
    error: errorCodeIn(text),
    location: redirectTarget(response.status, response.headers.get('location'), response.url),
    asksForLogin: response.headers.has('www-authenticate'),
    endedAt,
    durationMs: endedAt - startedAt,
  }
}

/** Sends a request, by default a POST. Rejects if no response arrives within ten seconds. Does not follow redirects. */
export function fetchOnce(url: string, request: RequestInit): Promise<Response> {
  const target = splitCredentials(url)
  return fetch(target.url, {
    method: 'POST',
    redirect: 'manual',
    signal: AbortSignal.timeout(TRUEDY_TIMEOUT_MS),
    ...request,
    ...(target.authorization && { headers: withAuthorization(request.headers, target.authorization) }),
  })
}

/**
 * Splits a URL into one without user and password, and the `Authorization` header that they stand for (RFC 7617). `fetch`
 * rejects a URL that has them, and repeats the password in its error.
 */
function splitCredentials(url: string): { readonly url: string; readonly authorization?: string } {
  const target = new URL(url)
  const { username, password } = target
  if (username === '' && password === '') return { url }
  target.username = ''
  target.password = ''
  const credentials = new TextEncoder().encode(
    `${decodeURIComponent(username)}:${decodeURIComponent(password)}`,
  )
  return { url: target.href, authorization: `Basic ${btoa(String.fromCharCode(...credentials))}` }
}

function withAuthorization(headers: RequestInit['headers'], authorization: string): Headers {
  const all = new Headers(headers)
  all.set('authorization', authorization)
  return all
}

/** Sends an event, signed as Truedy signs it. */
export async function sendEvent(endpoint: Endpoint, event: object): Promise<TimedResponse> {
  return sendRequest(endpoint.url, await signDelivery(event, endpoint.secret))
}

/** Tells whether Truedy counts a response as success (src/CONTRACT.md §1). */
export function isSuccess({ status }: { readonly status: number }): boolean {
  return status >= 200 && status < 300
}
