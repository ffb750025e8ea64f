/**
 * The attributes of spans and metrics, according to OpenTelemetry's conventions for messaging and errors
 * (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/). They contain no part of a payload, no key, no scope and no
 * id, because more people can read a trace than can read the events.
 */

import type { Outcome } from '../receive/outcome.js'

/** Returns the attributes of the metrics. Each has few values, so that the number of time series stays small. */
export function metricAttributes(kind: 'receive' | 'process', outcome: Outcome): Record<string, string> {
  const failure = failureOf(outcome)
  return {
    ...operationAttributes(kind),
    // `unknown` for every type that this version doesn't know. Absent if the event was not parsed.
    ...(outcome.status !== 'rejected' && outcome.event && { 'truedy.event.type': outcome.event.event }),
    'truedy.outcome': outcome.status,
    ...(failure && { 'error.type': errorType(failure.error) }),
  }
}

/** Returns the attributes that a span has from its start, so that samplers can use them. */
export function operationAttributes(kind: 'receive' | 'process'): Record<string, string> {
  return {
    'messaging.system': 'truedy',
    'messaging.destination.name': 'truedy',
    'messaging.operation.name': kind,
    // `process` for both kinds, because deliveries and jobs are pushed to the program. In the conventions, `receive` is for pulling.
    'messaging.operation.type': 'process',
  }
}

/** Returns the attributes that a span gets at its end, in addition to those of the metrics. */
export function spanAttributes(outcome: Outcome): Record<string, number | boolean> {
  return {
    ...('secretIndex' in outcome && { 'truedy.secret.index': Number(outcome.secretIndex) }),
    ...(outcome.status === 'processed' && { 'truedy.recorded': outcome.recorded }),
  }
}

/** Returns the error of an outcome, if there is one. */
export function failureOf(outcome: Outcome): { readonly error: unknown } | undefined {
  if (outcome.status === 'rejected' || outcome.status === 'failed') return outcome
  return outcome.status === 'processed' && !outcome.recorded ? { error: outcome.recordError } : undefined
}

/**
 * Matches names of errors, and error codes of an operating system or a database: `TypeError`, `ECONNREFUSED`, `40P01`. Doesn't match
 * a message.
 */
const IDENTIFIER = /^\w{1,40}$/

/**
 * Returns the type of an error: its `code`, such as that of a WebhookError, otherwise its `name`. If there is neither,
 * returns `_OTHER`, which the conventions define.
 */
export function errorType(error: unknown): string {
  try {
    const { code, name } = error as { readonly code?: unknown; readonly name?: unknown }
    const found = [code, name].find((each) => typeof each === 'string' && IDENTIFIER.test(each))
    return found === undefined ? '_OTHER' : String(found)
  } catch {
    return '_OTHER'
  }
}
