/**
 * The attributes of spans and metrics, after OpenTelemetry's conventions for messaging and errors
 * (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/). They hold nothing of a payload, no key, no scope and no id:
 * a trace is read by more people than the events are.
 */

import { isWebhookError } from '../errors.js'
import type { Outcome } from '../receive/outcome.js'

/** The attributes of the metrics. Each has few values, so that the number of time series stays small. */
export function metricAttributes(kind: 'receive' | 'process', outcome: Outcome): Record<string, string> {
  const failure = failureOf(outcome)
  return {
    ...operationAttributes(kind),
    // `unknown` for every type that this version doesn't know, and none for a delivery whose event was not read.
    ...(outcome.status !== 'rejected' && outcome.event && { 'truedy.event.type': outcome.event.event }),
    'truedy.outcome': outcome.status,
    ...(failure && { 'error.type': errorType(failure.error) }),
  }
}

/** The attributes that a span has from its start, for samplers. */
export function operationAttributes(kind: 'receive' | 'process'): Record<string, string> {
  return {
    'messaging.system': 'truedy',
    'messaging.destination.name': 'truedy',
    'messaging.operation.name': kind,
    // `process` for both of our kinds: deliveries and jobs are pushed to the program, and the conventions' type `receive` is
    // for pulling.
    'messaging.operation.type': 'process',
  }
}

/** The attributes that a span gets at its end, beside those of the metrics. */
export function spanAttributes(outcome: Outcome): Record<string, number | boolean> {
  return {
    ...('secretIndex' in outcome && { 'truedy.secret.index': Number(outcome.secretIndex) }),
    ...(outcome.status === 'processed' && { 'truedy.recorded': outcome.recorded }),
  }
}

/** The error of an outcome, if there is one. */
export function failureOf(outcome: Outcome): { readonly error: unknown } | undefined {
  if (outcome.status === 'rejected' || outcome.status === 'failed') return outcome
  return outcome.status === 'processed' && !outcome.recorded ? { error: outcome.recordError } : undefined
}

/**
 * Names of errors, and error codes of an operating system or a database: `TypeError`, `ECONNREFUSED`, `40P01`. Nothing that
 * could be a message.
 */
const IDENTIFIER = /^\w{1,40}$/

/**
 * The class of an error: our own code, else that of a system, else the error's name. `_OTHER` is the value of the conventions for
 * everything else.
 */
export function errorType(error: unknown): string {
  if (isWebhookError(error)) return error.code
  try {
    const { code, name } = error as { readonly code?: unknown; readonly name?: unknown }
    const found = [code, name].find((each) => typeof each === 'string' && IDENTIFIER.test(each))
    return found === undefined ? '_OTHER' : String(found)
  } catch {
    return '_OTHER'
  }
}
