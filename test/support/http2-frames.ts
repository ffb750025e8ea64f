/**
 * HTTP/2 frames (RFC 9113) for a client that misbehaves. Node's own client ends a stream properly before it resets it.
 */

const TYPES = { data: 0, headers: 1, reset: 3, settings: 4 }
const END_HEADERS = 4
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** The start of a connection, with one POST as stream 1. */
export function openingFrames(headers: Readonly<Record<string, string>>, path = '/'): Buffer {
  const pseudo = { ':method': 'POST', ':path': path, ':scheme': 'http', ':authority': '127.0.0.1' }
  const fields = Object.entries({ ...pseudo, ...headers }).map(([name, value]) =>
    // A literal field without indexing (RFC 7541 §6.2.2).
    Buffer.concat([Buffer.of(0), literal(name), literal(value)]),
  )
  const settings = frame(TYPES.settings, 0, 0)
  return Buffer.concat([PREFACE, settings, frame(TYPES.headers, END_HEADERS, 1, Buffer.concat(fields))])
}

/** A part of the body of stream 1. */
export function dataFrame(bytes: string | Uint8Array): Buffer {
  return frame(TYPES.data, 0, 1, Buffer.from(bytes))
}

/** The reset of stream 1. */
export function resetFrame(code: number): Buffer {
  return frame(TYPES.reset, 0, 1, Buffer.of(0, 0, 0, code))
}

/** The types of the frames that a server sent, without those of the connection itself. */
export function framesOfStream(received: string): string[] {
  const bytes = Buffer.from(received, 'latin1')
  const frames: string[] = []
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    const name = Object.entries(TYPES).find(([, type]) => type === bytes[at + 3])?.[0] ?? 'other'
    if (bytes.readUInt32BE(at + 5) !== 0) frames.push(name)
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

/** A string literal of fewer than 127 bytes. */
function literal(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text)])
}
