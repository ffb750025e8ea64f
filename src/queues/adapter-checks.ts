/** The checks of every adapter. */

import { byteLength } from '../bytes.js'
import { invalidOption } from '../checks.js'
import type { QueueJob } from '../receive/job.js'

/**
 * Checks that an adapter was given the engine's client.
 *
 * @throws WebhookError `invalid_options`
 */
export function requireMethod(adapter: string, client: unknown, method: string, example: string): void {
  const found = (client as Readonly<Record<string, unknown>> | null | undefined)?.[method]
  if (typeof found === 'function') return
  throw invalidOption(`${adapter} needs a client with ${method}(): pass ${example}.`)
}

/**
 * Checks that a job fits into its engine: some engines accept a job that is too large and lose it.
 *
 * @param maxBytes - of the job's JSON in UTF-8
 * @throws Error, which makes the response a 500
 */
export function requireSize(engine: string, job: QueueJob, maxBytes: number): void {
  const bytes = byteLength(JSON.stringify(job))
  if (bytes <= maxBytes) return
  throw new Error(
    `The job has ${bytes} bytes, and ${engine} takes ${maxBytes}. Lower maxBodyBytes, or store the body and queue a reference.`,
  )
}
