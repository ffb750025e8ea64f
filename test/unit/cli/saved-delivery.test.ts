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
})
