/** Sends one request to a `(req, res)` handler of Node, over a real connection on this machine. */

import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getBuiltin } from '../builtins.js'
import { byteLength } from '../bytes.js'
import { invalidOption } from '../checks.js'
import type { Reply } from '../receive/reply.js'
import { TRUEDY_TIMEOUT_MS } from './endpoint/timed-request.js'
import type { NodeTarget } from './target.js'

/** The request. */
export interface NodePost {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  readonly args: readonly unknown[]
}

/**
 * Serves a handler for one request, on a free port of the loopback address. The handler gets what it would get from any server,
 * including a body that arrives in pieces.
 *
 * @throws what the handler throws; an Error if it doesn't respond in time
 */
export async function handOverToNode(handler: NodeTarget['node'], post: NodePost): Promise<Reply> {
  const http = getBuiltin('node:http')
  if (!http)
    throw invalidOption('{ node } needs Node 20.16 or newer, Bun or Deno. Pass the URL of a server instead.')

  let fail: (reason: unknown) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  const server = http.createServer((request, response) => {
    // Without this, an exception in the handler would end the test's process.
    Promise.resolve()
      .then(() => handler(request, response, ...post.args))
      .catch(fail)
  })
  server.on('error', fail)
  const timer = setTimeout(() => fail(timedOut()), TRUEDY_TIMEOUT_MS)
  try {
    await Promise.race([new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)), failed])
    // A server that listens on a port has an address of this type.
    const { port } = server.address() as AddressInfo
    const response = new Promise<IncomingMessage>((resolve, reject) => {
      const request = http.request({
        host: '127.0.0.1',
        port,
        method: 'POST',
        path: post.url.pathname + post.url.search,
        agent: false,
        headers: {
          host: post.url.host,
          'content-length': String(byteLength(post.body)),
          ...post.headers,
        },
      })
      request.on('response', resolve).on('error', reject)
      request.end(post.body)
    })
    return await Promise.race([response.then(readReply), failed])
  } finally {
    clearTimeout(timer)
    server.close()
    server.closeAllConnections()
  }
}

async function readReply(response: IncomingMessage): Promise<Reply> {
  let body = ''
  response.setEncoding('utf8')
  // The chunks are strings, because an encoding is set.
  for await (const chunk of response as AsyncIterable<string>) body += chunk
  const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const)
  return { status: response.statusCode ?? 0, headers: Object.fromEntries(headers), body }
}

function timedOut(): Error {
  return new Error(
    `The handler did not respond within ${TRUEDY_TIMEOUT_MS / 1000} s, after which Truedy gives up. Respond at once, and hand slow work to a queue.`,
  )
}
