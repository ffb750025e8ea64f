/** Collects the body of a request while something else reads it. */

import type { IncomingMessage } from 'node:http'
import { DEFAULT_MAX_BODY_BYTES, joinChunks, keepChunk } from '../../read-body.js'

/** The body of one request. */
export interface BodyCollector {
  /** Resolves when the body is complete, or the sender closed the connection. */
  readonly ended: Promise<void>
  /** Returns the bytes so far, up to the default limit of a receiver, and the total size. */
  soFar(): { readonly bytes: Uint8Array; readonly size: number }
}

/** Starts to collect a body. */
export function collectBody(request: IncomingMessage): BodyCollector {
  const chunks: Uint8Array[] = []
  let size = 0
  request.on('data', (chunk: Uint8Array) => {
    size += chunk.length
    if (size <= DEFAULT_MAX_BODY_BYTES) keepChunk(chunks, chunk)
  })
  return {
    ended: new Promise((resolve) => {
      request.on('end', resolve)
      request.on('close', resolve)
      request.on('error', () => resolve())
    }),
    soFar: () => ({ bytes: joinChunks(chunks), size }),
  }
}
