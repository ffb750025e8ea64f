/** What the page orders to be sent again. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { isObject } from '../../json.js'
import { parseHttpUrl } from '../http-url.js'
import { end, sendJson } from './answers.js'
import type { DeliveryLog } from './log.js'
import { replay, whyNotReplay } from './replay.js'

const MAX_ORDER_BYTES = 10_000

/** Sends a delivery of the log to an address, both in the JSON of the request; answers with what came of it. */
export async function sendReplay(
  request: IncomingMessage,
  response: ServerResponse,
  { log, secret }: { readonly log: DeliveryLog; readonly secret: string },
): Promise<void> {
  if (request.headers['content-type'] !== 'application/json') {
    end(response, 415, 'Only JSON.')
    return
  }
  const { number, url } = await readOrder(request)
  const delivery = log.find(Number(number))
  const target = typeof url === 'string' ? parseHttpUrl(url) : undefined
  const obstacle = delivery && whyNotReplay(delivery)
  const abandoned = new AbortController()
  // The browser's going, or the end of this program.
  response.on('close', () => abandoned.abort())
  if (!delivery) end(response, 404, 'It is no longer kept: only the newest are.')
  else if (obstacle) end(response, 409, obstacle)
  else if (!target) end(response, 400, 'The address begins with http:// or https://.')
  else sendJson(response, 200, await replay(delivery, target, secret, abandoned.signal))
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
    // Answered as what it is: an order for nothing.
    return {}
  }
}
