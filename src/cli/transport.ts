/** Posts a body over a kept-alive connection, and reads the response. */

import type { ClientRequest, IncomingMessage } from 'node:http'
import { isSuccess, TRUEDY_TIMEOUT_MS } from '../testing/endpoint/timed-request.js'
import { redirectTarget } from '../testing/redirect.js'
import { errorCodeIn } from '../testing/response-hints.js'
import { explainNetworkError } from './network.js'

/** The result of a POST. Times are in milliseconds; `sentAt` is on the clock of `performance.now()`. */
export type PostResult = {
  readonly sentAt: number
  readonly ms: number
} & (
  | {
      readonly kind: 'response'
      readonly status: number
      /** The code in a body like this library's `{"error":code}`. */
      readonly error?: string
      /** True if the receiver was found to re-serialize the body before it verifies. */
      readonly isReserialized?: boolean
      /** The target of a redirect: an absolute URL without its password, or the header as received if it isn't a URL. */
      readonly location?: string
      /** True if the response has the header `WWW-Authenticate`. */
      readonly asksForLogin?: true
    }
  | { readonly kind: 'no response'; readonly reason: string }
)

/** Header values by name. A header with several values is sent several times. */
export type OutgoingHeaders = Readonly<Record<string, string | string[]>>

/** Sends to one URL. */
export interface Transport {
  /** Sends a POST. Never rejects. Resolves with `undefined` if the transport is closed before the response arrives. */
  post(body: string | Uint8Array, headers: OutgoingHeaders): Promise<PostResult | undefined>
  /** Closes all connections, and ends the requests on them. */
  close(): void
}

/** How long an idle connection is kept. Servers close idle connections after some seconds, and a delivery sent at that moment is lost. */
const IDLE_MS = 1000
const TIMED_OUT = 'ETIMEDOUT'
/** The maximum size of a response that is read, in bytes. Responses of this library's receivers have fewer than 100. */
const MAX_RESPONSE_BYTES = 65_536

/** Tells whether a delivery got a response that Truedy counts as success. */
export function isAcknowledged(result: PostResult): result is Extract<PostResult, { kind: 'response' }> {
  return result.kind === 'response' && isSuccess(result)
}

/**
 * Opens a transport to a URL. Redirects are not followed.
 *
 * @param url - `http:` or `https:`
 * @param options - `timeoutMs`: how long to wait for a response; `idleMs`: how long to keep an unused connection
 */
export async function openTransport(
  url: URL,
  { timeoutMs = TRUEDY_TIMEOUT_MS, idleMs = IDLE_MS } = {},
): Promise<Transport> {
  // Loads TLS only if it is needed.
  const http: Pick<typeof import('node:http'), 'request' | 'Agent'> =
    url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const agent = new http.Agent({ keepAlive: true, timeout: idleMs })
  const open = new Set<ClientRequest>()
  let isClosed = false

  return {
    post(body, headers) {
      if (isClosed) return Promise.resolve(undefined)
      return new Promise((resolve) => {
        const length = String(Buffer.byteLength(body))
        const request = http.request(url, {
          method: 'POST',
          agent,
          headers: { ...headers, 'Content-Length': length },
        })
        const sentAt = performance.now()
        const timer = setTimeout(() => request.destroy(timedOut()), timeoutMs)
        const settle = (result: () => PostResult | undefined) => {
          clearTimeout(timer)
          open.delete(request)
          resolve(result())
        }
        const fail = (error: Error) =>
          settle(() =>
            isClosed
              ? undefined
              : { kind: 'no response', reason: explainNetworkError(error), ...since(sentAt) },
          )
        open.add(request)
        request.on('error', fail)
        request.on('response', (response) => {
          readResponseText(response).then(
            (text) => settle(() => ({ ...toPostResponse(response, text, url), ...since(sentAt) })),
            fail,
          )
        })
        request.end(body)
      })
    },
    close() {
      isClosed = true
      for (const request of open) request.destroy()
      agent.destroy()
    },
  }
}

function since(sentAt: number): { sentAt: number; ms: number } {
  return { sentAt, ms: performance.now() - sentAt }
}

/** Creates the error of a request that got no response in time. */
export function timedOut(): Error {
  return Object.assign(new Error('No response came in time.'), { code: TIMED_OUT })
}

/** Tells whether an error is a timeout, from {@link timedOut} or from the network. */
export function isTimedOut(error: Error): boolean {
  return 'code' in error && error.code === TIMED_OUT
}

/** Reads the body of a response, or the beginning of a long one. */
async function readResponseText(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Chunks are bytes, because no encoding is set.
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > MAX_RESPONSE_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * Reads the facts in a response: its status, its error code, the target of a redirect, and whether it asks for a login.
 *
 * @param text - its body
 * @param url - where the request went
 */
export function toPostResponse({ statusCode = 0, headers }: IncomingMessage, text: string, url: URL) {
  const error = errorCodeIn(text)
  const location = redirectTarget(statusCode, headers.location, url.href)
  return {
    kind: 'response',
    status: statusCode,
    ...(error !== undefined && { error }),
    ...(headers['www-authenticate'] !== undefined && { asksForLogin: true as const }),
    ...(location !== undefined && { location }),
  } as const
}
