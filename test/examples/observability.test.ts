/**
 * `examples/observability`: one trace across the queue, logs that refer to it, and a dashboard whose queries all
 * return values.
 */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SampleEvent, sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { installExample } from '../support/driver.js'
import { packLibrary } from '../support/package.js'
import { startPrometheus } from '../support/prometheus-server.js'
import { startRedis } from '../support/redis-server.js'
import { answers, freePort } from '../support/server.js'
import type { ServerProgram } from '../support/server-program.js'
import { type BackgroundProgram, startBackgroundProgram } from './background-program.js'
import { type HttpSink, startHttpSink } from './sinks.js'
import { startTraceSink, type TraceSink } from './trace-sink.js'

const SECRET = 'whsec_observability'
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const PHONE = '+4915112345678'
const PATIENT = { timeout: 60_000, interval: 200 }

interface LogLine {
  readonly trace_id?: string
  readonly outcome?: string
  readonly processed?: string
  readonly key?: string
}

let workspace: string
let directory: string
let redis: ServerProgram
let prometheus: ServerProgram
let traces: TraceSink
let crm: HttpSink
let receiver: BackgroundProgram
let worker: BackgroundProgram
let origin: string

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-observability-'))
  directory = await installExample('observability', await packLibrary(workspace), workspace)
  redis = await startRedis()
  traces = await startTraceSink()
  crm = await startHttpSink()
  const [port, ...metricsPorts] = [await freePort(), await freePort(), await freePort()]
  origin = `http://127.0.0.1:${port}`
  const env = {
    PORT: String(port),
    TRUEDY_WEBHOOK_SECRET: SECRET,
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    CRM_URL: crm.origin,
    OTEL_EXPORTER_OTLP_ENDPOINT: traces.endpoint,
    // The default is 5 s.
    OTEL_BSP_SCHEDULE_DELAY: '100',
  }
  const start = (file: string, metricsPort: number | undefined, ready?: string) =>
    startBackgroundProgram(directory, file, { ...env, METRICS_PORT: String(metricsPort) }, ready)
  receiver = await start('receiver.js', metricsPorts[0])
  worker = await start('worker.js', metricsPorts[1], 'The worker is ready.')
  await vi.waitUntil(() => answers(origin), PATIENT)
  const configuration = await readFile(join(directory, 'prometheus.yml'), 'utf8')
  prometheus = await startPrometheus(
    configuration
      .replace('scrape_interval: 15s', 'scrape_interval: 1s')
      .replace('localhost:9464', `127.0.0.1:${metricsPorts[0]}`)
      .replace('localhost:9465', `127.0.0.1:${metricsPorts[1]}`),
  )
})

afterAll(async () => {
  await prometheus?.stop()
  await receiver?.end('SIGKILL')
  await worker?.end('SIGKILL')
  await crm?.stop()
  await traces?.stop()
  await redis?.stop()
  await rm(workspace, { recursive: true, force: true })
})

async function post(
  event: SampleEvent,
  headers: Record<string, string> = {},
  secret = SECRET,
): Promise<number> {
  const signed = await signDelivery(event, secret)
  const init = { method: 'POST', body: signed.body, headers: { ...signed.headers, ...headers } }
  return (await fetch(`${origin}/webhooks/truedy`, init)).status
}

it('examples/observability has one trace, from the request through the queue to the call of another service', async () => {
  const event = sampleEvent('call.ended')
  Object.assign(event.data['call'] as object, { to: PHONE })
  const traceparent = `00-${TRACE_ID}-b7ad6b7169203331-01`
  expect(await post(event, { traceparent })).toBe(204)
  const chain = await vi.waitFor(() => {
    const found = ['receive truedy', 'process truedy', 'update CRM'].map(
      (name) =>
        traces.spans.find((span) => span.traceId === TRACE_ID && span.name === name) ?? expect.fail(name),
    )
    return found
  }, PATIENT)
  expect(chain.map(({ service }) => service)).toEqual(['truedy-receiver', 'truedy-worker', 'truedy-worker'])
  expect(chain.map(({ parentSpanId }) => parentSpanId)).toEqual([
    'b7ad6b7169203331',
    chain[0]?.spanId,
    chain[1]?.spanId,
  ])
})

it("examples/observability logs the trace of each line, and the handler's event without phone numbers", async () => {
  const lines = () => [...receiver.reports<LogLine>(), ...worker.reports<LogLine>()]
  const inTrace = await vi.waitFor(() => {
    const found = lines().filter((line) => line.trace_id === TRACE_ID)
    expect(found.map(({ outcome, processed }) => outcome ?? processed)).toEqual([
      'queued',
      'call.ended',
      'processed',
    ])
    return found
  }, PATIENT)
  expect(new Set(inTrace.map(({ key }) => key)).size).toBe(1)
  expect(JSON.stringify(lines())).not.toContain(PHONE)
  expect(traces.source()).not.toContain(PHONE)
})

interface Dashboard {
  readonly panels: readonly {
    readonly id: number
    readonly title: string
    readonly targets: readonly { readonly expr: string }[]
  }[]
}

/** The values that Prometheus returns for a query. */
async function query(expression: string): Promise<number[]> {
  const parameters = new URLSearchParams({ query: expression.replaceAll('$__rate_interval', '30s') })
  const response = await fetch(`http://127.0.0.1:${prometheus.port}/api/v1/query?${parameters}`)
  const { status, data, error } = await response.json()
  expect(status, `${expression}: ${error}`).toBe('success')
  return data.result.map(({ value }: { value: [number, string] }) => Number(value[1]))
}

it('examples/observability has a value for each query of the dashboard', async () => {
  const { panels }: Dashboard = JSON.parse(await readFile(join(directory, 'dashboard.json'), 'utf8'))
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  const manual = await readFile(join(directory, 'README.md'), 'utf8')
  const [, alerts = ''] = manual.match(/^\*\*Alerts\.\*\*.*?```\n(.*?)```/ms) ?? []
  // An alert may be silent, so it must only be a valid query.
  const rules = alerts.split(/^#.*\n/m).filter((rule) => rule.trim() !== '')
  expect(rules.length).toBeGreaterThan(0)
  for (const rule of rules) await query(rule)
  expect(queries.length).toBeGreaterThanOrEqual(panels.length)

  /** Causes everything that the dashboard shows. */
  async function traffic(): Promise<void> {
    crm.answerNext(async () => 500)
    expect(await post(sampleEvent('call.ended'))).toBe(204)
    expect(await post(sampleEvent('batch.completed'))).toBe(204)
    expect(await post(sampleEvent('call.ended'), {}, 'whsec_other')).toBe(401)
  }

  // A rate needs a counter that grows between two scrapes.
  await vi.waitFor(
    async () => {
      await traffic()
      const values = await Promise.all(queries.map(query))
      const silent = queries.filter((_, index) => !values[index]?.some((value) => value > 0))
      expect(silent).toEqual([])
    },
    { timeout: 90_000, interval: 1000 },
  )
  const accepted = await query(queries.find((each) => each.includes(' / ')) ?? expect.fail('no share'))
  expect(accepted[0]).toBeGreaterThan(0)
  expect(accepted[0]).toBeLessThan(1)
}, 120_000)

it('examples/observability sends the remaining spans when it is stopped', async () => {
  // Looks only for its own trace, because spans of the test before may still be on their way.
  const traceId = TRACE_ID.replaceAll('0', '1')
  const traceparent = `00-${traceId}-b7ad6b7169203331-01`
  expect(await post(sampleEvent('call.joined'), { traceparent })).toBe(204)
  expect(await receiver.end('SIGTERM')).toBe(0)
  expect(await worker.end('SIGTERM')).toBe(0)
  const names = traces.spans.filter((span) => span.traceId === traceId).map(({ name }) => name)
  expect(names).toContain('receive truedy')
  expect(receiver.errorOutput() + worker.errorOutput()).toBe('')
})
