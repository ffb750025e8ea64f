/** The checks of every adapter. */

import { byteLength } from '../bytes.js'
import { invalidOption } from '../checks.js'
import type { QueueJob } from '../receive/job.js'

/**
 * Checks that an adapter was given the engine's client.
 *
 * @throws WebhookError `invalid_options`
 */
export function requireMethods(
  adapter: string,
  client: unknown,
  methods: readonly string[],
  example: string,
): void {
  const found = client as Readonly<Record<string, unknown>> | null | undefined
  const missing = methods.find((method) => typeof found?.[method] !== 'function')
  if (missing === undefined) return
  throw invalidOption(`${adapter} needs a client with ${missing}(): pass ${example}.`)
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
