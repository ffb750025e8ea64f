import { describe, expect, it } from 'vitest'
import { verifyRequest } from '../../../src/index.js'
import { sampleEvent, signDelivery } from '../../../src/testing/index.js'

const SECRET = 'whsec_request'

async function request(): Promise<Request> {
  const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
  return new Request('https://example.com/', { method: 'POST', body, headers })
}

describe('verifyRequest', () => {
  it('returns the event of a valid request', async () => {
    expect(await verifyRequest(await request(), SECRET)).toMatchObject({ event: 'call.ended' })
  })

  it.each([
    ['signature_mismatch', { secret: 'whsec_other' }],
    ['body_too_large', { options: { maxBodyBytes: 10 } }],
    ['invalid_options', { options: { maxBodyBytes: 0 } }],
    ['invalid_options', { options: { toleranceSeconds: -1 } }],
  ])('throws %s', async (code, { secret = SECRET, options = {} }: { secret?: string; options?: object }) => {
    await expect(verifyRequest(await request(), secret, options)).rejects.toMatchObject({ code })
  })

  it('reads a request without a body as an empty body', async () => {
    const { headers } = await signDelivery('', SECRET)
    const bare = new Request('https://example.com/', { method: 'POST', headers })
    expect(bare.body).toBeNull()
    await expect(verifyRequest(bare, SECRET)).rejects.toMatchObject({ code: 'invalid_json' })
  })

  it.each([
    [100, 'body_too_large'],
    [101, 'body_not_raw'],
    [102, 'body_not_raw'],
  ])('judges a declared length of 101 before it reads the body: limit %i', async (maxBodyBytes, code) => {
    const unread = {
      bodyUsed: false,
      headers: new Headers({ 'content-length': '101' }),
      // Reading it would throw body_not_raw.
      body: {},
    } as unknown as Request
    await expect(verifyRequest(unread, SECRET, { maxBodyBytes })).rejects.toMatchObject({ code })
  })

  it('throws body_not_raw for a request that was read before', async () => {
    const read = await request()
    await read.text()
    await expect(verifyRequest(read, SECRET)).rejects.toMatchObject({ code: 'body_not_raw' })
  })
})
