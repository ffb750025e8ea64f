/** OpenTelemetry as a program sets it up: tracing, context and metrics of the real SDK, with a Prometheus endpoint. */

import { context, metrics, propagation, trace } from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { freePort } from '../support/server.js'

export interface Sdk {
  /** The ended spans, in order. */
  spans(): ReadableSpan[]
  /** What Prometheus would scrape. */
  scrape(): Promise<string>
  stop(): Promise<void>
}

export async function startSdk(): Promise<Sdk> {
  const memory = new InMemorySpanExporter()
  const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] })
  // This also registers the context manager and the W3C propagators.
  tracerProvider.register()
  const port = await freePort()
  const reader = new PrometheusExporter({ host: '127.0.0.1', port })
  const meterProvider = new MeterProvider({ readers: [reader] })
  metrics.setGlobalMeterProvider(meterProvider)
  return {
    spans: () => memory.getFinishedSpans(),
    async scrape() {
      return (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    },
    async stop() {
      for (const api of [trace, context, propagation, metrics]) api.disable()
      await tracerProvider.shutdown()
      await meterProvider.shutdown()
    },
  }
}
