/** The rules for a dedupe store, as cases that need no test framework. */

import { claimCases } from './store/claim-cases.js'
import { completionCases } from './store/completion-cases.js'
import { contentCases } from './store/content-cases.js'
import { renewalCases } from './store/renewal-cases.js'
import type { StoreCase } from './store/store-case.js'
import { timeCases } from './store/time-cases.js'

/**
 * The conformance cases for a `DedupeStore`. Each takes about a second at most, or longer on a slow store, and they can run in
 * parallel. One of them sets `Date` wrong for the whole process for a moment, because no store may depend on it.
 *
 * @example
 * ```ts
 * import { memoryStore } from 'truedy-webhooks'
 * import { storeCases } from 'truedy-webhooks/testing'
 *
 * const store = memoryStore()
 * for (const { name, run } of storeCases) {
 *   await run(store)
 *   console.log('passed:', name)
 * }
 * ```
 */
export const storeCases: readonly StoreCase[] = [
  ...claimCases,
  ...renewalCases,
  ...completionCases,
  ...contentCases,
  ...timeCases,
]
