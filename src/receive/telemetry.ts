/** Traces and metrics of a delivery: the hook, and what keeps it from harming the delivery. */

import { requireFunction, requireObject } from '../checks.js'
import { withTimeout } from '../dedupe/steps.js'
import { isText } from '../json.js'
import { logHookError, OUTCOME_MS, type Outcome } from './outcome.js'

/**
 * Sees each delivery from its beginning to its outcome. `otel` of `truedy-webhooks/otel` creates one for OpenTelemetry. It can't
 * change what happens to an event: its errors are logged, and it is waited for at most one second.
 */
export interface Telemetry {
  /**
   * Runs `next` with the delivery's span active, and ends the span with the outcome.
   *
   * @param kind - `receive`: a request at a receiver; `process`: a job at a job handler
   * @param carrier - reads the headers of the request, or `trace` of the job, by a name in lower case
   * @param next - does the work, which runs only once, no matter how often `next` is called; never rejects
   * @returns the value of `next`
   */
  observe<Value>(
    kind: 'receive' | 'process',
    carrier: { get(name: string): string | undefined },
    next: () => Promise<{ outcome: Outcome; value: Value }>,
  ): Promise<Value>
  /** The headers for `QueueJob.trace`, which make the job's span a child of the active one. */
  carrier(): Record<string, string>
}

/** An option of receivers and job handlers. */
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
 * Does the work of a delivery under observation. The work runs exactly once, and its result comes out unchanged, whatever the
 * telemetry does.
 *
 * @param get - a field of the carrier; may throw and give anything
 * @param work - notes the outcome before it ends
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
    // An error of the work is in its outcome.
    await run().catch(() => {})
    // The work has noted its outcome by now. The telemetry never gets the real value, which is returned directly below.
    return { outcome: outcome as Outcome, value: undefined }
  }
  const fail = (error: unknown) => logHookError('telemetry.observe', error)
  const observed = (async () => telemetry.observe(kind, carrier, next))().catch(fail)
  const wait = (step: Promise<unknown>) =>
    withTimeout('telemetry.observe', OUTCOME_MS, () => step).catch(fail)
  // Usually it has called `next` by now.
  if (!running) await wait(Promise.race([started, observed]))
  try {
    return await run()
  } finally {
    await wait(observed)
  }
}

/** The trace headers of a job, if there are any. */
export function traceOf(telemetry: Telemetry | undefined): Readonly<Record<string, string>> | undefined {
  try {
    const fields = Object.entries(telemetry?.carrier() ?? {}).filter(([, value]) => isText(value))
    return fields.length > 0 ? Object.fromEntries(fields) : undefined
  } catch (error) {
    logHookError('telemetry.carrier', error)
    return undefined
  }
}
