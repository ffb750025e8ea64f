/** One POST and its answer, over connections that are kept. */

import type { ClientRequest, IncomingMessage } from 'node:http'
import { isObject } from '../../json.js'
import { isSuccess as isSuccessStatus, TRUEDY_TIMEOUT_MS } from '../../testing/endpoint/timed-request.js'
import { explainNetworkError } from '../network.js'

/** What came back. Times in milliseconds; `sentAt` on the clock of `performance.now()`. */
export type Answer = {
  readonly sentAt: number
  readonly ms: number
} & (
  | {
      readonly kind: 'status'
      readonly status: number
      /** The code in a body like this library's `{"error":code}`. */
      readonly error?: string
      /** Where a redirect leads, as a whole URL where it is one. */
      readonly location?: string
    }
  | { readonly kind: 'silence'; readonly reason: string }
)

/** Values by name; several where the header goes out more than once. */
export type OutgoingHeaders = Readonly<Record<string, string | string[]>>

/** Sends to one URL. */
export interface Transport {
  /** Never rejects. Resolves with `undefined` where the transport was closed before an answer came. */
  post(body: string | Uint8Array, headers: OutgoingHeaders): Promise<Answer | undefined>
  /** Ends all connections, with what is on its way. */
  close(): void
}

/** After so long without use a connection is closed: servers do so too, and a delivery could meet that. */
const IDLE_MS = 1000
/** How much of an answer is read, in bytes: ours have less than a hundred. */
const MAX_ANSWER_BYTES = 65_536

/** Whether it is what Truedy takes as received. */
export function isSuccess(answer: Answer): answer is Extract<Answer, { kind: 'status' }> {
  return answer.kind === 'status' && isSuccessStatus(answer)
}

/**
 * Opens a transport to a URL. Redirects are not followed.
 *
 * @param url - `http:` or `https:`
 * @param options - `timeoutMs`: how long an answer is awaited; `idleMs`: how long an unused connection is kept
 */
export async function openTransport(
  url: URL,
  { timeoutMs = TRUEDY_TIMEOUT_MS, idleMs = IDLE_MS } = {},
): Promise<Transport> {
  // TLS is loaded for those who need it.
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
        const settle = (answer: () => Answer | undefined) => {
          clearTimeout(timer)
          open.delete(request)
          resolve(answer())
        }
        const fail = (error: Error) =>
          settle(() =>
            isClosed ? undefined : { kind: 'silence', reason: explainNetworkError(error), ...since(sentAt) },
          )
        open.add(request)
        request.on('error', fail)
        request.on('response', (response) => {
          readText(response).then(
            (text) => settle(() => ({ ...toStatus(response, text, url), ...since(sentAt) })),
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

function timedOut(): Error {
  return Object.assign(new Error('No answer came in time.'), { code: 'ETIMEDOUT' })
}

/** The text of an answer; of a long one, its beginning. */
async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Bytes, since no encoding is set.
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

function toStatus({ statusCode = 0, headers }: IncomingMessage, text: string, url: URL) {
  const error = errorCode(text)
  const { location } = headers
  const isRedirect = statusCode >= 300 && statusCode < 400 && location !== undefined
  return {
    kind: 'status',
    status: statusCode,
    ...(error !== undefined && { error }),
    ...(isRedirect && {
      location: URL.canParse(location, url.href) ? new URL(location, url).href : location,
    }),
  } as const
}

/** The code in `{"error":code}`, as this library's receivers answer. */
function errorCode(text: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(text)
    const error = isObject(answer) ? answer['error'] : undefined
    return typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : undefined
  } catch {
    return undefined
  }
}
