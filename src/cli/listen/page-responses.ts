/** Writes the responses of the page's server. */

import type { ServerResponse } from 'node:http'

/** Ends a response with a line of text. */
export function endWithText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}

/** Ends a response with JSON. */
export function endWithJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

/** Ends the response to a request for a delivery that the log doesn't have. */
export function endWithoutDelivery(response: ServerResponse): void {
  endWithText(
    response,
    404,
    'This delivery is not in memory. listen keeps the newest 1,000, or fewer if they take more than 32 MiB.',
  )
}
