/** The package checks at the first use what the runtime has: nothing that is missing may keep it from loading. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BODY, headersFor, now, SECRET } from './support/delivery.js'

const ASCII = '{"event":"call.ended","timestamp":1,"data":{}}'

const entries = [
  ['truedy-webhooks', () => import('../../src/index.js')],
  ['/node', () => import('../../src/node.js')],
  ['/diagnose', () => import('../../src/diagnose/index.js')],
  ['/testing', () => import('../../src/testing/index.js')],
  ['/stores/redis', () => import('../../src/stores/redis.js')],
  ['/stores/postgres', () => import('../../src/stores/postgres.js')],
  ['/stores/sqlite', () => import('../../src/stores/sqlite.js')],
] as const

const fail = () => {
  throw new Error('A Node.js API is used which is not supported in the Edge Runtime.')
}

/** The process in the Edge runtime of Next.js, which has variables and throws for everything else. */
const edgeProcess = {
  env: {},
  get getBuiltinModule() {
    return fail()
  },
}
/** A function, class or object of functions that throws when it is used. */
const unusable: unknown = new Proxy(() => {}, { get: () => unusable, apply: fail, construct: fail })

/** A global, what the package gets if it reads it, and the bodies that can be read nevertheless. */
interface Lack {
  readonly name: 'process' | 'crypto' | 'TextDecoder'
  readonly read: () => unknown
  readonly bodies?: readonly string[]
}

const lacks: readonly [string, Lack][] = [
  ['no process', { name: 'process', read: () => undefined }],
  ['an empty process', { name: 'process', read: () => ({}) }],
  ['an environment without variables', { name: 'process', read: () => ({ env: {} }) }],
  ['a getBuiltinModule that throws when it is read', { name: 'process', read: () => edgeProcess }],
  [
    'a getBuiltinModule that throws when it is called',
    { name: 'process', read: () => ({ getBuiltinModule: fail }) },
  ],
  ['a getBuiltinModule that finds nothing', { name: 'process', read: () => ({ getBuiltinModule() {} }) }],
  ['empty built-in modules', { name: 'process', read: () => ({ getBuiltinModule: () => ({}) }) }],
  ['no WebCrypto', { name: 'crypto', read: () => undefined }],
  ['WebCrypto that throws when it is read', { name: 'crypto', read: fail }],
  ['WebCrypto that throws when it is used', { name: 'crypto', read: () => unusable }],
  ['no TextDecoder', { name: 'TextDecoder', read: () => undefined, bodies: [ASCII] }],
  ['a TextDecoder that throws when it is read', { name: 'TextDecoder', read: fail, bodies: [ASCII] }],
  [
    'a TextDecoder that throws when it is used',
    { name: 'TextDecoder', read: () => unusable, bodies: [ASCII] },
  ],
]

it.each(entries)('%s loads', async (_, load) => {
  vi.resetModules()
  expect(Object.keys(await load())).not.toEqual([])
})

describe('in jsdom, which has no encoders and no WebCrypto, the package', () => {
  beforeEach(() => {
    vi.stubGlobal('TextEncoder', undefined)
    vi.stubGlobal('TextDecoder', undefined)
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
    vi.resetModules()
    return () => vi.unstubAllGlobals()
  })
  afterEach(() => void vi.resetModules())

  it.each([
    ['a string', BODY],
    ['bytes', Buffer.from(BODY)],
    ['a long string', `${BODY}${' '.repeat(10_000)}`],
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

  it('creates keys, even long ones', async () => {
    const { dedupeKey, parseEvent } = await import('../../src/index.js')
    const event = parseEvent({ event: 'call.ended', timestamp: 1, data: { call_id: 'c'.repeat(1000) } })
    expect(dedupeKey(event)).toMatch(/[0-9a-f]{64}$/)
  })
})

describe.each(lacks)('in a runtime with %s', (_, { name, read, bodies = [ASCII, BODY] }) => {
  beforeEach(() => {
    const own = Object.getOwnPropertyDescriptor(globalThis, name) as PropertyDescriptor
    const real: unknown = globalThis[name]
    Object.defineProperty(globalThis, name, {
      configurable: true,
      // Only the package must see the replacement: the test runner needs the real global.
      get: () => (/\n.*\n.*[/\\]src[/\\]/.test(new Error().stack ?? '') ? read() : real),
    })
    vi.resetModules()
    return () => Object.defineProperty(globalThis, name, own)
  })
  afterEach(() => void vi.resetModules())

  it.each(entries)('%s loads', async (_, load) => {
    expect(Object.keys(await load())).not.toEqual([])
  })

  it('verifyAndParse works', async () => {
    const { verifyAndParse } = await import('../../src/index.js')
    for (const body of bodies) {
      const event = await verifyAndParse(new TextEncoder().encode(body), headersFor(body), SECRET, { now })
      expect(event).toMatchObject({ event: 'call.ended' })
    }
  })

  it('createReceiver works', async () => {
    const { createReceiver } = await import('../../src/index.js')
    expect(createReceiver({ secret: SECRET, onEvent() {} })).toBeTypeOf('function')
  })

  if (name !== 'process') return
  it('the error for a missing secret says where a Worker has it', async () => {
    const { createReceiver } = await import('../../src/index.js')
    expect(() => createReceiver({ onEvent() {} })).toThrow(
      expect.objectContaining({
        code: 'invalid_secret',
        message: expect.stringMatching(/^The secret is missing\. .*Workers, pass a function/),
      }),
    )
  })
})
