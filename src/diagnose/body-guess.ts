/** A guess at the body that was signed. */

import type { Finding } from './causes.js'

/** A body that may have been signed. */
export interface BodyGuess {
  readonly body: Uint8Array
  /** What happened to it after it was signed; `undefined` for the body as it arrived. */
  readonly finding?: Finding
}
