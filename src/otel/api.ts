/**
 * The part of `@opentelemetry/api` that is used, as types of our own: the package imports nothing. Every value that only goes
 * through (a context, a span's options) is `unknown`.
 */

/** The part of `@opentelemetry/api` that is used. Pass the module: `import * as api from '@opentelemetry/api'`. */
export interface OpenTelemetry {
  readonly trace: {
    getTracer(name: string): OtelTracer
    setSpan(context: unknown, span: OtelSpan): unknown
    getSpan(context: unknown): OtelSpan | undefined
  }
  readonly context: {
    active(): unknown
    with<Value>(context: unknown, fn: () => Value): Value
  }
  readonly propagation: {
    extract(context: unknown, carrier: unknown, getter?: unknown): unknown
    inject(context: unknown, carrier: unknown): void
    getBaggage?(context: unknown): unknown
    setBaggage?(context: unknown, baggage: unknown): unknown
  }
  readonly metrics: { getMeter(name: string): OtelMeter }
}

/** A tracer of OpenTelemetry. */
export interface OtelTracer {
  startSpan(name: string, options?: unknown, context?: unknown): OtelSpan
}

/** A span of OpenTelemetry. */
export interface OtelSpan {
  spanContext(): { readonly traceId: string; readonly spanId: string }
  setAttributes(attributes: Record<string, string | number | boolean>): unknown
  recordException(exception: { readonly name: string; readonly message: string }): void
  setStatus(status: { readonly code: number; readonly message?: string }): unknown
  end(): void
}

/** A meter of OpenTelemetry. */
export interface OtelMeter {
  createHistogram(
    name: string,
    options?: OtelInstrumentOptions,
  ): { record(value: number, attributes?: Record<string, string>): void }
  createCounter(
    name: string,
    options?: OtelInstrumentOptions,
  ): { add(value: number, attributes?: Record<string, string>): void }
}

/** What an instrument measures. */
export interface OtelInstrumentOptions {
  readonly description?: string
  readonly unit?: string
  readonly advice?: { readonly explicitBucketBoundaries?: number[] }
}
