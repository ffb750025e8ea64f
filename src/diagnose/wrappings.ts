/** Guesses bodies that were converted as a whole: listed as numbers, quoted, in UTF-16, or compressed. */

import { getBuiltin } from '../builtins.js'
import { encodeUtf8 } from '../bytes.js'
import { isObject } from '../json.js'
import { readStream } from '../read-body.js'
import type { BodyGuess } from './body-guess.js'
import type { Budget } from './budget.js'
import type { Finding } from './causes.js'

/** Guesses bodies that arrived as a list of byte values or as a JSON string. */
export function* guessWrapped(text: string, budget: Budget): Generator<BodyGuess> {
  if (!budget.canBuild(text.length)) return
  const trimmed = text.trim()
  const listed = readListedBytes(trimmed)
  if (listed) yield { body: listed, finding: { cause: 'body_buffer_json' } }
  const quoted = trimmed.startsWith('"') ? tryParse(trimmed) : undefined
  if (typeof quoted === 'string') {
    yield { body: encodeUtf8(quoted), finding: { cause: 'body_json_string' } }
  }
}

/**
 * Reads bytes that were printed as numbers: a Buffer (`{"type":"Buffer","data":[123,…]}`) or a Uint8Array (`{"0":123,…}`)
 * after `JSON.stringify`, or a Uint8Array after `String` (`123,…`).
 */
function readListedBytes(text: string): Uint8Array | undefined {
  if (/^\d{1,3},\d{1,3}(?:,|$)/.test(text)) return toBytes(text.split(',').map(Number))
  if (!/^\{\s*"(?:type"\s*:\s*"Buffer"|data"\s*:\s*\[\s*\d|0"\s*:\s*\d)/.test(text)) return undefined
  const value = tryParse(text)
  if (!isObject(value)) return undefined
  return toBytes(Array.isArray(value['data']) ? value['data'] : Object.values(value))
}

function toBytes(numbers: readonly unknown[]): Uint8Array | undefined {
  const areBytes = numbers.every((each) => Number.isInteger(each) && Number(each) >= 0 && Number(each) < 256)
  return areBytes ? Uint8Array.from(numbers, Number) : undefined
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Guesses bodies that arrived in UTF-16. PowerShell's `>` saves text like that, and adds a line ending. */
export function* guessUtf16(bytes: Uint8Array, budget: Budget): Generator<BodyGuess> {
  const encoding = utf16Of(bytes)
  if (encoding === undefined || !budget.canBuild(4 * bytes.length)) return
  // The decoder removes the byte order mark.
  const text = new TextDecoder(encoding).decode(bytes)
  const detail = 'The body arrived in UTF-16, as PowerShell saves text, but the signed text was UTF-8'
  const finding: Finding = { cause: 'body_charset', detail }
  yield { body: encodeUtf8(text), finding }
  const withoutEnd = text.replace(/[\r\n]+$/, '')
  const otherEnds = `${detail} with other line endings`
  for (const other of [withoutEnd, withoutEnd.replaceAll('\r\n', '\n'), text.replaceAll('\r\n', '\n')]) {
    if (other !== text) yield { body: encodeUtf8(other), finding: { ...finding, detail: otherEnds } }
  }
}

function utf16Of([first, second]: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  // JSON begins with an ASCII character, so one of its two bytes is zero.
  if (first !== 0 && second === 0) return 'utf-16le'
  return first === 0 && second !== 0 ? 'utf-16be' : undefined
}

/** Four times the size that receivers accept by default, and small enough to stop a decompression bomb. */
const MAX_DECOMPRESSED = 4 * 1_048_576

/** Guesses bodies that arrived compressed. */
export async function* guessDecompressed(bytes: Uint8Array, budget: Budget): AsyncGenerator<BodyGuess> {
  const formats = isGzip(bytes) ? (['gzip'] as const) : (['deflate', 'deflate-raw', 'brotli'] as const)
  for (const format of formats) {
    if (!budget.canBuild(MAX_DECOMPRESSED)) return
    const body = await decompress(bytes, format)
    const name = format === 'deflate-raw' ? 'deflate' : format
    if (body) yield { body, finding: { cause: 'body_compressed', detail: name } }
  }
}

/** Tells whether bytes begin like gzip. The other formats can't be recognized by their beginning. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

async function decompress(
  bytes: Uint8Array,
  format: 'gzip' | 'deflate' | 'deflate-raw' | 'brotli',
): Promise<Uint8Array | undefined> {
  try {
    if (format === 'brotli') {
      const zlib = getBuiltin('node:zlib')
      return zlib?.brotliDecompressSync(bytes, { maxOutputLength: MAX_DECOMPRESSED })
    }
    // A copy, because a Blob doesn't take shared memory, which the type of `bytes` allows.
    const source = new Blob([Uint8Array.from(bytes)]).stream()
    return await readStream(source.pipeThrough(new DecompressionStream(format)), MAX_DECOMPRESSED)
  } catch {
    // The bytes are damaged, too large or in another format, or the runtime lacks this decompressor.
    return undefined
  }
}
