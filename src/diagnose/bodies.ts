/** What a body may have been before something happened to it. */

import { joinChunks, readStream } from '../read-body.js'
import type { Finding } from './causes.js'
import { decodeBase64, toSingleBytes } from './encodings.js'
import { spellAsJavaScript, spellAsPython } from './numbers.js'
import { readJson } from './read-json.js'
import { PYTHON_SORTED } from './sorted-json.js'
import { type JsonStyle, writeJson } from './write-json.js'

/** A body that may have been signed, and what has happened to it since; nothing for the body as it came. */
export interface BodyGuess {
  readonly body: Uint8Array
  readonly finding?: Finding
}

/** The body as it came, then all that it may have been, the likeliest first; made one by one, as they are asked for. */
export async function* guessBodies(bytes: Uint8Array): AsyncGenerator<BodyGuess> {
  yield { body: bytes }
  if (bytes.length === 0) return
  const text = decode(bytes)
  yield* guessEnds(bytes)
  if (text !== undefined) yield* guessForms(text)
  yield* guessEncodings(bytes, text)
  const unzipped = isGzip(bytes) ? await unzip(bytes) : undefined
  if (unzipped)
    yield { body: unzipped, finding: { cause: 'body_gzip', detail: '; decompressed, it matches' } }
}

/** What shows in a body that matches in no form: a cause that is seen and not proven. */
export function findingOf(bytes: Uint8Array): Finding | undefined {
  if (bytes.length === 0) return { cause: 'body_empty' }
  if (isGzip(bytes)) return { cause: 'body_gzip' }
  if (decode(bytes)?.includes('\ufffd')) {
    const detail =
      'it holds replacement characters (U+FFFD), which stand where bytes were lost. What was lost cannot be tried; if the sender wrote them itself, the secret is another one'
    return { cause: 'body_charset', detail }
  }
  return undefined
}

const BOM = Uint8Array.of(0xef, 0xbb, 0xbf)
const CR = 0x0d
const LF = 0x0a

/** What happens at both ends, and at the ends of lines. */
function* guessEnds(bytes: Uint8Array): Generator<BodyGuess> {
  const added = { cause: 'body_newline_added' } as const
  const removed = { cause: 'body_newline_removed' } as const
  const last = bytes.at(-1)
  if (last === LF) yield { body: bytes.subarray(0, bytes.at(-2) === CR ? -2 : -1), finding: added }
  if (last === LF || last === CR) yield { body: withoutLineEnds(bytes), finding: added }
  yield { body: joinChunks([bytes, Uint8Array.of(LF)]), finding: removed }
  yield { body: joinChunks([bytes, Uint8Array.of(CR, LF)]), finding: removed }

  if (startsWith(bytes, BOM))
    yield { body: bytes.subarray(3), finding: { cause: 'body_bom', detail: 'added' } }
  else yield { body: joinChunks([BOM, bytes]), finding: { cause: 'body_bom', detail: 'removed' } }

  if (bytes.includes(CR)) {
    const body = bytes.filter((byte, index) => byte !== CR || bytes[index + 1] !== LF)
    yield { body, finding: { cause: 'body_line_endings', detail: 'LF' } }
  }
  if (bytes.includes(LF)) {
    const detail = 'CR LF'
    yield { body: withCarriageReturns(bytes), finding: { cause: 'body_line_endings', detail } }
  }
}

function withoutLineEnds(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (bytes[end - 1] === LF || bytes[end - 1] === CR) end--
  return bytes.subarray(0, end)
}

function withCarriageReturns(bytes: Uint8Array): Uint8Array {
  const body: number[] = []
  for (const [index, byte] of bytes.entries()) {
    if (byte === LF && bytes[index - 1] !== CR) body.push(CR)
    body.push(byte)
  }
  return Uint8Array.from(body)
}

const PYTHON = { comma: ', ', colon: ': ' }
const COMPACT = { comma: ',', colon: ':' }
const INDENTED = { comma: ',', colon: ': ' }

const FORMS: readonly (readonly [name: string, style: JsonStyle])[] = [
  ['compact JSON, as JSON.stringify and newer HTTP clients write it', COMPACT],
  ["Python's plain json.dumps, ASCII-escaped", { ...PYTHON, isAscii: true }],
  ["Python's json.dumps with ensure_ascii=False", PYTHON],
  ['compact JSON, ASCII-escaped', { ...COMPACT, isAscii: true }],
  ['JSON indented by 2 spaces', { ...INDENTED, indent: '  ' }],
  ['JSON indented by 2 spaces, ASCII-escaped', { ...INDENTED, indent: '  ', isAscii: true }],
  ['JSON indented by 4 spaces', { ...INDENTED, indent: '    ' }],
  ['JSON indented by 4 spaces, ASCII-escaped', { ...INDENTED, indent: '    ', isAscii: true }],
  ['JSON indented by tabs', { ...INDENTED, indent: '\t' }],
]

/** The forms that programs write JSON in, with numbers as they are here, and as the two usual languages spell them. */
function* guessForms(text: string): Generator<BodyGuess> {
  const encoder = new TextEncoder()
  try {
    const node = readJson(text)
    const seen = new Set<string>([text])
    for (const spellNumber of [undefined, spellAsPython, spellAsJavaScript]) {
      for (const [detail, style] of FORMS) {
        const form = writeJson(node, spellNumber ? { ...style, spellNumber } : style)
        if (seen.has(form)) {
          // No number is spelled otherwise: all forms of this spelling were there before.
          if (spellNumber && style === COMPACT) break
          continue
        }
        seen.add(form)
        yield { body: encoder.encode(form), finding: { cause: 'body_reserialised', detail } }
      }
    }
    const sorted = writeJson(node, PYTHON_SORTED)
    if (!seen.has(sorted)) yield { body: encoder.encode(sorted), finding: { cause: 'sender_sorted_json' } }
  } catch {
    // Not JSON, or deeper than can be written again: then it was not written by one of these programs.
  }
}

/** What WHATWG's windows-1252 has in the places where Latin-1 has control characters; a space where it has none. */
const WINDOWS_1252 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ'
const TO_BYTE = new Map(Array.from(WINDOWS_1252, (character, index) => [character, 0x80 + index]))

/** Base64, and what other character sets make of UTF-8. */
function* guessEncodings(bytes: Uint8Array, text: string | undefined): Generator<BodyGuess> {
  const decoded = text === undefined ? undefined : decodeBase64(text.trim())
  if (decoded) yield { body: decoded, finding: { cause: 'body_base64' } }

  const encoder = new TextEncoder()
  if (bytes[0] === 0xff && bytes[1] === 0xfe) {
    const detail = 'it arrived in UTF-16, as PowerShell saves text; signed was UTF-8'
    const body = encoder.encode(new TextDecoder('utf-16le').decode(bytes))
    yield { body, finding: { cause: 'body_charset', detail } }
  }
  if (text === undefined) {
    const detail = 'it arrived in Latin-1; signed was UTF-8'
    const finding = { cause: 'body_charset', detail } as const
    const latin1 = Array.from(bytes, (byte) => String.fromCharCode(byte))
    yield { body: encoder.encode(latin1.join('')), finding }
    const windows1252 = latin1.map(
      (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80]?.trim() || character,
    )
    yield { body: encoder.encode(windows1252.join('')), finding }
  } else {
    const detail = 'its UTF-8 was read as Latin-1 and encoded once more (ü has become Ã¼)'
    const body = toSingleBytes(text, TO_BYTE)
    if (body && body.length < bytes.length) yield { body, finding: { cause: 'body_charset', detail } }
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Enough for every delivery, and little for a bomb. */
const MAX_UNZIPPED = 16 * 1_048_576

async function unzip(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    // A copy: a stream takes no view on shared memory.
    const source = new Blob([Uint8Array.from(bytes)]).stream()
    return await readStream(source.pipeThrough(new DecompressionStream('gzip')), MAX_UNZIPPED)
  } catch {
    // Broken, too large, or a runtime without the decompressor: that it is gzip is said all the same.
    return undefined
  }
}

/** The text of bytes that are UTF-8, a byte order mark among it; `undefined` of others. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function startsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return beginning.every((byte, index) => bytes[index] === byte)
}
