/** The hook for traces and metrics. Its failures don't affect a delivery. */

import { requireFunction, requireObject } from '../checks.js'
import { withTimeout } from '../dedupe/steps.js'
import { isText } from '../json.js'
import { logHookError, OUTCOME_MS, type Outcome } from './outcome.js'

/**
 * A hook that observes each delivery or job. `otel` of `truedy-webhooks/otel` creates one for OpenTelemetry. It can't change what
 * happens to an event: its errors are logged. A delivery waits for it for at most one second before the work and one second after.
 */
export interface Telemetry {
  /**
   * Calls `next` while the span of the delivery is active, and ends the span with the outcome.
   *
   * @param kind - `receive` for a request at a receiver, `process` for a job at a job handler
   * @param carrier - reads the headers of the request, or `trace` of the job, by a name in lower case
   * @param next - does the work. The work runs only once, even if `next` is called more often. Never rejects
   * @returns the `value` that `next` resolved with
   */
  observe<Value>(
    kind: 'receive' | 'process',
    carrier: { get(name: string): string | undefined },
    next: () => Promise<{ outcome: Outcome; value: Value }>,
  ): Promise<Value>
  /** Returns the headers for `QueueJob.trace`, with which the span of the job becomes a child of the active span. */
  carrier(): Record<string, string>
}

/** The option `telemetry` of receivers and job handlers. */
export interface TelemetryOptions {
  /** Traces and metrics: `otel(api)` of `truedy-webhooks/otel`. Default: none. */
  readonly telemetry?: Telemetry | undefined
}

/**
 * Throws unless a value can be used as telemetry.
 *
 * @throws WebhookError `invalid_options`
 */
export function requireTelemetry(telemetry: unknown): void {
  if (telemetry === undefined) return
  const methods = requireObject('telemetry', telemetry)
  for (const name of ['observe', 'carrier']) requireFunction(`telemetry.${name}`, methods[name])
}

/**
 * Does the work of a delivery while telemetry observes it. The work runs exactly once, and its result is returned unchanged,
 * whatever the telemetry does.
 *
 * @param get - reads a field of the carrier. May throw, and may return anything
 * @param work - calls `note` with the outcome before it ends
 */
export async function observeWork<Value>(
  telemetry: Telemetry,
  kind: 'receive' | 'process',
  get: (name: string) => unknown,
  work: (note: (outcome: Outcome) => void) => Promise<Value>,
): Promise<Value> {
  let running: Promise<Value> | undefined
  let outcome: Outcome | undefined
  let start = () => {}
  const started = new Promise<void>((resolve) => {
    start = resolve
  })
  const run = () => {
    start()
    running ??= work((noted) => {
      outcome = noted
    })
    return running
  }
  const carrier = {
    get(name: string) {
      const value = get(name)
      return isText(value) ? value : undefined
    },
  }
  const next = async () => {
    // Ignored, because the outcome has the error.
    await run().catch(() => {})
    // The work has noted its outcome by now. The telemetry doesn't get the real value, which is returned below.
    return { outcome: outcome as Outcome, value: undefined }
  }
  const logError = (error: unknown) => logHookError('telemetry.observe', error)
  const observed = (async () => telemetry.observe(kind, carrier, next))().catch(logError)
  const wait = (step: Promise<unknown>) =>
    withTimeout('telemetry.observe', OUTCOME_MS, () => step).catch(logError)
  // Usually, the telemetry has called `next` by now.
  if (!running) await wait(Promise.race([started, observed]))
  try {
    return await run()
  } finally {
    await wait(observed)
  }
}

/** Returns the trace headers for a new job, if there are any: those of the active span. */
export function traceOf(telemetry: Telemetry | undefined): Readonly<Record<string, string>> | undefined {
  try {
    const fields = Object.entries(telemetry?.carrier() ?? {}).filter(([, value]) => isText(value))
    return fields.length > 0 ? Object.fromEntries(fields) : undefined
  } catch (error) {
    logHookError('telemetry.carrier', error)
    return undefined
  }
}
