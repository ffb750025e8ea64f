/** Keeps the body of a request while something else reads it. */

import type { IncomingMessage } from 'node:http'
import { DEFAULT_MAX_BODY_BYTES, joinChunks, keepChunk } from '../../read-body.js'

/** The body of one request. */
export interface BodyCollector {
  /** Resolves when the body has arrived, or its sender closed the connection. */
  readonly ended: Promise<void>
  /** The bytes so far, up to a receiver's own limit, and the size of all. */
  soFar(): { readonly bytes: Uint8Array; readonly size: number }
}

/** Collects a body while something else reads it. */
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
