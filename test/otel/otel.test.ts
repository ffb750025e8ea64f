/** Traces and metrics as the real OpenTelemetry SDK exports them. */

import { createRequire } from 'node:module'
import * as api from '@opentelemetry/api'
import { context, createContextKey, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createJobHandler,
  createReceiver,
  createWebhookHandler,
  type QueueJob,
  type TruedyEvent,
} from '../../src/index.js'
import { otel } from '../../src/otel/index.js'
import { sampleEvent, signDelivery } from '../../src/testing/index.js'
import { type Sdk, startSdk } from './sdk.js'

const SECRET = 'whsec_otel'
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const SPAN_ID = 'b7ad6b7169203331'
const TRACEPARENT = `00-${TRACE_ID}-${SPAN_ID}-01`
const quiet = () => {}

let sdk: Sdk
beforeEach(async () => {
  sdk = await startSdk()
})
afterEach(() => sdk.stop())

async function delivery(headers: Record<string, string> = {}, event: object = sampleEvent('call.ended')) {
  const signed = await signDelivery(event, SECRET)
  return { method: 'POST', body: signed.body, headers: { ...signed.headers, ...headers } }
}

function queue(): { readonly jobs: QueueJob[]; add(job: QueueJob): Promise<void> } {
  const jobs: QueueJob[] = []
  return { jobs, add: async (job) => void jobs.push(JSON.parse(JSON.stringify(job))) }
}

function span(name: string): ReadableSpan {
  const found = sdk.spans().filter((each) => each.name === name)
  expect(found, `spans: ${sdk.spans().map((each) => each.name)}`).toHaveLength(1)
  return found[0] as ReadableSpan
}

/** Runs a function within a span of the host. */
function inHostSpan<Value>(work: () => Promise<Value>): Promise<Value> {
  return trace.getTracer('host').startActiveSpan('host', async (host) => {
    try {
      return await work()
    } finally {
      host.end()
    }
  })
}

/** A handler that creates its own span after something asynchronous. */
async function callCrm(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1))
  trace.getTracer('user').startSpan('crm').end()
}

const telemetry = otel(api)

describe('the span of a delivery', () => {
  it('is active while the handler runs', async () => {
    await createReceiver({ secret: SECRET, telemetry, onEvent: callCrm })(await delivery())
    const own = span('receive truedy')
    expect(span('crm').parentSpanContext?.spanId).toBe(own.spanContext().spanId)
    expect(own.kind).toBe(SpanKind.CONSUMER)
    expect(own.instrumentationScope.name).toBe('truedy-webhooks')
  })

  it('continues the trace of the request', async () => {
    const handle = createWebhookHandler({ secret: SECRET, telemetry, onEvent() {} })
    const { method, headers, body } = await delivery({ traceparent: TRACEPARENT })
    await handle(new Request('http://localhost/', { method, headers, body }))
    expect(span('receive truedy').spanContext().traceId).toBe(TRACE_ID)
    expect(span('receive truedy').parentSpanContext?.spanId).toBe(SPAN_ID)
  })

  it("is a child of the host's span, and links to the trace of the request if that is another one", async () => {
    const receive = createReceiver({ secret: SECRET, telemetry, onEvent() {} })
    const sent = await delivery({ traceparent: TRACEPARENT })
    await inHostSpan(() => receive(sent))
    const own = span('receive truedy')
    expect(own.parentSpanContext?.spanId).toBe(span('host').spanContext().spanId)
    expect(own.links.map((link) => link.context.traceId)).toEqual([TRACE_ID])
  })

  it('has no link if the host continues the trace of the request', async () => {
    const receive = createReceiver({ secret: SECRET, telemetry, onEvent() {} })
    const sent = await delivery({ traceparent: TRACEPARENT })
    const remote = propagation.extract(context.active(), sent.headers)
    await context.with(remote, () => inHostSpan(() => receive(sent)))
    const own = span('receive truedy')
    expect(own.parentSpanContext?.spanId).toBe(span('host').spanContext().spanId)
    expect(own.spanContext().traceId).toBe(TRACE_ID)
    expect(own.links).toEqual([])
  })

  it('ends with the outcome', async () => {
    const receive = createReceiver({ secret: ['whsec_new', SECRET], telemetry, onEvent() {} })
    const sent = await delivery()
    await receive(sent)
    await receive(sent)
    const expected = {
      'messaging.system': 'truedy',
      'messaging.destination.name': 'truedy',
      'messaging.operation.name': 'receive',
      'messaging.operation.type': 'process',
      'truedy.event.type': 'call.ended',
      'truedy.secret.index': 1,
    }
    expect(sdk.spans().map(({ attributes }) => attributes)).toEqual([
      { ...expected, 'truedy.outcome': 'processed', 'truedy.recorded': true },
      { ...expected, 'truedy.outcome': 'duplicate' },
    ])
    expect(sdk.spans().every(({ status }) => status.code === SpanStatusCode.UNSET)).toBe(true)
  })

  it("records the class of a handler's error, but not its message", async () => {
    const onEvent = () => {
      throw Object.assign(new Error('No contact +4915112345678'), { code: 'ECONNREFUSED' })
    }
    await createReceiver({ secret: SECRET, telemetry, onEvent, onOutcome: quiet })(await delivery())
    const own = span('receive truedy')
    expect(own.status.code).toBe(SpanStatusCode.ERROR)
    expect(own.attributes).toMatchObject({ 'truedy.outcome': 'failed', 'error.type': 'ECONNREFUSED' })
    expect(own.events).toMatchObject([
      { name: 'exception', attributes: { 'exception.type': 'ECONNREFUSED' } },
    ])
    expect(JSON.stringify([own.status, own.attributes, own.events])).not.toContain('4915112345678')
  })

  it('records the reason for a rejection, but no error if a stranger can cause it', async () => {
    const receive = createReceiver({ secret: 'whsec_other', telemetry, onEvent() {}, onOutcome: quiet })
    await receive(await delivery())
    const own = span('receive truedy')
    expect(own.attributes).toMatchObject({
      'truedy.outcome': 'rejected',
      'error.type': 'signature_mismatch',
    })
    expect(own.status.code).toBe(SpanStatusCode.UNSET)
  })

  it('records an error if the receiver is misconfigured', async () => {
    const receive = createReceiver({ secret: () => undefined, telemetry, onEvent() {}, onOutcome: quiet })
    expect((await receive(await delivery())).status).toBe(500)
    expect(span('receive truedy').status.code).toBe(SpanStatusCode.ERROR)
  })
})

describe('a trace across a queue', () => {
  it('connects the request with the handler of the job', async () => {
    const handOff = queue()
    await createReceiver({ secret: SECRET, telemetry, queue: handOff })(
      await delivery({ traceparent: TRACEPARENT }),
    )
    const [job] = handOff.jobs
    await createJobHandler({ telemetry, onEvent: callCrm })(job as QueueJob)
    const [received, processed] = [span('receive truedy'), span('process truedy')]
    expect(received.parentSpanContext?.spanId).toBe(SPAN_ID)
    expect(processed.parentSpanContext?.spanId).toBe(received.spanContext().spanId)
    expect(span('crm').parentSpanContext?.spanId).toBe(processed.spanContext().spanId)
    for (const each of sdk.spans()) expect(each.spanContext().traceId).toBe(TRACE_ID)
    expect(received.attributes['truedy.outcome']).toBe('queued')
    expect(processed.attributes).toMatchObject({
      'messaging.operation.name': 'process',
      'truedy.outcome': 'processed',
    })
  })

  it('has a link if the engine has its own trace', async () => {
    const handOff = queue()
    await createReceiver({ secret: SECRET, telemetry, queue: handOff })(await delivery())
    const work = createJobHandler({ telemetry, onEvent() {} })
    await inHostSpan(() => work(handOff.jobs[0] as QueueJob))
    const processed = span('process truedy')
    expect(processed.parentSpanContext?.spanId).toBe(span('host').spanContext().spanId)
    expect(processed.links.map((link) => link.context.spanId)).toEqual([
      span('receive truedy').spanContext().spanId,
    ])
  })

  it('carries baggage', async () => {
    const handOff = queue()
    const baggage = propagation.createBaggage({ tier: { value: 'gold' } })
    const receive = createReceiver({ secret: SECRET, telemetry, queue: handOff })
    const sent = await delivery()
    await context.with(propagation.setBaggage(context.active(), baggage), () => receive(sent))
    let tier: string | undefined
    const onEvent = () => {
      tier = propagation.getActiveBaggage()?.getEntry('tier')?.value
    }
    await createJobHandler({ telemetry, onEvent })(handOff.jobs[0] as QueueJob)
    expect(tier).toBe('gold')
  })

  it('starts over for a job without a trace or with an invalid one', async () => {
    const handOff = queue()
    await createReceiver({ secret: SECRET, queue: handOff })(await delivery())
    for (const trace of [undefined, { traceparent: 'nonsense' }]) {
      const job = { ...handOff.jobs[0], ...(trace && { trace }) } as QueueJob
      await createJobHandler({ telemetry, onEvent() {} })(job)
    }
    expect(sdk.spans().map(({ parentSpanContext }) => parentSpanContext)).toEqual([undefined, undefined])
  })
})

describe("the program's own context", () => {
  const TENANT = createContextKey('tenant')

  it.each([
    ['with a span of the host', inHostSpan],
    ['without one', <Value>(work: () => Promise<Value>) => work()],
  ])('reaches handlers unchanged %s', async (_, run) => {
    const own = propagation.createBaggage({ tier: { value: 'gold' } })
    const values: unknown[] = []
    const receive = createReceiver({
      secret: SECRET,
      telemetry,
      async onEvent() {
        await callCrm()
        values.push(
          context.active().getValue(TENANT),
          propagation.getActiveBaggage()?.getEntry('tier')?.value,
        )
      },
    })
    const sent = await delivery({ traceparent: TRACEPARENT, baggage: 'tier=stolen' })
    const active = propagation.setBaggage(context.active().setValue(TENANT, 'acme'), own)
    await context.with(active, () => run(() => receive(sent)))
    expect(values).toEqual(['acme', 'gold'])
  })
})

describe('the metrics', () => {
  it('count and time each delivery and job by operation, event type, outcome and error', async () => {
    const handOff = queue()
    const options = { telemetry, onOutcome: quiet }
    await createReceiver({ ...options, secret: SECRET, queue: handOff })(await delivery())
    await createReceiver({ ...options, secret: 'whsec_other', queue: handOff })(await delivery())
    const fails = () => Promise.reject(new TypeError('x'))
    await createJobHandler({ ...options, onEvent: fails })(handOff.jobs[0] as QueueJob).catch(quiet)
    await createReceiver({ ...options, secret: SECRET, onEvent() {} })(
      await delivery({}, { ...sampleEvent('call.ended'), event: 'org.changed' }),
    )
    const text = await sdk.scrape()
    const rows = [...text.matchAll(/^truedy_webhooks_deliveries_total\{(.*)\} (\d+)/gm)].map(
      ([, labels = '', count]) => {
        const of = (name: string) => labels.match(new RegExp(`(?:^|,)${name}="(.*?)"`))?.[1]
        return [
          of('messaging_operation_name'),
          of('truedy_event_type'),
          of('truedy_outcome'),
          of('error_type'),
          count,
        ].join(' ')
      },
    )
    expect(rows.sort()).toEqual([
      'process call.ended failed TypeError 1',
      'receive  rejected signature_mismatch 1',
      'receive call.ended queued  1',
      'receive unknown processed  1',
    ])
    // Other exporters append the unit to the name.
    expect(text.match(/^truedy_webhooks_duration(?:_seconds)?_count\{/gm)).toHaveLength(4)
  })
})

describe('otel(api)', () => {
  it('works without an SDK, and with one that is registered later', async () => {
    await sdk.stop()
    const receive = createReceiver({ secret: SECRET, telemetry: otel(api), onEvent() {} })
    expect((await receive(await delivery())).status).toBe(204)
    sdk = await startSdk()
    expect((await receive(await delivery())).status).toBe(204)
    expect(sdk.spans()).toHaveLength(1)
    expect(await sdk.scrape()).toMatch(/^truedy_webhooks_deliveries_total\{.*\} 1/m)
  })

  it('accepts the module from require and from a default import', async () => {
    const required: typeof api = createRequire(import.meta.url)('@opentelemetry/api')
    for (const module of [required, api.default]) {
      await createReceiver({ secret: SECRET, telemetry: otel({ ...api, ...module }), onEvent() {} })(
        await delivery(),
      )
    }
    expect(sdk.spans()).toHaveLength(2)
  })

  it('exports nothing of an event, its key or its scope', async () => {
    const canary = 'canary4711'
    const event = sampleEvent('call.ended')
    const data = { ...event.data, call_id: canary, summary: canary, to: canary }
    const fails = (_: TruedyEvent) => Promise.reject(new Error(canary))
    const handOff = queue()
    const options = { telemetry, onOutcome: quiet, scope: canary }
    for (const name of ['call.ended', canary]) {
      const sent = () => delivery({}, { ...event, event: name, id: canary, data })
      await createReceiver({ ...options, secret: SECRET, onEvent: fails })(await sent())
      await createReceiver({ ...options, secret: SECRET, queue: handOff })(await sent())
      await createReceiver({ ...options, secret: canary, queue: handOff })(await sent())
    }
    for (const job of handOff.jobs) {
      await createJobHandler({ ...options, onEvent: fails })(job).catch(quiet)
    }
    const exported = sdk
      .spans()
      .map(({ name, attributes, events, status, links }) => ({ name, attributes, events, status, links }))
    expect(exported).toHaveLength(8)
    expect(JSON.stringify(exported) + (await sdk.scrape())).not.toContain(canary)
  })
})
