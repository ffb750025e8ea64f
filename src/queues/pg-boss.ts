/** Hand-off to pg-boss. */

import type { Queue, QueueJob } from '../receive/job.js'
import { sha256Hex } from '../sha256.js'
import { requireMethod } from './checks.js'

/** The part of a pg-boss instance that is used. */
interface PgBossClient<Options extends object> {
  send(name: string, data: object, options?: Options): PromiseLike<string | null>
}

/**
 * A queue on pg-boss (PostgreSQL). The job's id is made of the key of the event, so a retry by Truedy adds nothing until pg-boss
 * archives the job.
 *
 * The queue must exist (`createQueue`). Set `retryLimit`, `retryDelay` and `retryBackoff`: the defaults are two retries without
 * a delay.
 *
 * @param boss - a pg-boss instance that was started
 * @param name - the name of the queue
 * @param options - pg-boss's own options of `send`, except `id`
 * @throws WebhookError `invalid_options`
 *
 * @example
 * ```ts
 * import { createWebhookHandler } from 'truedy-webhooks'
 * import { pgBossQueue } from 'truedy-webhooks/queues'
 *
 * declare const boss: { send(name: string, data: object, options?: { retryLimit?: number }): Promise<string | null> }
 *
 * export const POST = createWebhookHandler({
 *   secret: 'whsec_example',
 *   queue: pgBossQueue(boss, 'truedy-events', { retryLimit: 16 }),
 * })
 * ```
 */
export function pgBossQueue<Options extends object>(
  boss: PgBossClient<Options>,
  name: string,
  options?: Omit<Options, 'id'>,
): Queue {
  requireMethod('pgBossQueue', boss, 'send', 'a pg-boss instance')
  return {
    add(job: QueueJob) {
      // The options without an id of their own, and ours. `null` means that the queue has the job already.
      const settings = { ...options, id: uuidOf(job.key) } as Options & { id: string }
      return boss.send(name, job, settings)
    },
  }
}

/** A key as a UUID of version 8 (RFC 9562 §5.8), made of its SHA-256. */
function uuidOf(key: string): string {
  const digest = sha256Hex(key)
  const variant = ((Number.parseInt(digest.charAt(16), 16) & 3) | 8).toString(16)
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-')
}
