/** Connections that clients keep open: a rejected upload must not break the next delivery. */

import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'

/** Uploads that an endpoint rejects, each with its size in bytes and its difference from a POST without headers. */
export const rejectedUploads: readonly Upload[] = [
  ['too large', 2_000_000, {}],
  ['without the headers', 200_000, {}],
  ['of another method', 200_000, { method: 'PUT' }],
]

/** What is wrong with an upload, its size in bytes, and options of the request. */
type Upload = readonly [what: string, size: number, options: { readonly method?: string }]

/** What a client saw on one connection. */
interface Round {
  readonly rejected: number
  readonly accepted: number
  /** The delivery that was sent after the upload. */
  readonly body: string
}

/**
 * Sends a rejected upload and then a valid delivery, several times, on one connection that is kept open.
 *
 * @param options.closesSilently - true if the host closes the connection of a rejected upload without announcing it.
 * Then the second attempt of the delivery counts, which has a new connection.
 */
export async function deliverAfterUploads(
  url: string,
  secret: string,
  [, size, options]: Upload,
  { rounds, closesSilently }: { readonly rounds: number; readonly closesSilently: boolean },
): Promise<Round[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const seen: Round[] = []
  try {
    while (seen.length < rounds) {
      const rejected = await send(url, { agent, ...options }, Buffer.alloc(size, 'x'))
      const { body, headers } = await signDelivery(sampleEvent('call.ended'), secret)
      const deliver = () => send(url, { agent, headers }, Buffer.from(body))
      const accepted = await deliver().catch((error) => (closesSilently ? deliver() : Promise.reject(error)))
      seen.push({ rejected: rejected.status, accepted: accepted.status, body: String(body) })
    }
    return seen
  } finally {
    agent.destroy()
  }
}

/**
 * Sends a request as a client that keeps connections does: it reuses one unless the server closed it or announced
 * that.
 */
export async function send(
  url: string,
  options: { agent: Agent; method?: string; headers?: Record<string, string> },
  body: Buffer,
): Promise<{ status: number }> {
  const outgoing = request(url, { method: 'POST', ...options })
  // A server may respond and close before all of a rejected upload has arrived. Its response counts.
  let failure: unknown
  const failed = new Promise<undefined>((resolve) =>
    outgoing.on('error', (error) => {
      failure = error
      resolve(undefined)
    }),
  )
  outgoing.end(body)
  const response = await Promise.race([
    once(outgoing, 'response').then(([message]) => message as IncomingMessage),
    failed,
  ])
  if (!response) throw failure
  response.on('error', () => {}).resume()
  await new Promise((resolve) => response.once('close', resolve))
  return { status: response.statusCode ?? 0 }
}
