/** The rules for a dedupe store, as cases without a test framework. */

import { claimCases } from './store/claim-cases.js'
import { completionCases } from './store/completion-cases.js'
import { contentCases } from './store/content-cases.js'
import { renewalCases } from './store/renewal-cases.js'
import type { StoreCase } from './store/store-case.js'
import { timeCases } from './store/time-cases.js'

/**
 * The conformance cases for a `DedupeStore`. They take about a second each at most, longer on a slow store, and can
 * run in parallel. One of them makes `Date` wrong for the whole process for a moment, which no store may mind.
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
