/** The spans and metrics of each outcome, on a recording OpenTelemetry. test/otel runs the real one. */

import { describe, expect, it } from 'vitest'
import { parseEvent, WebhookError } from '../../../src/index.js'
import { type OpenTelemetry, type OtelSpan, otel } from '../../../src/otel/index.js'
import type { Outcome } from '../../../src/receive/outcome.js'

interface Context {
  readonly span?: OtelSpan | undefined
  readonly baggage?: string | undefined
}

const SENDER = spanOf('sender-trace')

/** A span of the given trace that does nothing. */
function spanOf(traceId: string): OtelSpan {
  return {
    spanContext: () => ({ traceId, spanId: `span of ${traceId}` }),
    setAttributes() {},
    recordException() {},
    setStatus() {},
    end() {},
  }
}

/**
 * A recording OpenTelemetry whose active context is that of the host. Extracting adds the sender's span and baggage.
 */
function recorder(active: Context = {}, { hasBaggage = true } = {}) {
  const calls: unknown[][] = []
  const note =
    (name: string) =>
    (...args: unknown[]) =>
      void calls.push([name, ...args])
  const started: OtelSpan = {
    ...spanOf('ours'),
    setAttributes: note('setAttributes'),
    recordException: note('recordException'),
    setStatus: note('setStatus'),
    end: note('end'),
  }
  let current = active
  const api: OpenTelemetry = {
    trace: {
      getTracer: (tracer) => ({
        startSpan(name, options, context) {
          calls.push(['startSpan', tracer, name, options, context])
          return started
        },
      }),
      setSpan: (context, span) => ({ ...(context as Context), span }),
      getSpan: (context) => (context as Context).span,
    },
    context: {
      active: () => current,
      with(context, run) {
        current = context as Context
        return run()
      },
    },
    propagation: {
      extract(context, carrier, getter) {
        const { get, keys } = getter as { get(carrier: unknown, name: string): unknown; keys(): unknown }
        calls.push(['extract', get(carrier, 'TraceParent'), keys()])
        const remote = get(carrier, 'TraceParent') ? { span: SENDER, baggage: 'from the header' } : {}
        return { ...(context as Context), ...remote }
      },
      inject(context, headers) {
        Object.assign(headers as object, { injected: (context as Context).span })
      },
      ...(hasBaggage && {
        getBaggage: (context: unknown) => (context as Context).baggage,
        setBaggage: (context: unknown, baggage: unknown) => ({ ...(context as object), baggage }),
      }),
    },
    metrics: {
      getMeter: (meter) => ({
        createHistogram(name, options) {
          calls.push(['createHistogram', meter, name, options])
          return { record: note('record') }
        },
        createCounter(name, options) {
          calls.push(['createCounter', meter, name, options])
          return { add: note('add') }
        },
      }),
    },
  }
  const of = (name: string) => calls.filter(([each]) => each === name).map(([, ...args]) => args)
  return { api, of, started, current: () => current }
}

const HEADERS = { get: (name: string) => (name === 'traceparent' ? 'sent' : undefined) }
const NO_HEADERS = { get: () => undefined }

/** What the adapter recorded about an outcome. */
async function told(outcome: Outcome, kind: 'receive' | 'process' = 'receive') {
  const { api, of } = recorder()
  const value = await otel(api).observe(kind, NO_HEADERS, async () => ({ outcome, value: 'the value' }))
  expect(value).toBe('the value')
  expect(of('end')).toEqual([[]])
  const [[attributes] = []] = of('setAttributes')
  return {
    attributes,
    records: of('record'),
    adds: of('add'),
    exceptions: of('recordException'),
    statuses: of('setStatus'),
  }
}

const event = parseEvent({ event: 'call.completed', timestamp: 1773844320, data: { call: { callId: 'c1' } } })
const known = { event, key: 'k', durationMs: 250, secretIndex: 1 }
const OPERATION = {
  'messaging.system': 'truedy',
  'messaging.destination.name': 'truedy',
  'messaging.operation.name': 'receive',
  'messaging.operation.type': 'process',
}
const TYPE = { 'truedy.event.type': 'call.ended' }
const INDEX = { 'truedy.secret.index': 1 }
const OUR_ERROR = new WebhookError('step_timeout', 'store.claim did not respond.')

/**
 * The outcome, the attributes of its metrics without the operation, further attributes of its span, its exception, its
 * status.
 */
type Row = readonly [outcome: unknown, metric: object, span: object, exception?: object, status?: object]

const ROWS: Readonly<Record<string, Row>> = {
  processed: [
    { ...known, status: 'processed', recorded: true },
    { ...TYPE, 'truedy.outcome': 'processed' },
    { ...INDEX, 'truedy.recorded': true },
  ],
  'processed but not marked done': [
    { ...known, status: 'processed', recorded: false, recordError: OUR_ERROR },
    { ...TYPE, 'truedy.outcome': 'processed', 'error.type': 'step_timeout' },
    { ...INDEX, 'truedy.recorded': false },
    { name: 'step_timeout', message: OUR_ERROR.message },
  ],
  queued: [{ ...known, status: 'queued' }, { ...TYPE, 'truedy.outcome': 'queued' }, INDEX],
  duplicate: [{ ...known, status: 'duplicate' }, { ...TYPE, 'truedy.outcome': 'duplicate' }, INDEX],
  busy: [{ ...known, status: 'busy' }, { ...TYPE, 'truedy.outcome': 'busy' }, INDEX],
  'failed by the handler': [
    { ...known, status: 'failed', error: new RangeError('about +1 555 0100') },
    { ...TYPE, 'truedy.outcome': 'failed', 'error.type': 'RangeError' },
    INDEX,
    { name: 'RangeError', message: '' },
    { code: 2, message: '' },
  ],
  'failed before the event was read': [
    { status: 'failed', durationMs: 250, error: OUR_ERROR },
    { 'truedy.outcome': 'failed', 'error.type': 'step_timeout' },
    {},
    { name: 'step_timeout', message: OUR_ERROR.message },
    { code: 2, message: OUR_ERROR.message },
  ],
  'rejected because of the sender': [
    { status: 'rejected', durationMs: 250, error: new WebhookError('signature_mismatch', 'It is wrong.') },
    { 'truedy.outcome': 'rejected', 'error.type': 'signature_mismatch' },
    {},
    { name: 'signature_mismatch', message: 'It is wrong.' },
  ],
  'rejected because of the program': [
    { status: 'rejected', durationMs: 250, error: new WebhookError('body_not_raw', 'It is parsed.') },
    { 'truedy.outcome': 'rejected', 'error.type': 'body_not_raw' },
    {},
    { name: 'body_not_raw', message: 'It is parsed.' },
    { code: 2, message: 'It is parsed.' },
  ],
}

describe('a delivery', () => {
  it.each(Object.entries(ROWS))(
    'that was %s is recorded with its attributes, exception and status',
    async (_, [outcome, metric, span, exception, status]) => {
      const seen = await told(outcome as Outcome)
      const labels = { ...OPERATION, ...metric }
      expect(seen).toEqual({
        attributes: { ...labels, ...span },
        records: [[0.25, labels]],
        adds: [[1, labels]],
        exceptions: exception ? [[exception]] : [],
        statuses: status ? [[status]] : [],
      })
    },
  )

  it('ends its span even if the work rejects', async () => {
    const { api, of } = recorder()
    const failed = otel(api).observe('receive', NO_HEADERS, () => Promise.reject(OUR_ERROR))
    await expect(failed).rejects.toBe(OUR_ERROR)
    expect(of('end')).toEqual([[]])
  })
})

describe('a span', () => {
  const outcome = { ...known, status: 'queued' } as Outcome

  /** What the adapter passed to startSpan in a host. */
  async function start(host: Context, headers = HEADERS, settings = {}) {
    const { api, of, started, current } = recorder(host, settings)
    let inside: unknown
    const telemetry = otel(api)
    await telemetry.observe('process', headers, async () => {
      inside = [current(), telemetry.carrier()]
      return { outcome, value: 1 }
    })
    const [[tracer, name, options, parent] = []] = of('startSpan')
    return { tracer, name, options, parent, started, inside, extracted: of('extract') }
  }

  const options = { kind: 4, attributes: { ...OPERATION, 'messaging.operation.name': 'process' } }

  it('is a child of the sender, whose header names may have any case', async () => {
    const { tracer, name, options: found, parent, extracted } = await start({})
    expect({ tracer, name, found }).toEqual({
      tracer: 'truedy-webhooks',
      name: 'process truedy',
      found: options,
    })
    expect(parent).toEqual({ span: SENDER, baggage: 'from the header' })
    expect(extracted).toEqual([['sent', []]])
  })

  it('keeps the baggage of the program', async () => {
    const { parent } = await start({ baggage: 'own' })
    expect(parent).toEqual({ span: SENDER, baggage: 'own' })
    const without = await start({ baggage: 'own' }, HEADERS, { hasBaggage: false })
    expect(without.parent).toEqual({ span: SENDER, baggage: 'from the header' })
  })

  it('is a child of the host and links to a sender in another trace', async () => {
    const host = { span: spanOf('host-trace') }
    const { parent, options: found } = await start(host)
    expect(parent).toBe(host)
    expect(found).toEqual({
      ...options,
      links: [{ context: { traceId: 'sender-trace', spanId: 'span of sender-trace' } }],
    })
  })

  it.each([
    ["if the host is in the sender's trace", { span: spanOf('sender-trace') }, HEADERS],
    ['without a sender', { span: spanOf('host-trace') }, NO_HEADERS],
    ['without a host', {}, HEADERS],
  ])('has no link %s', async (_, host, headers) => {
    expect((await start(host, headers)).options).toEqual(options)
  })

  it('is active while the work runs, and then goes into the carrier of a job', async () => {
    const { inside, started } = await start({})
    expect(inside).toEqual([{ span: started, baggage: 'from the header' }, { injected: started }])
  })
})

it('otel names its instruments, their units and the bounds of the histogram', async () => {
  const { api, of } = recorder()
  const outcome = { ...known, status: 'queued' } as Outcome
  await otel(api).observe('receive', NO_HEADERS, async () => ({ outcome, value: 1 }))
  expect([of('createHistogram'), of('createCounter')]).toMatchInlineSnapshot(`
    [
      [
        [
          "truedy-webhooks",
          "truedy.webhooks.duration",
          {
            "advice": {
              "explicitBucketBoundaries": [
                0.005,
                0.01,
                0.025,
                0.05,
                0.1,
                0.25,
                0.5,
                1,
                2.5,
                5,
                10,
                30,
                60,
                300,
              ],
            },
            "description": "Time from a request to its response, or from the start of a job to its end.",
            "unit": "s",
          },
        ],
      ],
      [
        [
          "truedy-webhooks",
          "truedy.webhooks.deliveries",
          {
            "description": "Deliveries and jobs.",
            "unit": "{delivery}",
          },
        ],
      ],
    ]
  `)
})
