import { describe, expectTypeOf, it } from 'vitest'
import {
  createJobHandler,
  createReceiver,
  createWebhookHandler,
  memoryStore,
  type Outcome,
  parseEvent,
  processOnce,
  type Telemetry,
} from '../../src/index.js'
import { createNodeHandler } from '../../src/node.js'
import { otel } from '../../src/otel/index.js'

declare const telemetry: Telemetry
const onEvent = () => {}

describe('telemetry', () => {
  it('is an option of every receiver and of job handlers, with handlers or a queue', () => {
    createWebhookHandler({ telemetry, onEvent })
    createNodeHandler({ telemetry, onEvent })
    createReceiver({ telemetry, queue: { add: async () => {} } })
    createJobHandler({ telemetry, onEvent })
    createJobHandler({ telemetry: undefined, onEvent })
    // @ts-expect-error: no deliveries are processed here
    processOnce(parseEvent('{}'), memoryStore(), onEvent, { telemetry })
    // @ts-expect-error: the function itself, not its result
    createReceiver({ telemetry: otel, onEvent })
  })

  it('can be implemented by hand', () => {
    const own: Telemetry = {
      async observe(kind, carrier, next) {
        expectTypeOf(kind).toEqualTypeOf<'receive' | 'process'>()
        expectTypeOf(carrier.get('traceparent')).toEqualTypeOf<string | undefined>()
        const { outcome, value } = await next()
        expectTypeOf(outcome).toEqualTypeOf<Outcome>()
        return value
      },
      carrier: () => ({}),
    }
    createReceiver({ telemetry: own, onEvent })
  })
})
