/** An endpoint with the most frequent mistake: it verifies the result of `JSON.stringify` for the parsed body. */

import type { RequestListener } from 'node:http'
import { json } from 'node:stream/consumers'
import { isWebhookError, type WebhookError } from '../../../src/index.js'
import { verifyAndParseSync } from '../../../src/node.js'

/** Responds to an error of `verifyAndParse`. */
type Rejection = (error: WebhookError) => readonly [status: number, body: string]

/** The ways in which such endpoints respond. */
export const rejections: Readonly<Record<string, Rejection>> = {
  "the error's status": ({ status }) => [status, ''],
  "401 and the error's code": ({ code }) => [401, JSON.stringify({ error: code })],
  "401, the error's code and its message": ({ code, message }) => [
    401,
    JSON.stringify({ error: code, message }),
  ],
  'a code of its own': ({ status }) => [status, '{"error":"unauthorized"}'],
}

export function reserializingHandler(
  secret: string,
  reject: Rejection = ({ status }) => [status, ''],
): RequestListener {
  return async (request, response) => {
    try {
      verifyAndParseSync(JSON.stringify(await json(request)), request.headers, secret)
      response.writeHead(204).end()
    } catch (error) {
      const [status, body] = isWebhookError(error) ? reject(error) : [400, '']
      response.writeHead(status).end(body)
    }
  }
}
