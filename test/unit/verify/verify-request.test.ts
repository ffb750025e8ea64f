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

  it('throws body_not_raw for a request that was read before', async () => {
    const read = await request()
    await read.text()
    await expect(verifyRequest(read, SECRET)).rejects.toMatchObject({ code: 'body_not_raw' })
  })
})
