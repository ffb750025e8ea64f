/** Options of receivers for tests, most of which don't care about handlers. */

import type { ReceiverOptions } from '../../../src/index.js'

/** Options of a receiver that processes events, all optional. */
export type TestOptions = Partial<Exclude<ReceiverOptions, { readonly queue: object }>>

/** The options, with a handler that does nothing unless they have one. */
export function withHandler(options: TestOptions): ReceiverOptions {
  // The result has at least one handler, which TypeScript can't infer from the spread.
  return { onEvent() {}, ...options } as ReceiverOptions
}
