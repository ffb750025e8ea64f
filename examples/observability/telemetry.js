/** Sets up OpenTelemetry. Spans go to a collector over OTLP. Prometheus scrapes the metrics. */

import * as api from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { otel } from 'truedy-webhooks/otel'

/**
 * Starts traces and metrics.
 *
 * @param name - the name of this program in traces
 * @param metricsPort - the port of `/metrics`, unless METRICS_PORT is set
 */
export function startTelemetry(name, metricsPort) {
  const resource = resourceFromAttributes({ 'service.name': name })
  // The exporter reads OTEL_EXPORTER_OTLP_ENDPOINT. Default: http://localhost:4318.
  const spans = new BatchSpanProcessor(new OTLPTraceExporter())
  const tracerProvider = new NodeTracerProvider({ resource, spanProcessors: [spans] })
  // This also sets up the active context and the `traceparent` header.
  tracerProvider.register()

  const port = Number(process.env.METRICS_PORT ?? metricsPort)
  const meterProvider = new MeterProvider({ resource, readers: [new PrometheusExporter({ port })] })
  api.metrics.setGlobalMeterProvider(meterProvider)

  return {
    telemetry: otel(api),
    /** Sends the remaining spans, and stops. */
    async stop() {
      await Promise.allSettled([tracerProvider.shutdown(), meterProvider.shutdown()])
    },
  }
}
