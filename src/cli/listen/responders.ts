/** Responds to a delivery: alone, or with the response of the app that it is forwarded to. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { bodyTooLarge, connectionClosed } from '../../read-body.js'
import { createNodeHandler } from '../../receive/node-handler.js'
import type { Outcome } from '../../receive/outcome.js'
import { createBodyReceiver } from '../../receive/receiver.js'
import { memoryStore } from '../../stores/memory.js'
import { isAcknowledged } from '../transport.js'
import type { BodyCollector } from './body-collector.js'
import type { AppResponse, Forwarder } from './forwarder.js'

/** The outcome of a delivery. */
export interface Responded {
  readonly outcome: Outcome
  readonly app?: AppResponse
}

/** Responds to a delivery. Resolves when the response is written; with `undefined` if there is no outcome to report. */
export type Respond = (
  request: IncomingMessage,
  response: ServerResponse,
  collect: () => BodyCollector,
) => Promise<Responded | undefined>

/** Creates a function that responds as a receiver of this library does. */
export function respondAlone(secret: string): Respond {
  const store = memoryStore()
  return async (request, response, collect) => {
    let outcome: Outcome | undefined
    const handler = createNodeHandler({
      secret,
      store,
      // `listen` only shows events.
      onEvent() {},
      onOutcome: (found) => {
        outcome = found
      },
    })
    const processed = handler(request, response)
    // The handler accepts only a body that nobody has started to read, so it must be called before `collect()`.
    collect()
    await processed
    // The outcome is set, because the handler reports it before it responds.
    return outcome && { outcome }
  }
}

/**
 * Creates a function that responds as the app does. The verdict is this library's own. A delivery counts as processed only if
 * the app acknowledged it; otherwise, its retry isn't a duplicate.
 */
export function respondByApp(secret: string, forwarder: Forwarder): Respond {
  const store = memoryStore()
  return async (request, response, collect) => {
    const body = collect()
    const forwarded = forwarder.forward(request, response)
    let outcome: Outcome | undefined
    const receive = createBodyReceiver({
      secret,
      store,
      async onEvent() {
        const app = await forwarded
        if (!app || !isAcknowledged(app.result)) throw new Error('The app did not acknowledge the event.')
      },
      onOutcome: (found) => {
        outcome = found
      },
    })
    await receive({
      request,
      args: [],
      method: request.method ?? '',
      headers: request.headers,
      async readBody(maxBodyBytes) {
        await body.ended
        if (!request.complete) throw connectionClosed()
        const { bytes, size } = body.soFar()
        if (size > maxBodyBytes) throw bodyTooLarge(maxBodyBytes)
        return bytes
      },
    })
    // If a delivery is rejected because of its headers, its body and the app's response may still be arriving.
    const [app] = await Promise.all([forwarded, body.ended])
    return outcome && { outcome, ...(app && { app }) }
  }
}
