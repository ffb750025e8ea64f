/** Adds jobs to Cloudflare Queues. */

import type { Queue, QueueJob } from '../receive/job.js'
import { requireMethods, requireSize } from './adapter-checks.js'

/** The part of a queue's binding that is used. */
export interface CloudflareClient<Options extends object> {
  /** Sends a message. Accepts any message, because the message type of the user's queue may be `QueueJob` or another type. */
  // biome-ignore lint/suspicious/noExplicitAny: no other type fits every message type
  send(message: any, options?: Options): PromiseLike<unknown>
}

/** Cloudflare's limit for a message is 128 kB. */
const MAX_JOB_BYTES = 128_000

/**
 * Creates a queue on Cloudflare Queues. Cloudflare doesn't recognize duplicates, so give the job handler a shared `store`.
 *
 * @param queue - the binding of the queue, such as `env.JOBS`
 * @param options - Cloudflare's own options of `send`
 * @throws WebhookError `invalid_options`
 *
 * @example
 * ```ts
 * import { createWebhookHandler } from 'truedy-webhooks'
 * import { cloudflareQueue } from 'truedy-webhooks/queues'
 *
 * declare const env: { JOBS: { send(message: unknown): Promise<unknown> } }
 *
 * export default {
 *   fetch: createWebhookHandler({ secret: 'whsec_example', queue: cloudflareQueue(env.JOBS) }),
 * }
 * ```
 */
export function cloudflareQueue<Options extends object>(
  queue: CloudflareClient<Options>,
  options?: Options,
): Queue {
  requireMethods('cloudflareQueue', queue, ['send'], 'the binding of a queue, such as env.JOBS')
  return {
    async add(job: QueueJob) {
      requireSize('Cloudflare Queues', job, MAX_JOB_BYTES)
      await queue.send(job, options)
    },
  }
}
