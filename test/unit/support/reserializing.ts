/** An endpoint with the most frequent mistake: it verifies the result of `JSON.stringify` for the parsed body. */

import type { RequestListener } from 'node:http'
import { json } from 'node:stream/consumers'
import { isWebhookError } from '../../../src/index.js'
import { verifyAndParseSync } from '../../../src/node.js'

export function reserializingHandler(secret: string): RequestListener {
  return async (request, response) => {
    try {
      verifyAndParseSync(JSON.stringify(await json(request)), request.headers, secret)
      response.writeHead(204).end()
    } catch (error) {
      response.writeHead(isWebhookError(error) ? error.status : 400).end()
    }
  }
}
