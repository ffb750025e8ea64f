/** Responses of the page's server. */

import type { ServerResponse } from 'node:http'

/** Ends a response with a line of text. */
export function endWithText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}

/** Ends a response with JSON. */
export function endWithJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

/** Ends the response to a request for a delivery that the log no longer has. */
export function endWithoutDelivery(response: ServerResponse): void {
  endWithText(response, 404, 'This delivery is no longer kept. Only the newest 1,000 are.')
}
