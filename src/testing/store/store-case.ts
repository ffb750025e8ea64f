/** The type of a case for a store. */

import type { DedupeStore } from '../../dedupe/store.js'

/** A case to run on a store. */
export interface StoreCase {
  /** The rule for the store, as a sentence. */
  readonly name: string
  /** Rejects if the store breaks the rule. The `Error` says what was expected. */
  run(store: DedupeStore): Promise<void>
}
