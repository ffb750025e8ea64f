/** The checks that all adapters use. */

import { byteLength } from '../bytes.js'
import { invalidOption } from '../checks.js'
import type { QueueJob } from '../receive/job.js'

/**
 * Throws unless an adapter was given the engine's client.
 *
 * @param example - an example of the client, for the message
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
  throw invalidOption(`${adapter} needs a client with ${missing}(). Pass ${example}.`)
}

/**
 * Throws if a job is too large for its engine. Some engines accept such a job and lose it.
 *
 * @param maxBytes - the largest size of the job's JSON in UTF-8
 * @throws Error, so that the response is a 500
 */
export function requireSize(engine: string, job: QueueJob, maxBytes: number): void {
  const bytes = byteLength(JSON.stringify(job))
  if (bytes <= maxBytes) return
  throw new Error(
    `The job has ${bytes} bytes, and ${engine} takes at most ${maxBytes}. Store the body elsewhere and queue a reference to it.`,
  )
}
