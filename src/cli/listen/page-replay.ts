/** Sends a delivery again when the page requests it. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { isObject } from '../../json.js'
import { parseHttpUrl } from '../http-url.js'
import type { DeliveryLog } from './log.js'
import { endWithJson, endWithoutDelivery, endWithText } from './page-responses.js'
import { replay, whyNotReplay } from './replay.js'

/** The maximum length of a replay request's body. */
const MAX_REQUEST_LENGTH = 10_000

/** Sends a delivery of the log to a URL. The JSON of the request names both. Responds with the result. */
export async function sendReplay(
  request: IncomingMessage,
  response: ServerResponse,
  { log, secret }: { readonly log: DeliveryLog; readonly secret: string },
): Promise<void> {
  if (request.headers['content-type'] !== 'application/json') {
    endWithText(response, 415, 'Send JSON.')
    return
  }
  const { number, url } = await readReplayRequest(request)
  const delivery = log.find(Number(number))
  const target = typeof url === 'string' ? parseHttpUrl(url) : undefined
  const obstacle = delivery && whyNotReplay(delivery)
  const abandoned = new AbortController()
  // The response closes when the browser disconnects, or this program stops.
  response.on('close', () => abandoned.abort())
  if (!delivery) endWithoutDelivery(response)
  else if (obstacle) endWithText(response, 409, obstacle)
  else if (!target)
    endWithText(response, 400, 'The URL is invalid. Enter one that starts with http:// or https://.')
  else endWithJson(response, 200, await replay(delivery, target, secret, abandoned.signal))
}

/** Reads the JSON object of a request. Returns an empty object if there is none. */
async function readReplayRequest(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > MAX_REQUEST_LENGTH) return {}
  }
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    // A request without JSON names no delivery, so it gets the response for a missing delivery.
    return {}
  }
}
