/** The worker's side of a queue: takes a job, and processes its event once. */

import { requireFunction, requireObject, requireOptions } from '../checks.js'
import { scopedKey } from '../dedupe/key.js'
import {
  PROCESS_OPTION_NAMES,
  type ProcessOptions,
  resolveProcessOptions,
  type StepOptions,
} from '../dedupe/options.js'
import { runOnce } from '../dedupe/process-once.js'
import { type DedupeStore, requireStore } from '../dedupe/store.js'
import { didYouMean } from '../did-you-mean.js'
import { WebhookError } from '../errors.js'
import type { TruedyEvent } from '../events/catalogue.js'
import { parseBytes } from '../events/parse.js'
import { memoryStore } from '../stores/memory.js'
import { createDispatch, type Handling, type JobContext } from './context.js'
import { type QueueJob, readJob } from './job.js'
import { logFailure, type Outcome, reportTo } from './outcome.js'
import { observeWork, requireTelemetry, type TelemetryOptions } from './telemetry.js'

/** Options of every job handler. */
export interface JobOptionsBase<Args extends readonly unknown[]>
  extends StepOptions,
    TelemetryOptions,
    Omit<ProcessOptions, 'key'> {
  /** The store that marks jobs done. Default: a new `memoryStore`, which is enough for a single worker process. */
  readonly store?: DedupeStore | undefined
  /** Called with the outcome of each job. By default, failures are logged to `console`. */
  readonly onOutcome?:
    | ((outcome: Outcome, delivery: { readonly job: QueueJob; readonly args: Args }) => unknown)
    | undefined
}

/** Options of {@link createJobHandler}: the handlers (`on`, `onEvent` or both), and everything else. */
export type JobHandlerOptions<Args extends readonly unknown[] = []> = JobOptionsBase<Args> &
  Handling<JobContext<Args>>

/**
 * The default of `leaseMs`. Most engines wait longer than this before they give the job of a crashed worker to another one, so the
 * lease has expired by then. If an engine is quicker, the job handler waits until the lease expires.
 */
const DEFAULT_JOB_LEASE_MS = 10_000

/** The time between two claims of a job that another worker holds, in milliseconds. */
const BUSY_WAIT_MS = 250

/**
 * Creates the worker's side of a receiver with a `queue`: a function that takes a job and runs the handlers of its event once.
 *
 * The function rejects if the engine should retry the job. It passes on the error of a handler. If another worker holds the job,
 * the function waits for up to one lease, and only then rejects with `busy`. If the other worker has crashed, its lease expires in
 * that time, and the job loses no attempt. A
 * receiver may use the same store, because keys of jobs have the prefix `job/` in the store.
 *
 * @param options - `on` or `onEvent`; times in milliseconds: `leaseMs` (10,000), `ttlMs` (72 hours), `handlerTimeoutMs` (15 minutes),
 * `stepTimeoutMs` (3,000); `store`, `scope`, `onOutcome`, `telemetry`
 * @returns the job handler: takes a {@link QueueJob} or its JSON, and resolves with `processed` or `duplicate`
 * @throws {@link WebhookError} `invalid_options`. The job handler rejects with `invalid_options` if it gets the engine's own job or
 * something that isn't JSON, `invalid_event` or `invalid_json` if the job has no event, `busy`, `handler_timeout`, `step_timeout`.
 * Passes on errors of a handler, and errors of the store's `claim`
 *
 * @example
 * ```ts
 * import { createJobHandler, type QueueJob } from 'truedy-webhooks'
 *
 * declare class Worker {
 *   constructor(queue: string, process: (job: { data: QueueJob }) => Promise<unknown>)
 * }
 *
 * const work = createJobHandler({ on: { 'call.ended': (event, { job }) => console.log(job.receivedAt, event.data) } })
 * new Worker('truedy-events', (job) => work(job.data))
 * ```
 */
export function createJobHandler<Args extends readonly unknown[] = []>(
  options: JobHandlerOptions<Args>,
): (
  job: QueueJob | string | Uint8Array,
  ...args: Args
) => Promise<{ readonly status: 'processed' | 'duplicate'; readonly key: string }> {
  requireObject('options', options)
  const names = ['on', 'onEvent', 'store', 'onOutcome', 'telemetry', ...PROCESS_OPTION_NAMES].filter(
    (name) => name !== 'key',
  )
  requireOptions(options, names, (name) => didYouMean(name, names))
  const { store = memoryStore(), onOutcome = logFailure, telemetry } = options
  const processing = resolveProcessOptions(
    { ...options, leaseMs: options.leaseMs ?? DEFAULT_JOB_LEASE_MS },
    names,
  )
  const dispatch = createDispatch(options)
  requireStore(store)
  requireFunction('onOutcome', onOutcome)
  requireTelemetry(telemetry)

  const processJob = async (job: QueueJob, args: Args, note?: (outcome: Outcome) => void) => {
    const startedAt = performance.now()
    const deadline = { endsAt: Number.POSITIVE_INFINITY }
    const report = reportTo((outcome) => onOutcome(outcome, { job, args }), startedAt, deadline, note)
    const { key, scope } = job
    const known = { key, ...(scope !== undefined && { scope }) }
    const jobKey = `job/${key}`
    const storeKey = processing.scope === undefined ? jobKey : scopedKey(jobKey, processing.scope)
    let event: TruedyEvent | undefined
    try {
      // Not `parseEvent`, which would trust a `rawEvent` in the body. This body is as it was sent, so such a field is the sender's.
      const parsed = parseBytes(job.body)
      event = parsed
      const attempt = () =>
        runOnce(store, storeKey, processing, (context) =>
          dispatch(parsed, {
            ...context,
            key,
            rawBody: job.body,
            sentAt: new Date(job.sentAt),
            scope,
            args,
            job,
          }),
        )
      const waitsUntil = startedAt + processing.leaseMs
      let processed = await attempt()
      while (processed.status === 'busy' && performance.now() < waitsUntil) {
        await new Promise((resolve) => setTimeout(resolve, BUSY_WAIT_MS))
        processed = await attempt()
      }
      await report({ ...processed, ...known, event })
      if (processed.status === 'busy') {
        throw new WebhookError('busy', 'Another worker holds this job. Let the engine retry it later.')
      }
      return { status: processed.status, key }
    } catch (error) {
      // If `busy` was reported above, this does nothing.
      await report({ ...known, ...(event && { event }), status: 'failed', error })
      throw error
    }
  }

  return async (input, ...args) => {
    const job = readJob(input)
    if (!telemetry) return processJob(job, args)
    // The job may come from another program, so its `trace` can be anything.
    const trace: Readonly<Record<string, unknown>> = { ...job.trace }
    return observeWork(
      telemetry,
      'process',
      (name) => trace[name],
      (note) => processJob(job, args, note),
    )
  }
}
