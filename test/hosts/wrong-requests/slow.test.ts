/**
 * How both handlers treat each kind of request: the correct kind is processed, and a wrong one is named before
 * anything is processed.
 */

import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Launch, type Server, startServer } from '../../support/driver.js'
import { installHost } from '../endpoint.js'

const NO_REQUEST = 'This is not a fetch Request'
const FETCH_REQUEST =
  "The handler needs Node's (req, res), and got a fetch Request. Use createWebhookHandler."
const FASTIFY_PAIR =
  "The handler needs Node's (req, res), and got Fastify's request and reply. Use createReceiver."
const NODE_STREAM = 'The body of this Request has no getReader() (as in node-fetch)'
const PROCESSED = 'processed'

/** The log if the Node handler and the Fetch handler get a request of each kind. */
const kinds: Readonly<Record<string, { readonly node: string; readonly fetch: string }>> = {
  'node:http': { node: PROCESSED, fetch: NO_REQUEST },
  express: { node: PROCESSED, fetch: NO_REQUEST },
  'nest on express': { node: PROCESSED, fetch: NO_REQUEST },
  fastify: { node: FASTIFY_PAIR, fetch: NO_REQUEST },
  'fastify with a Buffer': { node: FASTIFY_PAIR, fetch: NO_REQUEST },
  'nest on fastify': { node: FASTIFY_PAIR, fetch: NO_REQUEST },
  koa: {
    node: "The handler needs Node's (req, res), and got a context. Pass ctx.req and ctx.res.",
    fetch: NO_REQUEST,
  },
  hono: { node: FETCH_REQUEST, fetch: PROCESSED },
  'hono’s context': {
    node: "The handler needs Node's (req, res), and got something else. If that is a context with a Request in it, pass the Request to createWebhookHandler.",
    fetch: NO_REQUEST,
  },
  srvx: { node: FETCH_REQUEST, fetch: PROCESSED },
  'node-fetch 2': { node: FETCH_REQUEST, fetch: NODE_STREAM },
  'node-fetch 3': { node: FETCH_REQUEST, fetch: NODE_STREAM },
  'cross-fetch': { node: FETCH_REQUEST, fetch: NODE_STREAM },
  'a Request beside a response': { node: FETCH_REQUEST, fetch: PROCESSED },
  'a Buffer without a stream': { node: PROCESSED, fetch: NO_REQUEST },
  'a parsed body without a stream': { node: 'The body is not the raw bytes (got Object)', fetch: NO_REQUEST },
  'an empty rawBody': { node: PROCESSED, fetch: NO_REQUEST },
  'a rawBody that is not complete': {
    node: 'Other code is still reading the body',
    fetch: NO_REQUEST,
  },
}

let folder: string

beforeAll(async () => {
  folder = await installHost('wrong-requests', { build: 'npm run build' })
})

/** Sends a valid delivery whose body arrives in two pieces, and returns the status. */
async function deliver(server: Server, path: string): Promise<number> {
  const { body, headers } = await signDelivery(sampleEvent('call.ended'), server.secret)
  const outgoing = request(server.origin + path, {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    timeout: 5000,
  })
  outgoing.on('timeout', () => outgoing.destroy(new Error('There is no response.')))
  const responded = once(outgoing, 'response') as Promise<[IncomingMessage]>
  outgoing.write(body.slice(0, 100))
  await delay(50)
  outgoing.end(body.slice(100))
  const [response] = await responded
  const content = await text(response)
  // Vercel's development server loads a function at its first request.
  if (content.startsWith('Bridge is not ready')) return deliver(server, path)
  return response.statusCode ?? 0
}

function testKind(command: string, options: { handlers: Record<string, string>; env?: Launch['env'] }): void {
  let server: Server

  beforeAll(async () => {
    server = await startServer(folder, { command, ...(options.env && { env: options.env }) })
  })
  afterAll(() => server?.stop())

  it.each(Object.entries(options.handlers))('responds as it must to /%s: %s', async (handler, expected) => {
    const errorsBefore = server.errorOutput()
    const processedBefore = server.processedLines().length
    const status = await deliver(server, `/${handler}`)
    if (expected === PROCESSED) {
      expect(status).toBe(204)
      await vi.waitFor(() => expect(server.processedLines()).toHaveLength(processedBefore + 1))
      return
    }
    expect(status).toBe(500)
    await vi.waitFor(() => expect(server.errorOutput().slice(errorsBefore.length)).toContain(expected))
    expect(server.processedLines()).toHaveLength(processedBefore)
  })
}

describe.each(Object.entries(kinds))('%s', (kind, handlers) => {
  const nest = /^nest on (.*)/.exec(kind)
  testKind(nest ? `node dist/nest/main.js ${nest[1]}` : `node server.js "${kind}"`, { handlers })
})

// The program that `vercel dev` runs functions in. It reads the body, and parses it when `request.body` is read.
describe.each(
  Object.entries({
    node: 'Vercel: export POST',
    fetch: NO_REQUEST,
    post: PROCESSED,
  }),
)('a Node function of Vercel: api/%s.js', (name, expected) => {
  testKind('VERCEL_DEV_PORT=$PORT node node_modules/@vercel/node/dist/dev-server.mjs', {
    handlers: { [name]: expected },
    env: { VERCEL_DEV_ENTRYPOINT: `api/${name}.js` },
  })
})
