/** Hands a signed request to a target of any kind, and reads its reply. */

import { asBytes, type RawBody } from '../bytes.js'
import { invalidOption, wrongValue } from '../checks.js'
import { isObject } from '../json.js'
import type { Reply } from '../receive/reply.js'
import { fetchOnce } from './endpoint/timed-request.js'
import { handOverToNode } from './node-exchange.js'
import type { KnownTarget } from './target.js'

/** The request to hand over. */
export interface SignedPost {
  /** The URL that a target in this process sees. */
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: RawBody
  /** Further arguments of the handler. */
  readonly args: readonly unknown[]
}

/**
 * Posts a request to a target.
 *
 * @throws WebhookError `invalid_options` if a handler returns no response; what the handler throws; an Error if a server does not
 * respond
 */
export async function handOver(target: KnownTarget, post: SignedPost): Promise<Reply> {
  const { url, headers, args } = post
  switch (target.kind) {
    case 'url':
      return readResponse(
        await fetchOnce(target.url.href, { headers, body: bodyOf(post) }).catch(explain(target.url)),
      )
    case 'fetch': {
      if (typeof Request === 'undefined') {
        throw invalidOption(
          'This environment has no Request, so it may be jsdom. Run the test in the environment "node".',
        )
      }
      const request = new Request(url, { method: 'POST', headers, body: bodyOf(post) })
      return readResponse(await target.fetch(request, ...args))
    }
    case 'node':
      return handOverToNode(target.node, { url, headers, body: bodyOf(post), args })
    case 'receive': {
      const reply: unknown = await target.receive({ method: 'POST', headers, body: post.body }, ...args)
      if (isObject(reply) && typeof reply['status'] === 'number') return reply as unknown as Reply
      throw wrongValue("receive's result", 'a Reply { status, headers, body }', reply)
    }
  }
}

/** Returns the body in a form that every client accepts: a string or bytes. `asBytes` copies shared memory, which clients reject. */
function bodyOf({ body }: SignedPost): string | Uint8Array<ArrayBuffer> {
  return (asBytes(body) ?? '') as string | Uint8Array<ArrayBuffer>
}

/** Reads a `Response`, which may be that of another library. */
async function readResponse(value: unknown): Promise<Reply> {
  const response = value as Partial<Response> | null | undefined
  if (typeof response?.status !== 'number' || typeof response.text !== 'function' || !response.headers) {
    throw wrongValue("fetch's result", 'a Response', value)
  }
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  }
}

/** Returns an error handler that says why a request failed. The error of `fetch` says only "fetch failed". */
function explain({ origin }: URL): (error: unknown) => never {
  return (error) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${origin} did not respond: ${reason}. Start the server, or correct the URL.`, {
      cause: error,
    })
  }
}
