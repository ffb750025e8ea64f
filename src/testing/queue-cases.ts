/** The rules for a queue, as cases without a test framework. */

import { addingCases } from './queue/adding-cases.js'
import { carryingCases } from './queue/carrying-cases.js'
import type { QueueCase } from './queue/queue-case.js'

/**
 * The conformance cases for a `Queue` on its real engine: what `add` was given arrives at the worker, unchanged and as often as the engine
 * promises, and `add` rejects what the engine doesn't take.
 *
 * They take a second each at most, longer on a slow engine, and can run in parallel. They look for their own jobs only.
 *
 * @example
 * ```ts
 * import type { QueueJob } from 'truedy-webhooks'
 * import { queueCases } from 'truedy-webhooks/testing'
 *
 * const jobs = new Map<string, QueueJob>()
 * const queue = { add: async (job: QueueJob) => void (jobs.has(job.key) || jobs.set(job.key, job)) }
 * for (const { name, run } of queueCases) {
 *   await run({ queue, jobs: async () => [...jobs.values()] })
 *   console.log('passed:', name)
 * }
 * ```
 */
export const queueCases: readonly QueueCase[] = [...carryingCases, ...addingCases]
