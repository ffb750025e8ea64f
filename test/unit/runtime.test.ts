/** What a runtime has is found out when the package is loaded: nothing that it lacks may keep it from loading. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BODY, headersFor, now, SECRET } from './support/delivery.js'

const runtimes: [string, object | undefined][] = [
  ['no process', undefined],
  ['a process that has nothing', {}],
  ['an environment without variables', { env: {} }],
  ['built-in modules, none of which it knows', { getBuiltinModule: () => undefined }],
  ['built-in modules that have nothing', { getBuiltinModule: () => ({}) }],
]

it.each([
  ['truedy-webhooks', () => import('../../src/index.js')],
  ['/node', () => import('../../src/node.js')],
  ['/diagnose', () => import('../../src/diagnose/index.js')],
  ['/testing', () => import('../../src/testing/index.js')],
  ['/stores/redis', () => import('../../src/stores/redis.js')],
  ['/stores/postgres', () => import('../../src/stores/postgres.js')],
  ['/stores/sqlite', () => import('../../src/stores/sqlite.js')],
])('%s loads', async (_, load) => {
  vi.resetModules()
  expect(Object.keys(await load())).not.toEqual([])
})

describe('in jsdom, which has no encoders and no WebCrypto', () => {
  beforeEach(() => {
    vi.stubGlobal('TextEncoder', undefined)
    vi.stubGlobal('TextDecoder', undefined)
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
    vi.resetModules()
    return () => vi.unstubAllGlobals()
  })
  afterEach(() => void vi.resetModules())

  it.each([
    ['text', BODY],
    ['bytes', Buffer.from(BODY)],
    ['much text', `${BODY}${' '.repeat(10_000)}`],
  ])('signs and verifies %s', async (_, body) => {
    const { verifyAndParse } = await import('../../src/index.js')
    const { verifyAndParseSync } = await import('../../src/node.js')
    const { signDelivery } = await import('../../src/testing/index.js')
    const { headers } = await signDelivery(body, SECRET, { timestamp: new Date(now()) })
    expect(headers).toMatchObject(headersFor(body))
    const event = verifyAndParseSync(body, headers, SECRET, { now })
    expect(event).toMatchObject({ event: 'call.ended', data: { call: { summary: 'Grüße, 世界' } } })
    expect(await verifyAndParse(body, headers, SECRET, { now })).toEqual(event)
  })

  it('makes keys, long ones too', async () => {
    const { dedupeKey, parseEvent } = await import('../../src/index.js')
    const event = parseEvent({ event: 'call.ended', timestamp: 1, data: { call_id: 'c'.repeat(1000) } })
    expect(dedupeKey(event)).toMatch(/[0-9a-f]{64}$/)
  })
})

describe.each(runtimes)('in a runtime with %s', (_, process) => {
  beforeEach(() => {
    const own = Object.getOwnPropertyDescriptor(globalThis, 'process') as PropertyDescriptor
    const real = globalThis.process
    Object.defineProperty(globalThis, 'process', {
      configurable: true,
      // Only the package is to see it: what runs the tests needs the real one.
      get: () => (/\n.*\n.*[/\\]src[/\\]/.test(new Error().stack ?? '') ? process : real),
    })
    vi.resetModules()
    return () => Object.defineProperty(globalThis, 'process', own)
  })
  afterEach(() => void vi.resetModules())

  it('verifies and parses, ASCII and not', async () => {
    const { verifyAndParse } = await import('../../src/index.js')
    for (const body of [BODY, '{"event":"call.ended","timestamp":1,"data":{}}']) {
      const bytes = new TextEncoder().encode(body)
      const event = await verifyAndParse(bytes, headersFor(body), SECRET, { now })
      expect(event).toMatchObject({ event: 'call.ended' })
    }
  })

  it('says what is wrong where there is no secret, neither given nor in the environment', async () => {
    const { createReceiver } = await import('../../src/index.js')
    expect(() => createReceiver({ onEvent() {} })).toThrow(
      expect.objectContaining({ code: 'invalid_secret' }),
    )
  })
})
