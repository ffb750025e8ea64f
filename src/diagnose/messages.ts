/** Guesses which message was signed, other than the timestamp, a dot and the body. */

import { encodeUtf8 } from '../bytes.js'
import { joinChunks } from '../read-body.js'
import { signedPrefix } from '../verify/wire.js'
import type { Budget } from './budget.js'
import type { Finding } from './causes.js'
import { guessTimestamps } from './timestamps.js'

/** A message that may have been signed. */
export interface MessageGuess {
  readonly prefix: string
  readonly body: Uint8Array
  /** What is wrong if this message was signed; `undefined` for the message as Truedy signs it. */
  readonly finding?: Finding | undefined
}

const SEPARATORS = [
  ['no separator', ''],
  ['a colon', ':'],
  ['a newline', '\n'],
  ['a comma', ','],
  ['a space', ' '],
  ['a vertical bar', '|'],
  ['a hyphen', '-'],
  ['an underscore', '_'],
  ['a semicolon', ';'],
] as const

/** Yields all such messages, the likeliest first. */
export function* guessMessages(timestamp: string, body: Uint8Array, budget: Budget): Generator<MessageGuess> {
  for (const [detail, text] of guessTimestamps(timestamp)) {
    yield { prefix: signedPrefix(text), body, finding: { cause: 'timestamp_rewritten', detail } }
  }
  yield { prefix: '', body, finding: { cause: 'body_only' } }
  for (const end of [`.${timestamp}`, timestamp]) {
    if (!budget.canBuild(body.length)) break
    const message = joinChunks([body, encodeUtf8(end)])
    yield { prefix: '', body: message, finding: { cause: 'timestamp_last' } }
  }
  for (const [detail, separator] of SEPARATORS) {
    yield { prefix: timestamp + separator, body, finding: { cause: 'separator', detail } }
  }
}
