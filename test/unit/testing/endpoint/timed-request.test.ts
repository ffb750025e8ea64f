import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { sendRequest } from '../../../../src/testing/endpoint/timed-request.js'
import { serve } from '../../support/http.js'

describe('sendRequest', () => {
  it.each([
    [300, '/elsewhere', 'ORIGIN/elsewhere'],
    [302, 'http://user:pass@example.com/', 'http://user:***@example.com/'],
    [302, 'http://us%er:p%w@example.com/', 'http://us%er:***@example.com/'],
    [399, 'http://[', 'http://['],
    [201, '/created', undefined],
    [400, '/elsewhere', undefined],
    [401, '/login', undefined],
  ])('finds in a %i with the Location %s the target %s', async (status, location, expected) => {
    const { url } = await serve((request, response) => {
      request.resume()
      response.writeHead(status, { location }).end()
    })
    const { location: found } = await sendRequest(url, {})
    expect(found).toBe(expected?.replace('ORIGIN', new URL(url).origin))
  })

  it.each([
    ['user:pass@', 'user:pass'],
    ['user@', 'user:'],
    [':pass@', ':pass'],
    ['us%40er:p%C3%BC@', 'us@er:pü'],
    ['', undefined],
  ])('sends for the URL http://%s… the credentials %s', async (credentials, expected) => {
    const seen: IncomingHttpHeaders[] = []
    const { url } = await serve((request, response) => {
      seen.push(request.headers)
      request.resume()
      response.end()
    })
    await sendRequest(url.replace('://', `://${credentials}`), { headers: { 'x-other': 'kept' } })
    const authorization = expected && `Basic ${Buffer.from(expected).toString('base64')}`
    expect(seen).toMatchObject([{ 'x-other': 'kept' }])
    expect(seen[0]?.authorization).toBe(authorization)
  })
})
