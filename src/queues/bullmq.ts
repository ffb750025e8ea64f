/** Hand-off to BullMQ. */

import type { Queue, QueueJob } from '../receive/job.js'
import { requireMethods } from './adapter-checks.js'

/** The part of a BullMQ `Queue` that is used. */
export interface BullmqClient<Options extends object> {
  /** Adds a job. Takes whichever data the user's queue has, which is a `QueueJob` or unknown. */
  // biome-ignore lint/suspicious/noExplicitAny: no other type fits a queue of whichever data
  add(name: string, data: any, options?: Options): PromiseLike<unknown>
  /** Tells the state of a job, such as `failed`. */
  getJobState(id: string): PromiseLike<unknown>
}

/** The result of BullMQ's `add`. */
interface AddedJob {
  readonly id?: string
  retry?(state: 'failed', options: { readonly resetAttemptsMade: boolean }): PromiseLike<unknown>
}

/**
 * A queue on BullMQ (Redis or Valkey). The job's id is the key of the event, so a retry by Truedy adds nothing as long as BullMQ
 * keeps the job. A job with that id that has failed for good is retried: BullMQ itself would ignore the new one.
 *
 * Set `attempts` (BullMQ's default is 1), `removeOnComplete` and `removeOnFail`, and give the receiver's connection
 * `enableOfflineQueue: false`, so that a Redis that is down gives a 500 at once.
 *
 * @param queue - a BullMQ `Queue`
 * @param options - BullMQ's own job options, except `jobId`
 * @throws WebhookError `invalid_options`
 *
 * @example
 * ```ts
 * import { createWebhookHandler } from 'truedy-webhooks'
 * import { bullmqQueue } from 'truedy-webhooks/queues'
 *
 * declare const queue: {
 *   add(name: string, data: unknown, options?: { attempts?: number }): Promise<unknown>
 *   getJobState(id: string): Promise<string>
 * }
 *
 * export const POST = createWebhookHandler({
 *   secret: 'whsec_example',
 *   queue: bullmqQueue(queue, { attempts: 16 }),
 * })
 * ```
 */
export function bullmqQueue<Options extends object>(
  queue: BullmqClient<Options>,
  options?: Omit<Options, 'jobId'>,
): Queue {
  requireMethods('bullmqQueue', queue, ['add', 'getJobState'], "new Queue('truedy-events', { connection })")
  return {
    async add(job: QueueJob) {
      const jobId = bullmqId(job.key)
      // The caller's options, which have no job id, plus our job id.
      const settings = { ...options, jobId } as Options & { jobId: string }
      // Both at once, because a second round trip would halve the rate. Their order doesn't matter: a job may also fail right after
      // its state was read. Both are asynchronous, so that no rejection of one is lost if the other throws.
      const [result, state] = await Promise.all([
        (async () => queue.add(job.type, job, settings))(),
        (async () => queue.getJobState(jobId))(),
      ])
      // The client's type doesn't know the result of `add`. Each part is checked before it is used.
      const added = result as AddedJob | undefined
      if (added?.id !== undefined && added.id !== jobId) {
        throw new Error(`BullMQ kept the job ${added.id} instead. Pass no deduplication or repeat options.`)
      }
      // All attempts again: otherwise the job would fail for good the first time that it fails.
      if (state === 'failed') await added?.retry?.('failed', { resetAttemptsMade: true })
    },
  }
}

/** A key as a job's id, one to one: BullMQ allows no `:` in it, and no integer. */
function bullmqId(key: string): string {
  const escaped = key.replace(/[%:]/g, (character) => (character === '%' ? '%25' : '%3A'))
  return /^\d+$/.test(escaped) ? `%${escaped}` : escaped
}
