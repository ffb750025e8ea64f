/** Adds jobs to pg-boss. */

import type { Queue, QueueJob } from '../receive/job.js'
import { sha256Hex } from '../sha256.js'
import { requireMethods } from './adapter-checks.js'

/** The part of a pg-boss instance that is used. */
export interface PgBossClient<Options extends object> {
  /** Adds a job. Resolves with `null` if it adds none, for example because a job has that id already. */
  send(name: string, data: object, options?: Options): PromiseLike<string | null>
  /** Makes a failed job run again. Changes no other job. */
  retry(name: string, id: string): PromiseLike<unknown>
  /** Finds a job that is not archived. Resolves with `null` if there is none. */
  getJobById(name: string, id: string): PromiseLike<object | null>
}

/**
 * Creates a queue on pg-boss (PostgreSQL). The job's id is derived from the key of the event, so a retry by Truedy adds no second job
 * until pg-boss archives the first one. If that job has failed for good, the adapter makes it run again; `send` alone would do
 * nothing. If the queue doesn't exist, or its policy drops the job, `add` rejects, and the response is a 500.
 *
 * Create the queue first (`createQueue`). Set `retryLimit`, `retryDelay` and `retryBackoff`, because pg-boss retries only twice by
 * default, without a delay.
 *
 * @param boss - a pg-boss instance that has started
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
      // Together, the program's options and an `id` have the type of the client's options. TypeScript can't know that.
      const settings = { ...options, id } as Options & { id: string }
      const { type, scope } = job
      const data = {
        ...job,
        type: toStorable(type),
        ...(scope !== undefined && { scope: toStorable(scope) }),
      }
      if ((await boss.send(name, data, settings)) !== null) return
      // `null` has several reasons. The queue may have this job already, and the job may have failed for good.
      await boss.retry(name, id)
      // If pg-boss still has no such job, then either the queue doesn't exist, or its policy or a singleton key dropped the job.
      // pg-boss reports none of these as an error.
      if (await boss.getJobById(name, id)) return
      throw new Error(
        `pg-boss did not add the job to the queue "${name}". Create the queue with createQueue, with the policy "standard", and pass no singleton options.`,
      )
    },
  }
}

/**
 * Replaces U+0000 and half surrogate pairs, which PostgreSQL's
 * `jsonb` can't hold. Needed for the type and the scope only: in the body, JSON has escaped them, and so has `dedupeKey` in the
 * key. A key that a function of the program returns is not changed, so pg-boss rejects a job whose key has one of them.
 */
function toStorable(text: string): string {
  return text.replace(/\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
}

/** Turns a key into a UUID of version 8 (RFC 9562 §5.8), derived from its SHA-256. */
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
