import { describe, expect, it } from 'vitest'
import {
  createProbe,
  isProbe,
  isRejection,
  isSignatureAccepted,
} from '../../../src/testing/reserialization.js'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('a probe', () => {
  it('is recognized by its bytes', async () => {
    const { body } = await createProbe('whsec_probe')
    expect(isProbe(bytes(body))).toBe(true)
    for (const indent of [undefined, 2, '\t']) {
      expect(isProbe(bytes(JSON.stringify(JSON.parse(body), undefined, indent)))).toBe(true)
    }
    expect(isProbe(bytes(body.replace('1', '2')))).toBe(false)
    expect(isProbe(bytes(body.replace('}', ', "event": 1}')))).toBe(false)
    expect(isProbe(bytes(`${body}${' '.repeat(50)}`))).toBe(true)
    expect(isProbe(bytes(`${body}${' '.repeat(51)}`))).toBe(false)
    expect(isProbe(bytes(''))).toBe(false)
    expect(isProbe(Uint8Array.of(0xff))).toBe(false)
  })

  it.each([
    [400, undefined, true],
    [401, undefined, true],
    [403, undefined, true],
    [401, 'signature_mismatch', true],
    [401, 'unauthorized', true],
    [401, 'missing_signature', false],
    [400, 'invalid_json', false],
    [204, undefined, false],
    [404, undefined, false],
    [500, 'signature_mismatch', false],
  ])('is worth sending after a %i with the code %s: %s', (status, error, expected) => {
    expect(isRejection({ status, error })).toBe(expected)
  })

  it.each([
    [204, undefined, true],
    [200, undefined, true],
    [299, undefined, true],
    [400, undefined, true],
    [422, undefined, true],
    [500, undefined, true],
    [401, 'invalid_event', true],
    [401, undefined, false],
    [199, undefined, false],
    [300, undefined, false],
    [302, undefined, false],
    [403, undefined, false],
    [404, undefined, false],
    [429, undefined, false],
    [503, undefined, false],
  ])(
    'has a valid signature for an endpoint that rejects others with 401 and this with %i, %s: %s',
    (status, error, expected) => {
      expect(isSignatureAccepted({ status, error }, 401)).toBe(expected)
    },
  )
})
