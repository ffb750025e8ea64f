/** For projects with the types of Node: what its servers get and give fits its types. */

import { Buffer } from 'node:buffer'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { type TruedyEvent, verifySignature } from 'truedy-webhooks'
import { createNodeHandler, verifyAndParseSync } from 'truedy-webhooks/node'

export const listener: RequestListener = createNodeHandler({ secret: 'whsec_consumer', onEvent() {} })
export const server = createServer(createNodeHandler({ secret: 'whsec_consumer', onEvent() {} }))

export function receive(request: IncomingMessage, body: Buffer): TruedyEvent {
  return verifyAndParseSync(body, request.headers, 'whsec_consumer')
}

export async function isGenuine(request: IncomingMessage, chunks: Buffer[]): Promise<boolean> {
  return (await verifySignature(Buffer.concat(chunks), request.headers, 'whsec_consumer')).ok
}
