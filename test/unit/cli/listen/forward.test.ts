import { request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { endToEndHeaders, headerPairs } from '../../../../src/cli/connection-headers.js'
import { openForwarder } from '../../../../src/cli/listen/forwarder.js'
import { runCli } from '../../../../src/cli/run.js'
import { verifySignature } from '../../../../src/index.js'
import { createNodeHandler } from '../../../../src/node.js'
import { sampleEvent, signDelivery } from '../../../../src/testing/index.js'
import { freePort, listenOn } from '../../../support/server.js'
import { eventually } from '../../support/eventually.js'
import { failOnUncaught, serve } from '../../support/http.js'
import { begin, listen, listenIn, post, validDelivery } from '../../support/listen.js'
import { keeper } from '../../support/send.js'
import { CLI_SECRET, testSurroundings } from '../../support/surroundings.js'

failOnUncaught()

const nowhere = async () => `http://127.0.0.1:${await freePort()}/`

/** Sends a request with headers that fetch does not allow, and returns the response. */
async function exchange(
  url: string,
  { method = 'POST', headers = [], body = '' as string | Uint8Array }: ExchangeOptions = {},
): Promise<{ status: number; rawHeaders: string[]; body: Buffer }> {
  const outgoing = httpRequest(url, {
    method,
    headers: ['Host', new URL(url).host, ...headers],
    agent: false,
  })
  outgoing.end(body)
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on('response', resolve)
    outgoing.on('error', reject)
  })
  return { status: response.statusCode ?? 0, rawHeaders: response.rawHeaders, body: await buffer(response) }
}

interface ExchangeOptions {
  readonly method?: string
  readonly headers?: string[]
  readonly body?: string | Uint8Array
}

/** An app that keeps the bytes of its requests. */
async function app(respond: RequestListener = (_, response) => void response.writeHead(204).end()) {
  const seen: { method: string; url: string; rawHeaders: string[]; body: Buffer }[] = []
  const { url } = await serve(async (request, response) => {
    const { method = '', url: path = '', rawHeaders } = request
    seen.push({ method, url: path, rawHeaders, body: await buffer(request) })
    respond(request, response)
  })
  return { url, seen }
}

describe('listen --forward', () => {
  it.each([
    { rejected: 401, accepted: 204 },
    { rejected: 403, accepted: 400 },
    { rejected: 401, accepted: 422 },
    { rejected: 400, accepted: 500 },
  ])(
    'names an app that re-serializes bodies: $rejected, and $accepted for the probe of send',
    async (statuses) => {
      const { url: target } = await serve(async (request, response) => {
        const text = JSON.stringify(JSON.parse((await buffer(request)).toString()))
        const { ok } = await verifySignature(text, request.headers, CLI_SECRET)
        response.writeHead(ok ? statuses.accepted : statuses.rejected).end()
      })
      const { url, surroundings, shown } = await listen('--forward', target)
      await runCli(['send', url], testSurroundings())
      await shown(2)
      const output = surroundings.stdout().replace(/\s+/g, ' ')
      expect(output).toContain('JSON.stringify writes other bytes')
      expect(output).not.toContain('accepted a delivery that must be rejected')
    },
  )

  it.each([400, 401, 403])('does not name an app that rejects both with %i', async (status) => {
    const { url: target } = await app((_, response) => void response.writeHead(status).end())
    const { url, surroundings, shown } = await listen('--forward', target)
    await runCli(['send', url], testSurroundings())
    await shown(2)
    expect(surroundings.stdout()).not.toContain('JSON.stringify')
  })

  it('forwards any body byte for byte, with its headers and its query', async () => {
    const { url: target, seen } = await app()
    const { url } = await listen('--forward', `${target}hooks?a=1`)
    const bodies = fc.uint8Array({ maxLength: 3000 })
    const value = fc.string({ unit: fc.constantFrom(...'aZ09 -_;=,"\u00e9'), maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(
        bodies,
        fc.array(value, { maxLength: 4 }),
        fc.boolean(),
        async (body, values, isChunked) => {
          seen.length = 0
          const own = values.flatMap((text) => ['X-Own', text.trim()])
          const length = isChunked
            ? ['Transfer-Encoding', 'chunked']
            : ['Content-Length', String(body.length)]
          await exchange(`${url}?b=2`, {
            headers: [...own, ...length, 'Connection', 'close, x-gone', 'X-Gone', '1'],
            body,
          })
          const [found] = seen
          expect(found?.body.equals(body)).toBe(true)
          expect(found).toMatchObject({ method: 'POST', url: '/hooks?a=1&b=2' })
          const received = headerPairs(found?.rawHeaders ?? []).filter(([name]) =>
            name.toLowerCase().startsWith('x-'),
          )
          expect(received.flat()).toEqual(own)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('returns the status, the headers and the body of the app', async () => {
    const { url: target } = await app((_, response) =>
      response.writeHead(418, ['X-Own', 'a', 'X-Own', 'b', 'Content-Type', 'text/plain']).end('a teapot'),
    )
    const { url } = await listen('--forward', target)
    const { status, rawHeaders, body } = await exchange(url)
    expect({ status, body: String(body) }).toEqual({ status: 418, body: 'a teapot' })
    expect(headerPairs(rawHeaders).filter(([name]) => name === 'X-Own')).toEqual([
      ['X-Own', 'a'],
      ['X-Own', 'b'],
    ])
  })

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('forwards a %s', async (method) => {
    const { url: target, seen } = await app((_, response) => response.writeHead(202).end())
    const { url, lines } = await listen('--forward', target, '--json')
    expect((await exchange(url, { method, headers: ['Content-Length', '0'] })).status).toBe(202)
    expect(seen).toMatchObject([{ method }])
    await eventually(() =>
      expect(lines()).toMatchObject([{ code: 'method_not_allowed', isValid: false, app: { status: 202 } }]),
    )
  })

  it('shows its own verdict beside the response of the app', async () => {
    const { url: target } = await app((_, response) => response.writeHead(500).end('{"error":"failed"}'))
    const { surroundings, url, shown } = await listen('--forward', target)
    expect(await post(url, await validDelivery())).toBe(500)
    await post(url, { body: '{}', headers: {} })
    await shown(2)
    expect(surroundings.stdout()).toMatch(/500 {2}valid {6}call\.ended/)
    expect(surroundings.stdout()).toMatch(/ {10}app {4}500 in [\d.,]+ ms: \{"error":"failed"\}/)
    expect(surroundings.stdout()).toMatch(/500 {2}rejected {3}missing_timestamp/)
  })

  it('counts the deliveries that the app acknowledged and those that it did not', async () => {
    let status = 204
    const { url: target } = await app((_, response) => void response.writeHead(status).end())
    const { surroundings, code, url, shown } = await listen('--forward', target)
    for (status of [204, 500, 404]) await post(url, await validDelivery())
    await shown(3)
    surroundings.interrupt()
    await code
    expect(surroundings.stdout()).toMatch(/\n3 deliveries: 1 acknowledged, 2 not acknowledged\n$/)
  })

  it('shows an event as failed, processed and duplicate, as the app responds', async () => {
    const { url: target } = await keeper((nth) => ({ status: nth === 1 ? 500 : 204 }))
    const { url, lines } = await listen('--forward', target, '--json')
    const delivery = await validDelivery()
    for (let count = 0; count < 3; count++) await post(url, delivery)
    await eventually(() =>
      expect(lines().map(({ outcome }) => outcome)).toEqual(['failed', 'processed', 'duplicate']),
    )
    expect(lines().map(({ isValid }) => isValid)).toEqual([true, true, true])
  })

  it('says once that the app accepts what it must reject', async () => {
    const { url: target } = await app()
    const { surroundings, url, shown } = await listen('--forward', target)
    for (let count = 0; count < 2; count++) expect(await post(url, { body: '{}', headers: {} })).toBe(204)
    await shown(2)
    expect(surroundings.stdout().match(/must be rejected/g)).toHaveLength(1)
  })

  it.each([
    [[], 'must be rejected.*pass the other one to listen as --other-secret', 'accepts that secret'],
    [['--other-secret', 'whsec_old'], 'The app accepts that secret, too. This is right', 'must be rejected'],
  ])('knows an app that rotates its secret: listen %j', async (args, expected, unexpected) => {
    const { url: target } = await serve(
      createNodeHandler({ secret: [CLI_SECRET, 'whsec_old'], onEvent() {}, onOutcome: () => {} }),
    )
    const { url, surroundings, shown } = await listen('--forward', target, ...args)
    expect(await post(url, await signDelivery(sampleEvent('call.ended'), 'whsec_old'))).toBe(204)
    await shown(1)
    const output = surroundings.stdout().replace(/\s+/g, ' ')
    expect(output).toMatch(new RegExp(expected))
    expect(output).not.toContain(unexpected)
  })

  it('takes no changed body for a rotation, even if the other secret signed it', async () => {
    const { url: target } = await app()
    const { url, surroundings, shown } = await listen('--forward', target, '--other-secret', 'whsec_old')
    const { body, headers } = await signDelivery(sampleEvent('call.ended'), 'whsec_old')
    const reserialized = JSON.stringify(JSON.parse(body))
    expect(reserialized).not.toBe(body)
    expect(await post(url, { body: reserialized, headers })).toBe(204)
    await shown(1)
    const output = surroundings.stdout().replace(/\s+/g, ' ')
    expect(output).toContain('signed with the other secret')
    expect(output).toContain('must be rejected')
    expect(output).not.toContain('accepts that secret')
  })

  it('works with a receiver of this library as the app', async () => {
    const { url: target } = await serve(
      createNodeHandler({ secret: CLI_SECRET, onEvent() {}, onOutcome: () => {} }),
    )
    const { url, lines } = await listen('--forward', target, '--json')
    expect(await post(url, await validDelivery())).toBe(204)
    expect(await post(url, await signDelivery(sampleEvent('call.ended'), 'whsec_other'))).toBe(401)
    await eventually(() =>
      expect(lines()).toMatchObject([
        { outcome: 'processed', app: { status: 204 }, appBody: '' },
        { outcome: 'rejected', app: { status: 401 }, appBody: '{"error":"signature_mismatch"}' },
      ]),
    )
  })

  it('responds with 502 and the reason if the app is down, and shows one hint per run', async () => {
    const { surroundings, url, shown } = await listen('--forward', await nowhere())
    const { status, body } = await exchange(url, { ...(await asExchange()) })
    expect(status).toBe(502)
    expect(String(body)).toMatch(/^No response from the app: /)
    await exchange(url, { ...(await asExchange()) })
    await shown(2)
    expect(surroundings.stdout().match(/app {4}no response in/g)).toHaveLength(2)
    expect(surroundings.stdout().match(/Nothing listens there/g)).toHaveLength(1)
  })

  it('responds with 502 to a body of any size if the app is down', async () => {
    const { url } = await listen('--forward', await nowhere())
    expect((await exchange(url, { body: Buffer.alloc(3_000_000) })).status).toBe(502)
  })

  it('forwards a body that is over the limit of a receiver', async () => {
    const { url: target, seen } = await app()
    const { url, lines } = await listen('--forward', target, '--json')
    const body = Buffer.alloc(3_000_000, 'x')
    expect((await exchange(url, { body })).status).toBe(204)
    expect(seen[0]?.body.equals(body)).toBe(true)
    await eventually(() => expect(lines()).toMatchObject([{ outcome: 'rejected', bytes: body.length }]))
  })

  it('responds with 504 if the app takes too long', async () => {
    const { url: target } = await serve(() => {})
    const forwarder = await openForwarder(new URL(target), 20)
    const { url } = await serve(async (request, response) => {
      const found = await forwarder.forward(request, response)
      expect(found).toMatchObject({ result: { kind: 'no response' } })
    })
    expect((await exchange(url)).status).toBe(504)
  })

  it('cuts off its response if the app does', async () => {
    const tcp = createTcpServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'))
    })
    const port = await listenOn(tcp)
    onTestFinished(() => void tcp.close())
    const { url, lines } = await listen('--forward', `http://127.0.0.1:${port}/`, '--json')
    await expect(exchange(url, await asExchange())).rejects.toThrow()
    await eventually(() => expect(lines()).toMatchObject([{ outcome: 'failed', app: { status: null } }]))
  })

  it('aborts the request to the app if the sender closes the connection', async () => {
    let isClosed = false
    const { url: target } = await serve((request) => {
      request.on('error', () => {})
      request.on('close', () => {
        isClosed = true
      })
    })
    const { url, lines } = await listen('--forward', target, '--json')
    const { headers } = await validDelivery()
    const open = await begin(url, 'half', { ...headers, 'content-length': '10' })
    open.destroy()
    await eventually(() => expect(lines()).toMatchObject([{ outcome: 'failed', bytes: 4 }]))
    await eventually(() => expect(isClosed).toBe(true))
    expect(lines()[0]).not.toHaveProperty('app')
  })

  it('sends the user and the password in the URL, and never shows the password', async () => {
    const { url: target, seen } = await app()
    const withPassword = new URL(target)
    withPassword.username = 'zo%C3%AB'
    withPassword.password = 'geheim%21'
    for (const form of [[], ['--json']]) {
      const surroundings = testSurroundings()
      const { url } = await listenIn(surroundings, '--forward', withPassword.href, ...form)
      await exchange(url, { headers: ['Authorization', 'Bearer tunnel'] })
      expect(surroundings.stdout()).toContain('***')
      expect(surroundings.stdout() + surroundings.stderr()).not.toMatch(/geheim/)
    }
    const sent = seen.map(({ rawHeaders }) =>
      headerPairs(rawHeaders).filter(([name]) => name === 'Authorization'),
    )
    const expected = [['Authorization', `Basic ${Buffer.from('zoë:geheim!').toString('base64')}`]]
    expect(sent).toEqual([expected, expected])
  })

  it('shows only a part of a long response, but returns all of it', async () => {
    const { url: target } = await app((_, response) => response.writeHead(500).end('x\u001b'.repeat(50_000)))
    const { surroundings, url, shown } = await listen('--forward', target)
    expect((await exchange(url, await asExchange())).body).toHaveLength(100_000)
    await shown(1)
    expect(surroundings.stdout().length).toBeLessThan(2500)
    expect(surroundings.stdout()).not.toContain('\u001b')
  })

  it.each([
    [['--forward', 'ftp://127.0.0.1/'], '--forward must be valid and start with http'],
    [['--forward', 'http://user:geheim%zz@host/'], 'user:***@host'],
    [['--forward', 'http://localhost:3000/hooks'], 'but listen itself uses that port'],
    [['--forward', 'http://127.0.0.1/hooks', '--port', '80'], 'but listen itself uses that port'],
  ])('rejects %j', async (argv, message) => {
    const surroundings = testSurroundings()
    expect(await runCli(['listen', ...argv], surroundings)).toBe(2)
    expect(surroundings.stderr().replace(/\n/g, ' ')).toContain(message)
    expect(surroundings.stderr()).not.toContain('geheim')
  })

  async function asExchange(): Promise<ExchangeOptions> {
    const { body, headers } = await validDelivery()
    return { body, headers: Object.entries(headers).flat() }
  }
})

describe('endToEndHeaders', () => {
  it('drops connection headers in any case, and the headers that Connection names', () => {
    const pairs = headerPairs(
      'HOST a connection X-One,x-two X-ONE 1 x-Two 2 keep-alive 5 TE trailers Content-Length 3 X-Three 3'.split(
        ' ',
      ),
    )
    expect(endToEndHeaders(pairs)).toEqual([
      ['Content-Length', '3'],
      ['X-Three', '3'],
    ])
  })
})
