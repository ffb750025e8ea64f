/** Guesses which body was signed, before something changed it. */

import { encodeUtf8 } from '../bytes.js'
import type { BodyGuess } from './body-guess.js'
import { type Budget, createBudget } from './budget.js'
import type { Finding } from './causes.js'
import { decodeBase64, toSingleBytes } from './encodings.js'
import { guessForms } from './forms.js'
import { createScratch, type Scratch } from './scratch.js'
import { guessDecompressed, guessUtf16, guessWrapped, isGzip } from './wrappings.js'

/**
 * Yields the body as it arrived, then everything that it may have been, the likeliest first. Use each body before you ask for
 * the next one, which may overwrite it: most of them share the same memory.
 */
export async function* guessBodies(
  bytes: Uint8Array,
  budget: Budget = createBudget(),
): AsyncGenerator<BodyGuess> {
  yield { body: bytes }
  if (bytes.length === 0 || !budget.canBuild(2 * bytes.length)) return
  const text = decode(bytes)
  const scratch = createScratch()
  yield* guessEnds(bytes, budget, scratch)
  if (text !== undefined) yield* guessForms(bytes, text, budget, scratch)
  yield* guessEncodings(bytes, text, budget, scratch)
  if (text !== undefined) yield* guessWrapped(text, budget)
  yield* guessUtf16(bytes, budget)
  if (text === undefined) yield* guessDecompressed(bytes, budget)
}

/** Returns a cause that the body itself shows, even if no form of it matches the signature. */
export function findingOf(bytes: Uint8Array): Finding | undefined {
  if (bytes.length === 0) return { cause: 'body_empty' }
  if (isGzip(bytes)) return { cause: 'body_compressed', detail: 'gzip' }
  if (decode(bytes)?.includes('\ufffd')) {
    const detail =
      "The body has replacement characters (U+FFFD), which usually stand for bytes that were lost in decoding and can't be recovered. If the sender sent these characters itself, the cause is another one, such as a different secret"
    return { cause: 'body_charset', detail }
  }
  return undefined
}

const BOM = Uint8Array.of(0xef, 0xbb, 0xbf)
const CR = 0x0d
const LF = 0x0a
const NEWLINE = Uint8Array.of(LF)
const WINDOWS_NEWLINE = Uint8Array.of(CR, LF)

/** Guesses bodies with other line endings, or with a newline or byte order mark added or removed. */
function* guessEnds(bytes: Uint8Array, budget: Budget, scratch: Scratch): Generator<BodyGuess> {
  const added = { cause: 'body_newline_added' } as const
  const removed = { cause: 'body_newline_removed' } as const
  const last = bytes.at(-1)
  if (last === LF) yield { body: bytes.subarray(0, bytes.at(-2) === CR ? -2 : -1), finding: added }
  if (last === LF || last === CR) yield { body: withoutLineEnds(bytes), finding: added }
  if (budget.canBuild(2 * bytes.length)) {
    yield { body: join(scratch, bytes, NEWLINE), finding: removed }
    yield { body: join(scratch, bytes, WINDOWS_NEWLINE), finding: removed }
  }

  if (startsWith(bytes, BOM)) {
    yield* guessWithoutMark(bytes.subarray(3), budget, scratch)
  } else if (budget.canBuild(bytes.length)) {
    yield { body: join(scratch, BOM, bytes), finding: { cause: 'body_bom', detail: 'removed' } }
  }

  if (bytes.includes(CR) && budget.canBuild(bytes.length)) {
    const body = withoutCarriageReturns(bytes, scratch)
    yield { body, finding: { cause: 'body_line_endings', detail: 'LF' } }
  }
  if (bytes.includes(LF) && budget.canBuild(2 * bytes.length)) {
    const body = withCarriageReturns(bytes, scratch)
    yield { body, finding: { cause: 'body_line_endings', detail: 'CR LF' } }
  }
}

/** Guesses bodies without their byte order mark. Whatever adds one often changes line endings, too. */
function* guessWithoutMark(bytes: Uint8Array, budget: Budget, scratch: Scratch): Generator<BodyGuess> {
  const cause = 'body_bom'
  yield { body: bytes, finding: { cause, detail: 'added' } }
  const detail = 'added, and line endings were changed'
  const shorter = withoutLineEnds(bytes)
  if (shorter.length < bytes.length) yield { body: shorter, finding: { cause, detail } }
  if (!bytes.includes(CR) || !budget.canBuild(2 * bytes.length)) return
  yield { body: withoutCarriageReturns(bytes, scratch), finding: { cause, detail } }
  yield { body: withoutLineEnds(withoutCarriageReturns(bytes, scratch)), finding: { cause, detail } }
}

function join(scratch: Scratch, head: Uint8Array, tail: Uint8Array): Uint8Array {
  scratch.begin(head.length + tail.length)
  scratch.writeBytes(head)
  scratch.writeBytes(tail)
  return scratch.written()
}

function withoutLineEnds(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (bytes[end - 1] === LF || bytes[end - 1] === CR) end--
  return bytes.subarray(0, end)
}

function withoutCarriageReturns(bytes: Uint8Array, scratch: Scratch): Uint8Array {
  scratch.begin(bytes.length)
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0
    if (byte !== CR || bytes[index + 1] !== LF) scratch.writeByte(byte)
  }
  return scratch.written()
}

function withCarriageReturns(bytes: Uint8Array, scratch: Scratch): Uint8Array {
  scratch.begin(2 * bytes.length)
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0
    if (byte === LF && bytes[index - 1] !== CR) scratch.writeByte(CR)
    scratch.writeByte(byte)
  }
  return scratch.written()
}

/** The characters of windows-1252 from 0x80 to 0x9F, where Latin-1 has control characters. A space marks an unused byte. */
const WINDOWS_1252 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ'
const TO_BYTE = new Map(Array.from(WINDOWS_1252, (character, index) => [character, 0x80 + index]))

const TO_LATIN1 = Array.from({ length: 0x80 }, (_, index) => String.fromCharCode(0x80 + index))
const TO_WINDOWS_1252 = TO_LATIN1.map((character, index) => WINDOWS_1252[index]?.trim() || character)

/** Guesses bodies that arrived in base64 or in another character set. */
function* guessEncodings(
  bytes: Uint8Array,
  text: string | undefined,
  budget: Budget,
  scratch: Scratch,
): Generator<BodyGuess> {
  const size = bytes.length
  if (text !== undefined) {
    const decoded = budget.canBuild(size) ? decodeBase64(text.trim()) : undefined
    if (decoded) yield { body: decoded, finding: { cause: 'body_base64' } }

    const detail = 'The body is UTF-8 that was decoded as Latin-1 and encoded again (ü became Ã¼)'
    const body = budget.canBuild(size) ? toSingleBytes(text, TO_BYTE) : undefined
    if (body && body.length < size) yield { body, finding: { cause: 'body_charset', detail } }
    return
  }
  const detail = 'The body arrived in Latin-1, but the signed text was UTF-8'
  for (const characters of [TO_LATIN1, TO_WINDOWS_1252]) {
    if (!budget.canBuild(3 * size)) continue
    const body = fromSingleBytes(bytes, characters, scratch)
    yield { body, finding: { cause: 'body_charset', detail } }
  }
}

/** Converts text in a single-byte encoding to UTF-8. Bytes from 0x80 on stand for the given characters. */
function fromSingleBytes(bytes: Uint8Array, characters: readonly string[], scratch: Scratch): Uint8Array {
  const encoded = characters.map(encodeUtf8)
  scratch.begin(3 * bytes.length)
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0
    if (byte < 0x80) scratch.writeByte(byte)
    else for (const part of encoded[byte - 0x80] ?? []) scratch.writeByte(part)
  }
  return scratch.written()
}

/** Decodes UTF-8, and keeps a byte order mark. Returns `undefined` if the bytes are not UTF-8. */
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
