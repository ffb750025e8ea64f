/** What the adapter passes to OpenTelemetry, without its SDK. test/otel runs the real one. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createReceiver, parseEvent, WebhookError } from '../../../src/index.js'
import { errorType, metricAttributes, spanAttributes } from '../../../src/otel/attributes.js'
import { type OpenTelemetry, otel } from '../../../src/otel/index.js'
import type { Outcome } from '../../../src/receive/outcome.js'

const CANARY = 'canary4711'

/** Outcomes in which everything that could identify a person is the canary. */
const outcomes: fc.Arbitrary<Outcome> = fc
  .record({
    name: fc.constantFrom('call.ended', 'call.completed', CANARY),
    error: fc.constantFrom<unknown>(
      new Error(CANARY),
      new WebhookError('step_timeout', 'store.claim did not answer within 3000 ms.'),
      Object.assign(new Error(CANARY), { code: `to ${CANARY}` }),
      CANARY,
      null,
      undefined,
      {
        get code() {
          throw new Error(CANARY)
        },
      },
    ),
    status: fc.constantFrom('processed', 'queued', 'duplicate', 'busy', 'failed'),
    recorded: fc.boolean(),
    secretIndex: fc.option(fc.nat(9), { nil: undefined }),
  })
  .map(({ name, error, status, recorded, secretIndex }) => {
    const data = { call: { callId: CANARY, summary: CANARY } }
    const event = parseEvent({ event: name, timestamp: 1773844320, id: CANARY, data })
    const known = {
      event,
      key: CANARY,
      scope: CANARY,
      durationMs: 5,
      ...(secretIndex !== undefined && { secretIndex }),
    }
    if (status === 'failed') return { ...known, status, error }
    if (status !== 'processed') return { ...known, status } as Outcome
    return recorded ? { ...known, status, recorded } : { ...known, status, recorded, recordError: error }
  })

const kinds = fc.constantFrom('receive' as const, 'process' as const)

describe('the attributes', () => {
  it('contain nothing of an event, its key, its scope or a foreign error', () => {
    fc.assert(
      fc.property(kinds, outcomes, (kind, outcome) => {
        const all = { ...metricAttributes(kind, outcome), ...spanAttributes(outcome) }
        expect(JSON.stringify(all)).not.toContain(CANARY)
      }),
    )
  })

  it('of metrics have at most 20 values each', () => {
    const seen = new Map<string, Set<string>>()
    for (const [kind, outcome] of fc.sample(fc.tuple(kinds, outcomes), 2000)) {
      for (const [name, value] of Object.entries(metricAttributes(kind, outcome))) {
        seen.set(name, (seen.get(name) ?? new Set()).add(value))
      }
    }
    expect(Math.max(...[...seen.values()].map((values) => values.size))).toBeLessThanOrEqual(20)
  })

  it.each<[string, unknown]>([
    ['signature_mismatch', new WebhookError('signature_mismatch', 'x')],
    ['ECONNREFUSED', Object.assign(new Error('x'), { code: 'ECONNREFUSED' })],
    ['40P01', Object.assign(new Error('x'), { code: '40P01' })],
    ['TypeError', new TypeError('x')],
    ['Error', Object.assign(new Error('x'), { code: 'two words' })],
    ['_OTHER', 'a string'],
    ['_OTHER', { name: 'x'.repeat(41) }],
    ['_OTHER', undefined],
  ])('contain the class of an error as %s', (type, error) => {
    expect(errorType(error)).toBe(type)
  })
})

describe('otel', () => {
  /** An API that does nothing, with only the members that the type requires. */
  const nothing: OpenTelemetry = {
    trace: {
      getTracer: () => ({ startSpan: () => span }),
      setSpan: (context) => context,
      getSpan: () => undefined,
    },
    context: { active: () => ({}), with: (_, run) => run() },
    propagation: { extract: (context) => context, inject() {} },
    metrics: {
      getMeter: () => ({ createHistogram: () => ({ record() {} }), createCounter: () => ({ add() {} }) }),
    },
  }
  const span = {
    spanContext: () => ({ traceId: '', spanId: '' }),
    setAttributes() {},
    recordException() {},
    setStatus() {},
    end() {},
  }

  it('uses only those members of the API that its type requires', async () => {
    const receive = createReceiver({
      secret: 'whsec_otel',
      telemetry: otel(nothing),
      onEvent() {},
      onOutcome() {},
    })
    expect((await receive({ method: 'GET', headers: {}, body: '' })).status).toBe(405)
  })

  it.each([
    ['trace.getTracer', undefined],
    ['trace.getTracer', null],
    ['trace.getTracer', () => {}],
    ['trace.getTracer', {}],
    ['context.active', { ...nothing, context: {} }],
    ['propagation.extract', { ...nothing, propagation: undefined }],
    ['metrics.getMeter', { ...nothing, metrics: null }],
  ])('names the missing member of an invalid API: %s', (name, api) => {
    expect(() => otel(api as never)).toThrow(
      expect.objectContaining({ code: 'invalid_options', message: expect.stringContaining(name) }),
    )
  })

  it('creates its instruments once per meter', async () => {
    let [meters, created] = [0, 0]
    const createMeter = () => {
      const create = () => {
        created++
        return { record() {}, add() {} }
      }
      return { createHistogram: create, createCounter: create }
    }
    const all = [createMeter(), createMeter()] as const
    const metrics = { getMeter: () => (meters++ < 3 ? all[0] : all[1]) }
    const telemetry = otel({ ...nothing, metrics })
    const receive = createReceiver({ secret: 'whsec_otel', telemetry, onEvent() {}, onOutcome() {} })
    for (let i = 0; i < 6; i++) await receive({ method: 'GET', headers: {}, body: '' })
    expect(created).toBe(4)
  })
})
