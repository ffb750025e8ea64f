/** A guess at the body that was signed. */

import type { Finding } from './causes.js'

/** A body that may have been signed, and what has happened to it since; nothing for the body as it came. */
export interface BodyGuess {
  readonly body: Uint8Array
  readonly finding?: Finding
}
