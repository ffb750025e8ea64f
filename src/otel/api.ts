/**
 * Types for the part of `@opentelemetry/api` that is used, because this package has no dependencies. A value that is only passed on
 * (a context, a span's options) is `unknown`.
 */

/** The part of `@opentelemetry/api` that is used. Pass the module: `import * as api from '@opentelemetry/api'`. */
export interface OpenTelemetry {
  readonly trace: OtelTrace
  readonly context: OtelContext
  readonly propagation: OtelPropagation
  readonly metrics: OtelMetrics
}

/** `trace` of the module. */
export interface OtelTrace {
  /** Returns the tracer of a library, by the library's name. */
  getTracer(name: string): OtelTracer
  /** Returns a context with another span. */
  setSpan(context: unknown, span: OtelSpan): unknown
  /** Returns the span of a context. */
  getSpan(context: unknown): OtelSpan | undefined
}

/** `context` of the module. */
export interface OtelContext {
  /** Returns the active context. */
  active(): unknown
  /** Calls a function while a context is active. */
  with<Value>(context: unknown, fn: () => Value): Value
}

/** `propagation` of the module. */
export interface OtelPropagation {
  /** Returns a context with the values that were read from a carrier. */
  extract(context: unknown, carrier: unknown, getter?: unknown): unknown
  /** Writes a context into a carrier. */
  inject(context: unknown, carrier: unknown): void
  /** Returns the baggage of a context. */
  getBaggage?(context: unknown): unknown
  /** Returns a context with other baggage. */
  setBaggage?(context: unknown, baggage: unknown): unknown
}

/** `metrics` of the module. */
export interface OtelMetrics {
  /** Returns the meter of a library, by the library's name. */
  getMeter(name: string): OtelMeter
}

/** A tracer of OpenTelemetry. */
export interface OtelTracer {
  /** Starts a span, as a child of the span of a context. */
  startSpan(name: string, options?: unknown, context?: unknown): OtelSpan
}

/** A span of OpenTelemetry. */
export interface OtelSpan {
  /** Returns the ids of the trace and the span. */
  spanContext(): { readonly traceId: string; readonly spanId: string }
  /** Adds attributes. */
  setAttributes(attributes: Record<string, string | number | boolean>): unknown
  /** Adds an `exception` event. */
  recordException(exception: { readonly name: string; readonly message: string }): void
  /** Sets the status. The code 2 means an error. */
  setStatus(status: { readonly code: number; readonly message?: string }): unknown
  /** Ends the span. */
  end(): void
}

/** A meter of OpenTelemetry. */
export interface OtelMeter {
  /** Creates a histogram. */
  createHistogram(name: string, options?: OtelInstrumentOptions): OtelHistogram
  /** Creates a counter. */
  createCounter(name: string, options?: OtelInstrumentOptions): OtelCounter
}

/** A histogram of OpenTelemetry. */
export interface OtelHistogram {
  /** Records a value. */
  record(value: number, attributes?: Record<string, string>): void
}

/** A counter of OpenTelemetry. */
export interface OtelCounter {
  /** Adds to the count. */
  add(value: number, attributes?: Record<string, string>): void
}

/** The description and unit of an instrument, and the bucket boundaries of a histogram. */
export interface OtelInstrumentOptions {
  readonly description?: string
  readonly unit?: string
  readonly advice?: { readonly explicitBucketBoundaries?: number[] }
}
