/** The rules for a queue, as cases that need no test framework. */

import { addingCases } from './queue/adding-cases.js'
import { carryingCases } from './queue/carrying-cases.js'
import type { QueueCase } from './queue/queue-case.js'

/**
 * The conformance cases for a `Queue` on its real engine. Each job that `add` accepts must reach the worker unchanged, and only
 * once if the engine recognizes duplicates. `add` must reject if the engine rejects the job.
 *
 * Each case takes a second at most, or longer on a slow engine. Cases can run in parallel, and ignore jobs that aren't theirs.
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
