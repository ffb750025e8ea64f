/** The steps of Node's HTTP clients and servers, from their diagnostics channels. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'

/** The channels and their messages. */
interface Channels {
  /** A client has sent all of a request. */
  'http.client.request.start': { readonly request: ClientRequest }
  /** A client has the status and the headers of a response. */
  'http.client.response.finish': { readonly request: ClientRequest; readonly response: IncomingMessage }
  /** A server has the headers of a request. */
  'http.server.request.start': { readonly request: IncomingMessage }
}

/** Resolves with the next message of a channel. Call it before the step that sends the message. */
export function nextMessage<Name extends keyof Channels>(name: Name): Promise<Channels[Name]> {
  return new Promise((resolve) => {
    const onMessage = (message: unknown) => {
      unsubscribe(name, onMessage)
      // Node's documentation specifies the message of each channel.
      resolve(message as Channels[Name])
    }
    subscribe(name, onMessage)
  })
}
