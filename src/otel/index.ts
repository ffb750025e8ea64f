/** `truedy-webhooks/otel`: traces and metrics of deliveries and jobs, with the program's own OpenTelemetry. */

import { invalidOption } from '../checks.js'
import { isWebhookError } from '../errors.js'
import { isObject } from '../json.js'
import type { Outcome } from '../receive/outcome.js'
import type { Telemetry } from '../receive/telemetry.js'
import type { OpenTelemetry, OtelSpan } from './api.js'
import { errorType, failureOf, metricAttributes, operationAttributes, spanAttributes } from './attributes.js'
import { createMetrics } from './metrics.js'

export type {
  OpenTelemetry,
  OtelContext,
  OtelCounter,
  OtelHistogram,
  OtelInstrumentOptions,
  OtelMeter,
  OtelMetrics,
  OtelPropagation,
  OtelSpan,
  OtelTrace,
  OtelTracer,
} from './api.js'

/** The name of this package's tracer and meter. */
const INSTRUMENTATION = 'truedy-webhooks'

/** `SpanKind.CONSUMER` and `SpanStatusCode.ERROR` of `@opentelemetry/api`, which never change. */
const CONSUMER = 4
const ERROR = 2

/**
 * Creates traces and metrics with OpenTelemetry, for the option `telemetry` of receivers and job handlers.
 *
 * Each delivery and each job has a span, `receive truedy` or `process truedy`, which is active while the handler runs. Its parent is
 * the host's span if there is one, otherwise the span in the header `traceparent`. A receiver with a `queue` stores the trace in
 * `job.trace`, so the span of the job belongs to the same trace. The metrics are the histogram `truedy.webhooks.duration` (seconds)
 * and the counter `truedy.webhooks.deliveries`, by operation, event type, outcome and error.
 *
 * No attribute contains any part of a payload, a key, a scope or an id. Errors of this package are recorded with their message. Of
 * other errors, only the name or code is recorded.
 *
 * @param api - the module `@opentelemetry/api`. You may register the SDK later
 * @returns the value for the option `telemetry`
 * @throws WebhookError `invalid_options` if `api` isn't that module
 *
 * @example
 * ```ts
 * import * as api from '@opentelemetry/api'
 * import { createWebhookHandler } from 'truedy-webhooks'
 * import { otel } from 'truedy-webhooks/otel'
 *
 * export const POST = createWebhookHandler({
 *   secret: 'whsec_example',
 *   telemetry: otel(api),
 *   on: { 'call.ended': (event) => console.log(event.data) },
 * })
 * ```
 */
export function otel(api: OpenTelemetry): Telemetry {
  requireApi(api)
  const { trace, context, propagation } = api
  const recordMetrics = createMetrics(() => api.metrics.getMeter(INSTRUMENTATION))

  /** Keeps the program's own baggage, if there is any, instead of the baggage in a header. */
  const keepBaggage = (remote: unknown, own: unknown) =>
    own === undefined ? remote : (propagation.setBaggage?.(remote, own) ?? remote)

  return {
    async observe(kind, carrier, next) {
      const active = context.active()
      const host = trace.getSpan(active)
      const remote = propagation.extract(active, carrier, GETTER)
      const sender = trace.getSpan(remote)
      const isOtherTrace = host && sender && host.spanContext().traceId !== sender.spanContext().traceId
      // If the host has a span, the host has read the trace headers already.
      const parent = host ? active : keepBaggage(remote, propagation.getBaggage?.(active))
      const options = {
        kind: CONSUMER,
        attributes: operationAttributes(kind),
        // If the host started a trace of its own, a link connects the span with the sender's trace.
        ...(isOtherTrace && { links: [{ context: sender.spanContext() }] }),
      }
      const span = trace.getTracer(INSTRUMENTATION).startSpan(`${kind} truedy`, options, parent)
      try {
        const { outcome, value } = await context.with(trace.setSpan(parent, span), next)
        const attributes = metricAttributes(kind, outcome)
        recordMetrics(outcome.durationMs / 1000, attributes)
        describe(span, outcome, attributes)
        return value
      } finally {
        span.end()
      }
    },
    carrier() {
      const headers: Record<string, string> = {}
      propagation.inject(context.active(), headers)
      return headers
    },
  }
}

/** Reads a carrier for a propagator. */
const GETTER = {
  get: (carrier: { get(name: string): string | undefined }, name: string) => carrier.get(name.toLowerCase()),
  // A carrier can't list its names. The W3C propagators don't need that.
  keys: () => [],
}

function describe(span: OtelSpan, outcome: Outcome, attributes: Record<string, string>): void {
  span.setAttributes({ ...attributes, ...spanAttributes(outcome) })
  const failure = failureOf(outcome)
  if (!failure) return
  const { error } = failure
  // The message of another error may quote the payload.
  const message = isWebhookError(error) ? error.message : ''
  span.recordException({ name: errorType(error), message })
  // A 4xx is not an error of the program, because a stranger can cause it.
  const isProgramError =
    outcome.status === 'failed' || (outcome.status === 'rejected' && outcome.error.status >= 500)
  if (isProgramError) span.setStatus({ code: ERROR, message })
}

function requireApi(api: unknown): void {
  const parts = { trace: 'getTracer', context: 'active', propagation: 'extract', metrics: 'getMeter' }
  for (const [name, method] of Object.entries(parts)) {
    const part = isObject(api) ? api[name] : undefined
    if (isObject(part) && typeof part[method] === 'function') continue
    throw invalidOption(
      `The argument of otel() has no ${name}.${method}. Pass the module: import * as api from '@opentelemetry/api'.`,
    )
  }
}
