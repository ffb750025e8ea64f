/** A verified delivery on its way through a queue: plain JSON, which every later version understands. */

import { asBytes, type Bytes, decodeUtf8 } from '../bytes.js'
import { invalidOption, requireObject, wrongValue } from '../checks.js'
import { WebhookError } from '../errors.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { rawTextOf } from '../events/parse.js'
import { isObject, isText, parseJson } from '../json.js'

/** A verified delivery, as a queue carries it. Plain JSON; a later version may add fields. */
export interface QueueJob {
  /** The key of the event, with its scope: use it as the job's id, so that the queue holds each event once. */
  readonly key: string
  /** The type of the event, as sent. */
  readonly type: string
  /** The JSON text that was signed. */
  readonly body: string
  /** The time in the timestamp header, as ISO 8601. */
  readonly sentAt: string
  /** When the delivery arrived here, as ISO 8601. */
  readonly receivedAt: string
  /** The result of `scope`: the tenant, for example. */
  readonly scope?: string
  /** Trace headers of the delivery (`traceparent`, for example), if the receiver has `telemetry`. */
  readonly trace?: Readonly<Record<string, string>>
}

/** A queue that a receiver hands deliveries to. */
export interface Queue {
  /**
   * Adds a job. Must resolve only when the queue holds the job durably: the delivery is then acknowledged, and Truedy does not
   * send it again. Must do nothing if the queue has a job with the same `key` already.
   */
  add(job: QueueJob): PromiseLike<unknown>
}

/** The job of a delivery. */
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
 * The job that an engine hands to a worker.
 *
 * @param input - the job, or its JSON as text or as bytes
 * @throws WebhookError `invalid_event`, `invalid_options`
 */
export function readJob(input: unknown): QueueJob {
  const bytes = asBytes(input)
  const job = bytes === undefined ? input : parseJob(bytes)
  const { key, type, body, sentAt, receivedAt, scope } = requireObject('job', job)
  if (isText(key) && isText(type) && isText(body) && isTime(sentAt) && isTime(receivedAt)) {
    // Extra fields stay: a later version may have added them.
    if (scope === undefined || isText(scope)) return job as QueueJob
  }
  for (const field of ['data', 'body', 'payload', 'value']) {
    const inner = (job as Readonly<Record<string, unknown>>)[field]
    if (isObject(inner) && isText(inner['body'])) {
      throw invalidOption(`This is the engine's job, not ours. Pass its ${field}: work(job.${field}).`)
    }
  }
  throw new WebhookError(
    'invalid_event',
    'This is no job of a receiver: it lacks key, type, body, sentAt or receivedAt. Pass what Queue.add was given.',
  )
}

function parseJob(bytes: Bytes): unknown {
  try {
    return parseJson(decodeUtf8(bytes))
  } catch {
    throw wrongValue('job', 'a job of a receiver, or its JSON in UTF-8', 'text')
  }
}

function isTime(value: unknown): boolean {
  return isText(value) && !Number.isNaN(Date.parse(value))
}
