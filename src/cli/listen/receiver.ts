/** The receiver: the library's own handler, and an ear at what passes through it. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { diagnose } from '../../diagnose/index.js'
import { DEFAULT_MAX_BODY_BYTES, joinChunks, keepChunk } from '../../read-body.js'
import { createNodeHandler } from '../../receive/node-handler.js'
import type { Outcome } from '../../receive/outcome.js'
import { memoryStore } from '../../stores/memory.js'
import { requireKey } from '../../verify/keys.js'
import type { ListenedDelivery } from './delivery.js'
import { type ListeningServer, listenOn } from './server.js'

/** What a receiver needs. */
export interface ReceiverSettings {
  readonly port: number
  readonly path: string
  readonly secret: string
  readonly otherSecrets: readonly string[]
  onDelivery(delivery: ListenedDelivery): void
  /** A request to another path, which is answered with 404. */
  onElsewhere(method: string, path: string): void
}

/** Starts a receiver on 127.0.0.1. Throws EnvironmentError where it cannot listen, WebhookError for an unusable secret. */
export async function startReceiver(settings: ReceiverSettings): Promise<ListeningServer> {
  const store = memoryStore()
  // At the start, and not at the first delivery.
  requireKey(settings.secret)
  let count = 0

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const receivedAt = Date.now()
    let outcome: Outcome | undefined
    const handler = createNodeHandler({
      secret: settings.secret,
      store,
      onOutcome: (found) => {
        outcome = found
      },
    })
    const handled = handler(request, response)
    const body = collect(request)
    await handled
    // The handler tells of every delivery before it answers.
    if (!outcome) return
    const { method = '', rawHeaders } = request
    const collected = body()
    const facts = await factsOf(outcome, request, collected.body, settings)
    settings.onDelivery({
      // Not before: who listens goes on behind the last number, and one that took longer must not hide below it.
      number: ++count,
      receivedAt,
      method,
      rawHeaders,
      ...collected,
      ...(response.headersSent && { status: response.statusCode }),
      ...facts,
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

/** Listens along with the handler; what came so far, of which is kept what the handler's own limit allows. */
function collect(request: IncomingMessage): () => Pick<ListenedDelivery, 'body' | 'bytes' | 'isWhole'> {
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

type Facts = Pick<
  ListenedDelivery,
  'outcome' | 'durationMs' | 'event' | 'key' | 'code' | 'message' | 'diagnosis' | 'isGenuine'
>

async function factsOf(
  outcome: Outcome,
  { headers }: IncomingMessage,
  body: Uint8Array,
  { secret, otherSecrets }: ReceiverSettings,
): Promise<Facts> {
  const { status, durationMs } = outcome
  if (outcome.status !== 'rejected') {
    const { event, key } = outcome
    const name = event && { event: event.rawEvent }
    return { outcome: status, durationMs, ...name, ...(key && { key }), isGenuine: event !== undefined }
  }
  const { code, message, status: answered } = outcome.error
  const refusal = { outcome: status, durationMs, code, message }
  // What is not JSON, or no event, was verified before that showed.
  if (answered !== 401) return { ...refusal, isGenuine: answered === 400 }
  const diagnosis = await diagnose(body, headers, secret, { otherSecrets })
  return { ...refusal, diagnosis, isGenuine: diagnosis.ok }
}
