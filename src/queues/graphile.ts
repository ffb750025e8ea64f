/** Adds jobs to graphile-worker. */

import type { Queue, QueueJob } from '../receive/job.js'
import { sha256Hex } from '../sha256.js'
import { requireMethods } from './adapter-checks.js'

/** The part of graphile-worker's utilities that is used. */
export interface GraphileClient<Spec extends object> {
  /** Adds a job. Accepts any payload, because each task has its own type. */
  // biome-ignore lint/suspicious/noExplicitAny: no other type fits every payload
  addJob(task: string, payload: any, spec?: Spec): PromiseLike<unknown>
}

/** The longest key that graphile-worker accepts, in characters. */
const MAX_KEY_LENGTH = 512

/**
 * Creates a queue on graphile-worker (PostgreSQL). The job's key is the key of the event, so a retry by Truedy adds no second job
 * while the first one waits. Once that job runs or is done, a retry adds it again, so give the job handler a shared `store`.
 *
 * @param utils - the result of `makeWorkerUtils(…)`, or the `helpers` of a task
 * @param task - the name of the task
 * @param spec - graphile-worker's own job spec, except `jobKey` and `jobKeyMode`
 * @throws WebhookError `invalid_options`
 *
 * @example
 * ```ts
 * import { createWebhookHandler } from 'truedy-webhooks'
 * import { graphileQueue } from 'truedy-webhooks/queues'
 *
 * declare const utils: { addJob(task: string, payload: unknown, spec?: { maxAttempts?: number }): Promise<unknown> }
 *
 * export const POST = createWebhookHandler({
 *   secret: 'whsec_example',
 *   queue: graphileQueue(utils, 'truedy', { maxAttempts: 16 }),
 * })
 * ```
 */
export function graphileQueue<Spec extends object>(
  utils: GraphileClient<Spec>,
  task: string,
  spec?: Omit<Spec, 'jobKey' | 'jobKeyMode'>,
): Queue {
  requireMethods('graphileQueue', utils, ['addJob'], 'await makeWorkerUtils({ … })')
  return {
    add(job: QueueJob) {
      const jobKey = job.key.length <= MAX_KEY_LENGTH ? job.key : sha256Hex(job.key)
      // Together, the program's spec and these two fields have the type of the client's spec. TypeScript can't know that.
      // `preserve_run_at` keeps the time at which a waiting job runs.
      const settings = { ...spec, jobKey, jobKeyMode: 'preserve_run_at' } as unknown as Spec
      return utils.addJob(task, job, settings)
    },
  }
}
