/** Forwards requests to an app byte for byte, and returns its responses to the sender. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { joinChunks } from '../../read-body.js'
import { TRUEDY_TIMEOUT_MS } from '../../testing/endpoint/timed-request.js'
import { endToEndHeaders, headerPairs } from '../connection-headers.js'
import { authorizationOf } from '../http-url.js'
import { explainNetworkError } from '../network.js'
import { isTimedOut, type PostResult, timedOut, toPostResponse } from '../transport.js'

/** The response of an app to a request. */
export interface AppResponse {
  /** The status and the duration, or the reason why there is no response. */
  readonly result: PostResult
  /** The body of the response, or the beginning of a long one. */
  readonly body: string
  /** True if {@link body} is all of it. */
  readonly isWhole: boolean
}

/** Forwards to one app. */
export interface Forwarder {
  /**
   * Forwards a request, and writes the app's response. If the app doesn't respond, writes 502, or 504 after a timeout. Never
   * rejects; resolves with `undefined` if the sender closed the connection first.
   */
  forward(request: IncomingMessage, response: ServerResponse): Promise<AppResponse | undefined>
}

/** The maximum size of the part of an app's body that is kept for the output, in bytes. */
const MAX_KEPT_BYTES = 16_384

/**
 * Opens a forwarder.
 *
 * @param app - `http:` or `https:`; a user and password in it become an `Authorization` header
 * @param timeoutMs - how long the app may take; by default, as long as Truedy waits
 */
export async function openForwarder(app: URL, timeoutMs = TRUEDY_TIMEOUT_MS): Promise<Forwarder> {
  // Loads TLS only if it is needed.
  const { request: open }: Pick<typeof import('node:http'), 'request'> =
    app.protocol === 'https:' ? await import('node:https') : await import('node:http')

  return {
    forward(request, response) {
      const target = withQueryOf(request.url ?? '', app)
      const sentAt = performance.now()
      return new Promise((resolve) => {
        const outgoing = open(target, {
          method: request.method,
          headers: outgoingHeaders(request, target),
          // If a connection were kept alive and the app closed it during a restart, a delivery would be lost.
          agent: false,
        })
        const timer = setTimeout(() => outgoing.destroy(timedOut()), timeoutMs)
        const settle = (found: AppResponse | undefined) => {
          clearTimeout(timer)
          resolve(found)
        }
        const fail = (error: Error) => {
          const reason = explainNetworkError(error)
          endWithoutApp(request, response, isTimedOut(error) ? 504 : 502, reason)
          settle({
            result: { kind: 'no response', reason, sentAt, ms: performance.now() - sentAt },
            body: '',
            isWhole: true,
          })
        }
        response.on('close', () => {
          if (response.writableFinished) return
          outgoing.destroy()
          settle(undefined)
        })
        // After the response has started, an error here means only that the app did not read the rest of the request.
        let hasResponse = false
        outgoing.on('error', (error) => {
          if (!hasResponse) fail(error)
        })
        outgoing.on('response', (incoming) => {
          hasResponse = true
          passBack(incoming, response).then((kept) => {
            const ms = performance.now() - sentAt
            settle({ ...kept, result: { ...toPostResponse(incoming, kept.body, target), sentAt, ms } })
          }, fail)
        })
        request.pipe(outgoing)
      })
    },
  }
}

/** Returns the app's URL, with the query of the request appended to its own. */
function withQueryOf(path: string, app: URL): URL {
  const [, query] = /\?(.*)$/s.exec(path) ?? []
  const target = new URL(app)
  if (query) target.search = target.search === '' ? query : `${target.search}&${query}`
  return target
}

/** Returns the headers as received, except those of the connection. An array keeps their spelling, order and repetition. */
function outgoingHeaders({ rawHeaders }: IncomingMessage, target: URL): string[] {
  const headers = endToEndHeaders(headerPairs(rawHeaders))
  const authorization = authorizationOf(target)
  if (authorization === undefined) return ['Host', target.host, ...headers.flat()]
  const others = headers.filter(([name]) => name.toLowerCase() !== 'authorization')
  return ['Host', target.host, 'Authorization', authorization, ...others.flat()]
}

/** Passes a response to the sender as it arrives. Resolves with the beginning of its body; rejects if the app breaks off. */
async function passBack(
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<Pick<AppResponse, 'body' | 'isWhole'>> {
  response.writeHead(
    incoming.statusCode ?? 502,
    incoming.statusMessage,
    endToEndHeaders(headerPairs(incoming.rawHeaders)).flat(),
  )
  const kept: Uint8Array[] = []
  let size = 0
  // Chunks are bytes, because no encoding is set.
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    if (size < MAX_KEPT_BYTES) kept.push(chunk.subarray(0, MAX_KEPT_BYTES - size))
    size += chunk.length
    response.write(chunk)
  }
  response.end()
  return { body: Buffer.from(joinChunks(kept)).toString('utf8'), isWhole: size <= MAX_KEPT_BYTES }
}

/** Responds instead of an app that did not respond. If the app broke off in the middle of a response, so does this function. */
function endWithoutApp(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  reason: string,
): void {
  // Nothing needs the rest of the body anymore.
  request.unpipe()
  request.resume()
  if (response.headersSent) response.destroy()
  else
    response
      .writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
      .end(`No response from the app: ${reason}\n`)
}
