/** A client of HTTP/2 that writes the frames it is told: Node's own ends a stream in good order before it resets it (RFC 9113). */

import { openSocket } from './http.js'

const TYPES = { data: 0, headers: 1, reset: 3, settings: 4 }
const END_HEADERS = 4
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** A connection with one stream. */
export type OpenStream = Awaited<ReturnType<typeof openStream>>

/** Opens a connection with one POST, as stream 1. */
export async function openStream(port: number, headers: Readonly<Record<string, string>>) {
  const client = await openSocket(port)
  const pseudo = { ':method': 'POST', ':path': '/', ':scheme': 'http', ':authority': '127.0.0.1' }
  const fields = Object.entries({ ...pseudo, ...headers }).map(([name, value]) =>
    // A literal field without indexing (RFC 7541 §6.2.2).
    Buffer.concat([Buffer.of(0), literal(name), literal(value)]),
  )
  await client.write(PREFACE)
  await client.write(frame(TYPES.settings, 0, 0))
  await client.write(frame(TYPES.headers, END_HEADERS, 1, Buffer.concat(fields)))
  return {
    ...client,
    data: (bytes: string | Uint8Array) => client.write(frame(TYPES.data, 0, 1, Buffer.from(bytes))),
    reset: (code: number) => client.write(frame(TYPES.reset, 0, 1, Buffer.of(0, 0, 0, code))),
  }
}

/** The frames in what a server sent, without those of the connection. */
export function framesOfStream(received: string): { type: string; payload: Buffer }[] {
  const bytes = Buffer.from(received, 'latin1')
  const frames = []
  for (let at = 0; at + 9 <= bytes.length; ) {
    const length = bytes.readUIntBE(at, 3)
    const name = Object.entries(TYPES).find(([, type]) => type === bytes[at + 3])?.[0] ?? 'other'
    const payload = bytes.subarray(at + 9, at + 9 + length)
    if (bytes.readUInt32BE(at + 5) !== 0) frames.push({ type: name, payload })
    at += 9 + length
  }
  return frames
}

function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(9)
  header.writeUIntBE(payload.length, 0, 3)
  header.set([type, flags], 3)
  header.writeUInt32BE(stream, 5)
  return Buffer.concat([header, payload])
}

/** Of fewer than 127 bytes. */
function literal(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text)])
}
