/** Options of receivers in tests, where most say nothing about handlers. */

import type { ReceiverOptions } from '../../../src/index.js'

/** Options of a receiver that processes events, each of them optional. */
export type TestOptions = Partial<Exclude<ReceiverOptions, { readonly queue: object }>>

/** The options, with a handler that does nothing if they have none. */
export function withHandler(options: TestOptions): ReceiverOptions {
  // The spread has one handler at least, which TypeScript can't see.
  return { onEvent() {}, ...options } as ReceiverOptions
}
