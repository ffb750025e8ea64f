/** Logs in JSON. A line that is written in a span has the ids of the trace and the span, so you can go from one to the other. */

import { trace } from '@opentelemetry/api'
import pino from 'pino'
import { redact } from 'truedy-webhooks'

export const log = pino({
  mixin() {
    const span = trace.getActiveSpan()?.spanContext()
    return span ? { trace_id: span.traceId, span_id: span.spanId } : {}
  },
  // A payload may contain phone numbers, prompts and secrets.
  serializers: { event: redact },
})

/** Writes one line for each delivery or job. Pass it as `onOutcome`. */
export function logOutcome(outcome) {
  const { status, durationMs, key } = outcome
  const line = { outcome: status, type: outcome.event?.event, key, durationMs: Math.round(durationMs) }
  if (status === 'failed') log.error({ ...line, err: outcome.error }, 'failed')
  else if (status === 'rejected') log.warn({ ...line, code: outcome.error.code }, outcome.error.message)
  else if (outcome.recordError) log.error({ ...line, err: outcome.recordError }, 'processed, not marked done')
  else log.info(line, status)
}
