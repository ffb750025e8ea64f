import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDelivery, readSavedDelivery } from '../../../src/cli/saved-delivery.js'
import { runs } from '../support/runs.js'

const headers = fc.array(fc.tuple(fc.constantFrom('X-Own', 'x-own', 'Content-Type'), fc.string()), {
  maxLength: 4,
})

describe('a saved delivery', () => {
  it('is read as it was written, with any bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
        ),
        headers,
        fc.boolean(),
        fc.boolean(),
        (body, pairs, isWhole, isValid) => {
          const text = formatDelivery({
            receivedAt: '2026-03-18T14:32:00.000Z',
            request: { method: 'POST', path: '/hooks?a=1', headers: pairs, body, isWhole },
            verdict: { isValid, outcome: 'processed' },
          })
          const read = readSavedDelivery(text)
          expect(read).toEqual({
            isValid,
            request: { method: 'POST', path: '/hooks?a=1', headers: pairs, body: Buffer.from(body), isWhole },
          })
        },
      ),
      runs(30),
    )
  })

  it.each(['authorization', 'Proxy-Authorization', 'COOKIE'])('omits the value of %s', (name) => {
    const text = formatDelivery({
      receivedAt: '',
      request: {
        method: 'POST',
        path: '/',
        headers: [[name, 'geheim']],
        body: new Uint8Array(),
        isWhole: true,
      },
      verdict: { isValid: true, outcome: 'processed' },
    })
    expect(text).toContain(name)
    expect(text).not.toContain('geheim')
  })

  it.each([
    ['another file', '{"event":"call.ended","timestamp":1,"data":{}}'],
    ['invalid JSON', 'text'],
    ['an empty file', ''],
    ['another format', '{"format":"truedy-webhooks delivery 2","request":{},"verdict":{}}'],
    ['a file without a request', '{"format":"truedy-webhooks delivery 1","verdict":{}}'],
    [
      'a file with invalid headers',
      '{"format":"truedy-webhooks delivery 1","verdict":{},"request":{"method":"POST","path":"/","body":"","headers":[["a"]]}}',
    ],
  ])("can't be read from %s", (_, text) => {
    expect(readSavedDelivery(text)).toBeUndefined()
  })

  const RIGHT = { method: 'POST', path: '/', headers: [['a', 'b']], body: '{}', isWhole: true }
  it.each([
    ['as it should be', {}, true],
    ['without a method', { method: undefined }, false],
    ['without a path', { path: 5 }, false],
    ['without a body', { body: undefined }, false],
    ['with a body that is not a string', { body: {} }, false],
    ['with a base64 body that is not a string', { body: undefined, bodyBase64: 5 }, false],
    ['without headers', { headers: undefined }, false],
    ['with a header whose value is a number', { headers: [['a', 1]] }, false],
    ['with a header whose name is a number', { headers: [[1, 'a']] }, false],
    ['with a header of three parts', { headers: [['a', 'b', 'c']] }, false],
    ['with a header that is a string', { headers: ['ab'] }, false],
  ])('whose request is %s', (_, changes, isReadable) => {
    const request = { ...RIGHT, ...changes }
    const format = 'truedy-webhooks delivery 1'
    expect(readSavedDelivery(JSON.stringify({ format, request, verdict: {} })) !== undefined).toBe(isReadable)
    expect(readSavedDelivery(JSON.stringify({ format: `${format}0`, request, verdict: {} }))).toBeUndefined()
  })
})
