/** The endpoint of `listen`: the library's own handler, and what it needs to report each delivery. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { diagnose } from '../../diagnose/index.js'
import { DEFAULT_MAX_BODY_BYTES, joinChunks, keepChunk } from '../../read-body.js'
import { createNodeHandler } from '../../receive/node-handler.js'
import type { Outcome } from '../../receive/outcome.js'
import { memoryStore } from '../../stores/memory.js'
import { requireKey } from '../../verify/keys.js'
import type { ListenedDelivery } from './listened-delivery.js'
import { type ListeningServer, listenOn } from './loopback-server.js'

/** What the endpoint needs. */
export interface EndpointSettings {
  readonly port: number
  readonly path: string
  readonly secret: string
  readonly otherSecrets: readonly string[]
  onDelivery(delivery: ListenedDelivery): void
  /** Called for a request to another path, which gets a 404. */
  onElsewhere(method: string, path: string): void
}

/** Starts the endpoint on 127.0.0.1. Throws EnvironmentError if it can't listen, WebhookError for an unusable secret. */
export async function startEndpoint(settings: EndpointSettings): Promise<ListeningServer> {
  const store = memoryStore()
  // Fails at the start instead of at the first delivery.
  requireKey(settings.secret)
  let count = 0
  let diagnosed: Promise<unknown> = Promise.resolve()

  /** Diagnoses one delivery at a time: a forged one can make its diagnosis take a tenth of a second and some megabytes. */
  function judgeInTurn(...args: Parameters<typeof judge>): Promise<Judgment> {
    const judged = diagnosed.then(() => judge(...args))
    diagnosed = judged.catch(() => {})
    return judged
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const receivedAt = Date.now()
    let outcome: Outcome | undefined
    const handler = createNodeHandler({
      secret: settings.secret,
      store,
      // What is shown is what arrives: nothing is done with it.
      onEvent() {},
      onOutcome: (found) => {
        outcome = found
      },
    })
    const handled = handler(request, response)
    const readSoFar = collectBody(request)
    await handled
    // Set already: the handler reports each outcome before it responds.
    if (!outcome) return
    const { method = '', rawHeaders } = request
    const kept = readSoFar()
    const judgment = await judgeInTurn(outcome, request, kept.body, settings)
    settings.onDelivery({
      // Numbered only now: a browser resumes after the highest number it saw, so a slow delivery must not get a lower one.
      number: ++count,
      receivedAt,
      method,
      rawHeaders,
      ...kept,
      ...(response.headersSent && { status: response.statusCode }),
      ...judgment,
    })
  }

  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0] ?? ''
    if (path === settings.path) {
      void receive(request, response)
      return
    }
    settings.onElsewhere(request.method ?? '', path)
    request.resume()
    response.writeHead(404).end()
  })
  return listenOn(server, settings.port, 'Give another one with --port, or --port 0 for a free one.')
}

/** Reads the body along with the handler, and keeps what the handler's own limit allows. Returns what came so far. */
function collectBody(request: IncomingMessage): () => Pick<ListenedDelivery, 'body' | 'bytes' | 'isWhole'> {
  const chunks: Uint8Array[] = []
  let size = 0
  request.on('data', (chunk: Uint8Array) => {
    size += chunk.length
    if (size <= DEFAULT_MAX_BODY_BYTES) keepChunk(chunks, chunk)
  })
  return () => ({
    body: joinChunks(chunks),
    bytes: size,
    isWhole: request.complete && size <= DEFAULT_MAX_BODY_BYTES,
  })
}

/** What the handler, or the diagnosis, says of a delivery. */
type Judgment = Pick<
  ListenedDelivery,
  'outcome' | 'durationMs' | 'event' | 'key' | 'code' | 'message' | 'diagnosis' | 'isGenuine'
>

async function judge(
  outcome: Outcome,
  { headers }: IncomingMessage,
  body: Uint8Array,
  { secret, otherSecrets }: EndpointSettings,
): Promise<Judgment> {
  const { durationMs } = outcome
  // Its receiver has no queue.
  const status = outcome.status as Judgment['outcome']
  if (outcome.status !== 'rejected') {
    const { event, key } = outcome
    const name = event && { event: event.rawEvent }
    return { outcome: status, durationMs, ...name, ...(key && { key }), isGenuine: event !== undefined }
  }
  const { code, message, status: responseStatus } = outcome.error
  const rejection = { outcome: status, durationMs, code, message }
  // A 400 comes after the signature was verified: the body is not JSON, or no event.
  if (responseStatus !== 401) return { ...rejection, isGenuine: responseStatus === 400 }
  // Between two diagnoses, the requests that came meanwhile are answered.
  await setImmediate()
  const diagnosis = await diagnose(body, headers, secret, { otherSecrets })
  return { ...rejection, diagnosis, isGenuine: diagnosis.ok }
}
