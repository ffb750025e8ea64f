/** Real programs, not ours, that change the deliveries that pass through them. */

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'

/** Pipes bytes through a program. */
export function pipe(bytes: Uint8Array, program: string, ...args: string[]): Buffer {
  return execFileSync(program, args, { input: bytes, maxBuffer: 64 * 1_048_576 })
}

/** Pipes bytes through a line of Python with the input `body`, and returns its result. */
export function python(bytes: Uint8Array, expression: string): Buffer {
  const program = `import json,sys; body=sys.stdin.buffer.read(); out=${expression}; sys.stdout.buffer.write(out if isinstance(out,bytes) else out.encode())`
  return pipe(bytes, 'python3', '-c', program)
}

/** Parses a body with one of Express's own parsers, and serializes it again as such apps do. */
export async function throughExpress(
  bytes: Uint8Array,
  parser: 'json' | 'text' | 'latin1',
  write: (body: unknown) => string | Uint8Array,
): Promise<string | Uint8Array> {
  const app = express()
  const parsers = {
    json: express.json({ limit: '10mb' }),
    text: express.text({ type: '*/*' }),
    latin1: express.text({ type: '*/*', defaultCharset: 'latin1' }),
  }
  app.use(parsers[parser])
  let received: unknown
  app.post('/', (incoming, response) => {
    received = incoming.body
    response.sendStatus(204)
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const headers = { 'content-type': parser === 'json' ? 'application/json' : 'text/plain' }
    const outgoing = request({ port, host: '127.0.0.1', method: 'POST', headers }).end(bytes)
    const [response] = await once(outgoing, 'response')
    response.resume()
    await once(response, 'close')
  } finally {
    server.close()
  }
  return write(received)
}
