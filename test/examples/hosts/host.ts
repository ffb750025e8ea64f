/** What the hosts of functions have in common: HTTP on one side, and a call for each request on the other. */

import { createServer, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** A request as it arrived, before a host turns it into an event. */
export interface HostRequest {
  readonly method: string
  readonly url: URL
  /** In order, including repetitions. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
}

/** The response. */
export interface HostReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: string | Uint8Array
}

/** Listens on `PORT`, and calls the function for each request. */
export function serveHost(call: (request: HostRequest) => Promise<HostReply>): void {
  createServer(async (incoming, outgoing) => {
    try {
      const { status, headers, body } = await call(await readRequest(incoming))
      outgoing.writeHead(status, headers).end(body)
    } catch (error) {
      // None of our examples may cause this: the test looks at stderr.
      console.error(error)
      outgoing.writeHead(502).end()
    }
  }).listen(Number(process.env['PORT']), '127.0.0.1')
}

async function readRequest(incoming: IncomingMessage): Promise<HostRequest> {
  const { method = '', url = '', rawHeaders } = incoming
  const names = rawHeaders.filter((_, index) => index % 2 === 0)
  return {
    method,
    url: new URL(url, `http://${incoming.headers.host}`),
    headers: names.map((name, index) => [name, rawHeaders[2 * index + 1] ?? '']),
    body: await buffer(incoming),
  }
}

/** The values of each header, under its lowercase name. */
export function headerValues({ headers }: HostRequest): Record<string, string[]> {
  const values: Record<string, string[]> = {}
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    values[key] = [...(values[key] ?? []), value]
  }
  return values
}

/** Each header as one string: several values are joined by commas. */
export function joinedHeaders(request: HostRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headerValues(request)).map(([name, values]) => [name, values.join(',')]),
  )
}
