/** The endpoint of `listen`: responds to each delivery, judges it, and reports it. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { DEFAULT_MAX_BODY_BYTES } from '../../read-body.js'
import { requireKey } from '../../verify/keys.js'
import { type BodyCollector, collectBody } from './body-collector.js'
import type { Forwarder } from './forwarder.js'
import { createJudge, type JudgeSettings } from './judgment.js'
import type { ListenedDelivery } from './listened-delivery.js'
import { type ListeningServer, listenOn } from './loopback-server.js'
import { respondAlone, respondByApp } from './responders.js'

/** The dependencies of the endpoint. */
export interface EndpointSettings extends JudgeSettings {
  readonly port: number
  readonly path: string
  /** Forwards deliveries. Without it, the endpoint responds itself. */
  readonly forwarder?: Forwarder | undefined
  onDelivery(delivery: ListenedDelivery): void
  /** Called for a request to another path, which gets a 404. */
  onElsewhere(method: string, path: string): void
}

/** Starts the endpoint on 127.0.0.1. Throws EnvironmentError if it can't listen, WebhookError for an invalid secret. */
export async function startEndpoint(settings: EndpointSettings): Promise<ListeningServer> {
  const { secret, forwarder } = settings
  // An invalid secret fails now instead of at the first delivery.
  requireKey(secret)
  const respond = forwarder ? respondByApp(secret, forwarder) : respondAlone(secret)
  const judge = createJudge(settings)
  let count = 0

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const receivedAt = Date.now()
    let collected: BodyCollector | undefined
    const responded = await respond(request, response, () => {
      collected = collectBody(request)
      return collected
    })
    if (!responded || !collected) return
    const { outcome, app } = responded
    const { method = '', url = '', rawHeaders, headers, complete } = request
    const { bytes: body, size } = collected.soFar()
    const judgment = await judge(outcome, headers, body)
    settings.onDelivery({
      // Numbered only now: a browser resumes after the highest number it saw, so a slow delivery must not get a lower one.
      number: ++count,
      receivedAt,
      method,
      path: url,
      rawHeaders,
      body,
      bytes: size,
      isWhole: complete && size <= DEFAULT_MAX_BODY_BYTES,
      ...(response.headersSent && { status: response.statusCode }),
      ...judgment,
      ...(app && { app }),
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
  return listenOn(server, settings.port, 'Choose another one with --port, or a free one with --port 0.')
}
