/** What Node tells of its HTTP clients and servers, step by step. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'

/** The channels, and what their messages hold. */
interface Channels {
  /** A client has sent all of a request. */
  'http.client.request.start': { readonly request: ClientRequest }
  /** A client has the status and the headers of a response. */
  'http.client.response.finish': { readonly request: ClientRequest; readonly response: IncomingMessage }
  /** A server has the headers of a request. */
  'http.server.request.start': { readonly request: IncomingMessage }
}

/** Resolves with the next message of a channel. Call it before what sends the message. */
export function nextMessage<Name extends keyof Channels>(name: Name): Promise<Channels[Name]> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown) => {
      unsubscribe(name, onMessage)
      // Node's documentation says what each channel holds.
      resolve(message as Channels[Name])
    }
    subscribe(name, onMessage)
  })
}
