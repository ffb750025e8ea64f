/** Sends a delivery again when the page asks for it. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { isObject } from '../../json.js'
import { parseHttpUrl } from '../http-url.js'
import type { DeliveryLog } from './log.js'
import { endWithJson, endWithoutDelivery, endWithText } from './page-responses.js'
import { replay, whyNotReplay } from './replay.js'

const MAX_ORDER_BYTES = 10_000

/** Sends a delivery of the log to a URL, both named in the JSON of the request. Responds with the result. */
export async function sendReplay(
  request: IncomingMessage,
  response: ServerResponse,
  { log, secret }: { readonly log: DeliveryLog; readonly secret: string },
): Promise<void> {
  if (request.headers['content-type'] !== 'application/json') {
    endWithText(response, 415, 'Send JSON.')
    return
  }
  const { number, url } = await readOrder(request)
  const delivery = log.find(Number(number))
  const target = typeof url === 'string' ? parseHttpUrl(url) : undefined
  const obstacle = delivery && whyNotReplay(delivery)
  const abandoned = new AbortController()
  // It closes when the browser goes away, or this program stops.
  response.on('close', () => abandoned.abort())
  if (!delivery) endWithoutDelivery(response)
  else if (obstacle) endWithText(response, 409, obstacle)
  else if (!target) endWithText(response, 400, 'The URL must start with http:// or https://.')
  else endWithJson(response, 200, await replay(delivery, target, secret, abandoned.signal))
}

async function readOrder(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > MAX_ORDER_BYTES) return {}
  }
  try {
    const order: unknown = JSON.parse(text)
    return isObject(order) ? order : {}
  } catch {
    // An order that is not JSON names no delivery, so it gets the response for a missing delivery.
    return {}
  }
}
