/** Hand-off to pg-boss. */

import type { Queue, QueueJob } from '../receive/job.js'
import { sha256Hex } from '../sha256.js'
import { requireMethods } from './adapter-checks.js'

/** The part of a pg-boss instance that is used. */
export interface PgBossClient<Options extends object> {
  /** Adds a job; `null` if there is one with its id. */
  send(name: string, data: object, options?: Options): PromiseLike<string | null>
  /** Makes a failed job wait again; leaves any other as it is. */
  retry(name: string, id: string): PromiseLike<unknown>
  /** Finds a job that is not in the archive; `null` if there is none. */
  getJobById(name: string, id: string): PromiseLike<object | null>
}

/**
 * A queue on pg-boss (PostgreSQL). The job's id is made of the key of the event, so a retry by Truedy adds nothing until pg-boss
 * archives the job. If the job has already failed for good when Truedy retries, this adapter makes it run again; pg-boss
 * itself would ignore the new job. If the queue does
 * not exist, or its policy drops the job, `add` rejects, and the response is a 500.
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
 * declare const boss: {
 *   send(name: string, data: object, options?: { retryLimit?: number }): Promise<string | null>
 *   retry(name: string, id: string): Promise<void>
 *   getJobById(name: string, id: string): Promise<object | null>
 * }
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
  requireMethods('pgBossQueue', boss, ['send', 'retry', 'getJobById'], 'a pg-boss instance')
  return {
    async add(job: QueueJob) {
      const id = uuidOf(job.key)
      // The caller's options, which have no job id, plus our job id.
      const settings = { ...options, id } as Options & { id: string }
      const { type, scope } = job
      const data = { ...job, type: storable(type), ...(scope !== undefined && { scope: storable(scope) }) }
      if ((await boss.send(name, data, settings)) !== null) return
      // `null` has several reasons. The queue may have the job, which may have failed for good.
      await boss.retry(name, id)
      // Or there is no such queue, or its policy or a singleton key dropped the job: none of these is an error in pg-boss.
      if (await boss.getJobById(name, id)) return
      throw new Error(
        `pg-boss did not add the job to the queue "${name}". Create the queue with createQueue, with the policy "standard", and pass no singleton options.`,
      )
    },
  }
}

/** A text as PostgreSQL's jsonb can hold it, which knows neither U+0000 nor half a surrogate pair. JSON escapes them in the body, and `dedupeKey` in the key. */
function storable(text: string): string {
  return text.replace(/\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
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
