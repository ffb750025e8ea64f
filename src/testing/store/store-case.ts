/** What a case of a store is. */

import type { DedupeStore } from '../../dedupe/store.js'

/** A case to run on a store. */
export interface StoreCase {
  /** What the store must do, as a sentence. */
  readonly name: string
  /** Rejects, with an `Error` that says what was expected, if the store does not. */
  run(store: DedupeStore): Promise<void>
}
