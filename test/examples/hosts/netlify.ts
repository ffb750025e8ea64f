/**
 * What stands in front of a Netlify function. Netlify runs functions on Lambda: its front end turns a request into an event,
 * and its runtime, which it packs with every function, makes a `Request` of the event. The front end is ours, the runtime is
 * Netlify's own. Run in the folder of the example:
 *
 *     tsx netlify.ts [base64]
 *
 * With `base64`, every body comes encoded, as Netlify does with what it takes for binary.
 */

import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { type HostReply, type HostRequest, joinedHeaders, serveHost } from './host.js'

interface Metadata {
  readonly statusCode: number
  readonly multiValueHeaders?: Record<string, string[]>
}

/** What the runtime accepts. */
interface LambdaEvent {
  readonly rawUrl: string
  readonly path: string
  readonly httpMethod: string
  readonly headers: Record<string, string>
  readonly body: string | undefined
  readonly isBase64Encoded: boolean
  readonly route: string
  readonly flags: Record<string, unknown>
}

type StreamingHandler = (event: object, stream: PassThrough, context: object) => Promise<void>

const FUNCTION = resolve('netlify/functions/truedy.js')

const isBase64Encoded = process.argv[2] === 'base64'

/** The metadata of a response, which a function sets on the stream that it writes the body to. */
const metadataOf = new WeakMap<PassThrough, Metadata>()

// The part of Lambda's runtime that Netlify's builds on: response streaming.
Object.assign(globalThis, {
  awslambda: {
    streamifyResponse: (handler: StreamingHandler) => async (event: object, context: object) => {
      const stream = new PassThrough()
      const body = buffer(stream)
      await handler(event, stream, context)
      return { ...metadataOf.get(stream), body: await body }
    },
    HttpResponseStream: {
      from(stream: PassThrough, metadata: Metadata) {
        metadataOf.set(stream, metadata)
        return stream
      },
    },
  },
})

// TypeScript can't follow this name: the package's declarations need others that are not installed.
const RUNTIME: string = '@netlify/serverless-functions-api'
const { getLambdaHandler } = (await import(RUNTIME)) as {
  // This returns the result of `streamifyResponse` above.
  getLambdaHandler(
    path: string,
  ): (event: LambdaEvent, context: object) => Promise<Metadata & { body: Buffer }>
}
// By its path, because the runtime imports the function itself.
const invoke = getLambdaHandler(FUNCTION)

const { config } = (await import(pathToFileURL(FUNCTION).href)) as { config: { path: string } }

serveHost(async (request): Promise<HostReply> => {
  if (request.url.pathname !== config.path) return { status: 404, headers: {}, body: 'Not Found' }
  const context = { awsRequestId: randomUUID(), clientContext: {}, getRemainingTimeInMillis: () => 10_000 }
  const { statusCode, multiValueHeaders = {}, body } = await invoke(toEvent(request), context)
  return { status: statusCode, headers: multiValueHeaders, body }
})

function toEvent(request: HostRequest): LambdaEvent {
  const { method, url, body } = request
  return {
    rawUrl: url.href,
    path: url.pathname,
    httpMethod: method,
    headers: joinedHeaders(request),
    body: body.length > 0 ? body.toString(isBase64Encoded ? 'base64' : 'utf8') : undefined,
    isBase64Encoded: isBase64Encoded && body.length > 0,
    route: config.path,
    flags: {},
  }
}
