/** The type of a case for a store. */

import type { DedupeStore } from '../../dedupe/store.js'

/** A case to run on a store. */
export interface StoreCase {
  /** The rule for the store, as a sentence. */
  readonly name: string
  /** Rejects, with an `Error` that says what was expected, if the store breaks the rule. */
  run(store: DedupeStore): Promise<void>
}
