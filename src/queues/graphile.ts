/** Hand-off to graphile-worker. */

import type { Queue, QueueJob } from '../receive/job.js'
import { sha256Hex } from '../sha256.js'
import { requireMethods } from './adapter-checks.js'

/** The part of graphile-worker's utilities that is used. */
export interface GraphileClient<Spec extends object> {
  /** Adds a job. Takes the payload of whichever task. */
  // biome-ignore lint/suspicious/noExplicitAny: no other type fits a task of whichever payload
  addJob(task: string, payload: any, spec?: Spec): PromiseLike<unknown>
}

/** Longest key that graphile-worker takes, in characters. */
const MAX_KEY_LENGTH = 512

/**
 * A queue on graphile-worker (PostgreSQL). The job's key is the key of the event, so a retry by Truedy adds nothing while the job
 * waits. Once the job runs or is done, a retry adds it again: give the job handler a shared `store`.
 *
 * @param utils - `makeWorkerUtils(…)`, or `helpers` of a task
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
      // The caller's spec, which has no key, plus our key. A waiting job is left as it is, with its attempts and its time.
      const settings = { ...spec, jobKey, jobKeyMode: 'preserve_run_at' } as unknown as Spec
      return utils.addJob(task, job, settings)
    },
  }
}
