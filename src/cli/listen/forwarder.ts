/** Hands requests on to an app, byte for byte, and its responses back. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { joinChunks } from '../../read-body.js'
import { TRUEDY_TIMEOUT_MS } from '../../testing/endpoint/timed-request.js'
import { endToEndHeaders, headerPairs } from '../connection-headers.js'
import { authorizationOf } from '../http-url.js'
import { explainNetworkError } from '../network.js'
import { isTimedOut, type PostResult, timedOut, toPostResponse } from '../transport.js'

/** The response of an app to a request. */
export interface AppResponse {
  /** Its status and how long it took, or why there is none. */
  readonly result: PostResult
  /** The text of its body, or the beginning of a long one. */
  readonly body: string
  /** True if {@link body} is all of it. */
  readonly isWhole: boolean
}

/** Forwards to one app. */
export interface Forwarder {
  /**
   * Hands a request on, and writes the app's response. Without one, it responds with 502, or 504 after a timeout. Never rejects; resolves
   * with `undefined` if the sender closed the connection first.
   */
  forward(request: IncomingMessage, response: ServerResponse): Promise<AppResponse | undefined>
}

/** The part of an app's body that is kept to be shown, in bytes. */
const MAX_KEPT_BYTES = 16_384

/**
 * Opens a forwarder.
 *
 * @param app - `http:` or `https:`; a user and password in it become an `Authorization` header
 * @param timeoutMs - how long the app may take; as long as Truedy waits unless given
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
        // After the response, an error means only that the app did not read the rest of the request.
        let hasResponse = false
        outgoing.on('error', (error) => {
          if (!hasResponse) fail(error)
        })
        outgoing.on('response', (incoming) => {
          hasResponse = true
          handBack(incoming, response).then((kept) => {
            const ms = performance.now() - sentAt
            settle({ ...kept, result: { ...toPostResponse(incoming, kept.body, target), sentAt, ms } })
          }, fail)
        })
        request.pipe(outgoing)
      })
    },
  }
}

/** The app's URL, with the query of the request behind its own. */
function withQueryOf(path: string, app: URL): URL {
  const [, query] = /\?(.*)$/s.exec(path) ?? []
  const target = new URL(app)
  if (query) target.search = target.search === '' ? query : `${target.search}&${query}`
  return target
}

/** The headers as received, but for those of the connection. An array keeps their spelling, order and repetition. */
function outgoingHeaders({ rawHeaders }: IncomingMessage, target: URL): string[] {
  const headers = endToEndHeaders(headerPairs(rawHeaders))
  const authorization = authorizationOf(target)
  if (authorization === undefined) return ['Host', target.host, ...headers.flat()]
  const others = headers.filter(([name]) => name.toLowerCase() !== 'authorization')
  return ['Host', target.host, 'Authorization', authorization, ...others.flat()]
}

/** Hands a response back as it arrives. Resolves with the beginning of its body; rejects if the app breaks off. */
async function handBack(
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

/** Responds in the place of an app that did not. If it broke off in the middle, so does this. */
function endWithoutApp(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  reason: string,
): void {
  // The rest of the body has nowhere to go.
  request.unpipe()
  request.resume()
  if (response.headersSent) response.destroy()
  else
    response
      .writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
      .end(`No response from the app: ${reason}\n`)
}
