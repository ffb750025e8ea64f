/** Logs in JSON. Each line in a span has its ids, so that the log and the trace lead to each other. */

import { trace } from '@opentelemetry/api'
import pino from 'pino'
import { redact } from 'truedy-webhooks'

export const log = pino({
  mixin() {
    const span = trace.getActiveSpan()?.spanContext()
    return span ? { trace_id: span.traceId, span_id: span.spanId } : {}
  },
  // A payload may hold phone numbers, prompts and secrets.
  serializers: { event: redact },
})

/** For `onOutcome`: one line for each delivery or job. */
export function logOutcome(outcome) {
  const { status, durationMs, key } = outcome
  const line = { outcome: status, type: outcome.event?.event, key, durationMs: Math.round(durationMs) }
  if (status === 'failed') log.error({ ...line, err: outcome.error }, 'failed')
  else if (status === 'rejected') log.warn({ ...line, code: outcome.error.code }, outcome.error.message)
  else if (outcome.recordError) log.error({ ...line, err: outcome.recordError }, 'processed, not marked done')
  else log.info(line, status)
}
