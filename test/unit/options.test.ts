/** Every function with options rejects a misspelled option. */

import { describe, expect, it } from 'vitest'
import { diagnose } from '../../src/diagnose/index.js'
import * as main from '../../src/index.js'
import * as node from '../../src/node.js'
import { postgresSchema, postgresStore } from '../../src/stores/postgres.js'
import { redisStore } from '../../src/stores/redis.js'
import { sqliteSchema, sqliteStore } from '../../src/stores/sqlite.js'
import { deliver, flatSampleEvent, playScenario, sampleEvent, signDelivery } from '../../src/testing/index.js'

const SECRET = 'whsec_test'
const event = main.parseEvent({ event: 'call.ended', timestamp: 1, data: { call_id: 'c1' } })
const onEvent = () => {}
const request = () => new Request('http://localhost/', { method: 'POST', body: '{}' })
const rows = async () => []
const receive = main.createReceiver({ secret: SECRET, onEvent })

/** Calls each function with the given options and valid other arguments. */
const FUNCTIONS: Readonly<Record<string, (options: object) => unknown>> = {
  createJobHandler: (options) => main.createJobHandler({ onEvent, ...options }),
  createNodeHandler: (options) => node.createNodeHandler({ secret: SECRET, onEvent, ...options }),
  createReceiver: (options) => main.createReceiver({ secret: SECRET, onEvent, ...options }),
  createWebhookHandler: (options) => main.createWebhookHandler({ secret: SECRET, onEvent, ...options }),
  deliver: (options) => deliver({ receive }, event, { secret: SECRET, ...options }),
  diagnose: (options) => diagnose('{}', {}, SECRET, options),
  flatSampleEvent: (options) => flatSampleEvent('call.ended', options),
  isDuplicate: (options) => main.isDuplicate(event, main.memoryStore(), options),
  memoryStore: (options) => main.memoryStore(options),
  playScenario: (options) => playScenario({ receive }, 'call', { secret: SECRET, ...options }),
  postgresSchema: (options) => postgresSchema(options),
  postgresStore: (options) => postgresStore(rows, options),
  'postgresStore sweep': (options) => postgresStore(rows).sweep(options),
  processOnce: (options) => main.processOnce(event, main.memoryStore(), onEvent, options),
  redisStore: (options) => redisStore(async () => 'OK', options),
  sampleEvent: (options) => sampleEvent('call.ended', options),
  signDelivery: (options) => signDelivery('{}', SECRET, options),
  sqliteSchema: (options) => sqliteSchema(options),
  sqliteStore: (options) => sqliteStore(rows, options),
  'sqliteStore sweep': (options) => sqliteStore(rows).sweep(options),
  verifyAndParse: (options) => main.verifyAndParse('{}', {}, SECRET, options),
  verifyAndParseSync: (options) => node.verifyAndParseSync('{}', {}, SECRET, options),
  verifyRequest: (options) => main.verifyRequest(request(), SECRET, options),
}

/** Functions that return a failure instead of throwing. */
const VERIFICATIONS: Readonly<Record<string, (options: object) => unknown>> = {
  verifySignature: (options) => main.verifySignature('{}', {}, SECRET, options),
  verifySignatureSync: (options) => node.verifySignatureSync('{}', {}, SECRET, options),
}

const UNKNOWN = {
  code: 'invalid_options',
  message: expect.stringMatching(/^Unknown option "ttlms"\..* The options are \w/),
}

describe('an unknown option', () => {
  it.each(Object.entries(FUNCTIONS))('throws in %s', async (_, call) => {
    await expect(Promise.resolve().then(() => call({ ttlms: 5 }))).rejects.toMatchObject(UNKNOWN)
  })

  it.each(Object.entries(VERIFICATIONS))('is a failure in %s', async (_, call) => {
    expect(await call({ ttlms: 5 })).toMatchObject({ ok: false, ...UNKNOWN })
  })

  it('throws even if its value is undefined', () => {
    expect(() => main.memoryStore({ maxkeys: undefined } as object)).toThrow('Unknown option "maxkeys".')
  })
})
