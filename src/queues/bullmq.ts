/** Adds jobs to BullMQ. */

import type { Queue, QueueJob } from '../receive/job.js'
import { requireMethods } from './adapter-checks.js'

/** The part of a BullMQ `Queue` that is used. */
export interface BullmqClient<Options extends object> {
  /** Adds a job. Accepts any data, because the data type of the user's queue may be `QueueJob` or another type. */
  // biome-ignore lint/suspicious/noExplicitAny: no other type fits every data type
  add(name: string, data: any, options?: Options): PromiseLike<unknown>
  /** Returns the state of a job, such as `failed`. */
  getJobState(id: string): PromiseLike<unknown>
}

/** The result of BullMQ's `add`. */
interface AddedJob {
  readonly id?: string
  retry?(state: 'failed', options: { readonly resetAttemptsMade: boolean }): PromiseLike<unknown>
}

/**
 * Creates a queue on BullMQ (Redis or Valkey). The job's id is the key of the event, so a retry by Truedy adds no second job as long
 * as BullMQ keeps the first one. If that job has failed for good, the adapter makes BullMQ run it again; `add` alone would do nothing.
 *
 * Set `attempts` (BullMQ's default is 1), `removeOnComplete` and `removeOnFail`. Set `enableOfflineQueue: false` on the receiver's
 * connection, so that the response is a 500 at once if Redis is down.
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
      // Together, the program's options and a `jobId` have the type of the client's options. TypeScript can't know that.
      const settings = { ...options, jobId } as Options & { jobId: string }
      // `add` and `getJobState` are sent at once, because a second round trip would halve the rate. It doesn't matter which runs
      // first: a job that fails after its state was read goes unnoticed either way. The async functions turn a synchronous throw
      // into a rejection, so that `Promise.all` handles the errors of both calls.
      const [result, state] = await Promise.all([
        (async () => queue.add(job.type, job, settings))(),
        (async () => queue.getJobState(jobId))(),
      ])
      // The client's type doesn't declare the result of `add`. Each part is checked before it is used.
      const added = result as AddedJob | undefined
      if (added?.id !== undefined && added.id !== jobId) {
        throw new Error(
          `BullMQ returned the job ${added.id} instead of adding a new one. Don't use the options deduplication and repeat.`,
        )
      }
      // Gives the job all of its attempts again. Otherwise, its next failure would be final.
      if (state === 'failed') await added?.retry?.('failed', { resetAttemptsMade: true })
    },
  }
}

/** Turns a key into a job's id, one to one. BullMQ allows neither a `:` in an id nor an id that is an integer. */
function bullmqId(key: string): string {
  const escaped = key.replace(/[%:]/g, (character) => (character === '%' ? '%25' : '%3A'))
  return `${Number.parseInt(escaped, 10)}` === escaped ? `%N${escaped}` : escaped
}
