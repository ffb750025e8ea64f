/** A verified delivery as a job in a queue. It is plain JSON that every later version can read. */

import { asBytes, type Bytes, decodeUtf8 } from '../bytes.js'
import { invalidOption, requireObject } from '../checks.js'
import { WebhookError } from '../errors.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { rawTextOf } from '../events/parse.js'
import { isObject, isText, parseJson } from '../json.js'

/** A verified delivery as a job in a queue. It is plain JSON, and a later version may add fields. */
export interface QueueJob {
  /** The key of the event, with its scope. Use it as the job's id, so that the queue holds each event once. */
  readonly key: string
  /** The name of the event as it was sent. It may be an alias or an unknown type. */
  readonly type: string
  /** The JSON text that was signed. */
  readonly body: string
  /** The time in the timestamp header, as ISO 8601. */
  readonly sentAt: string
  /** When the receiver created this job, as ISO 8601. */
  readonly receivedAt: string
  /** The scope of the receiver. If its option `scope` is a function, the function's result: the tenant, for example. */
  readonly scope?: string
  /** Trace headers of the delivery (`traceparent`, for example), if the receiver has `telemetry`. */
  readonly trace?: Readonly<Record<string, string>>
}

/** A queue that a receiver hands deliveries to. */
export interface Queue {
  /**
   * Adds a job. Must resolve only when the queue has stored the job durably, because the delivery is then acknowledged and Truedy
   * doesn't retry it. Should not add a second job with the same `key`. If the engine can't tell, give the job handler a shared
   * `store`.
   */
  add(job: QueueJob): PromiseLike<unknown>
}

/** Creates the job of a delivery. */
export function createJob(
  event: TruedyEvent,
  {
    key,
    sentAt,
    scope,
    trace,
  }: {
    readonly key: string
    readonly sentAt: Date
    readonly scope: string | undefined
    readonly trace: QueueJob['trace'] | undefined
  },
): QueueJob {
  return {
    key,
    type: event.rawEvent,
    body: rawTextOf(event) ?? '',
    sentAt: sentAt.toISOString(),
    receivedAt: new Date().toISOString(),
    ...(scope !== undefined && { scope }),
    ...(trace && { trace }),
  }
}

/**
 * Checks a job that an engine passes to a worker.
 *
 * @param input - the job, or its JSON as a string or as bytes
 * @throws WebhookError `invalid_event` if a field is missing or invalid; `invalid_options` if it isn't a job at all
 */
export function readJob(input: unknown): QueueJob {
  const bytes = asBytes(input)
  const job = bytes === undefined ? input : parseJob(bytes)
  const fields = requireObject('job', job)
  const invalid =
    ['key', 'type', 'body'].find((name) => !isText(fields[name])) ??
    ['sentAt', 'receivedAt'].find((name) => !isTime(fields[name])) ??
    (fields['scope'] === undefined || isText(fields['scope']) ? undefined : 'scope')
  // Other fields are kept, because a later version may have added them.
  if (invalid === undefined) return job as QueueJob
  for (const field of ['data', 'body', 'payload', 'value']) {
    const inner = fields[field]
    if (isObject(inner) && isText(inner['body'])) {
      throw invalidOption(
        `This is the engine's own job, not the QueueJob inside it. Pass its ${field}: work(job.${field}).`,
      )
    }
  }
  throw new WebhookError(
    'invalid_event',
    `The field ${invalid} of the job is missing or invalid. Pass the job that Queue.add was given.`,
  )
}

function parseJob(bytes: Bytes): unknown {
  try {
    return parseJson(decodeUtf8(bytes))
  } catch {
    throw invalidOption('The job is not JSON in UTF-8. Pass the job that Queue.add was given, or its JSON.')
  }
}

function isTime(value: unknown): boolean {
  return isText(value) && !Number.isNaN(Date.parse(value))
}
