import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { sampleEvent, signDelivery } from '../../../../src/testing/index.js'
import { freePort, listenOn } from '../../../support/server.js'
import { stopClock } from '../../support/clock.js'
import { eventually } from '../../support/eventually.js'
import { failOnUncaught } from '../../support/http.js'
import { begin, listen, listenIn, openers, post, validDelivery } from '../../support/listen.js'
import { CLI_SECRET, testSurroundings } from '../../support/surroundings.js'

failOnUncaught()

describe('the page of listen --open', () => {
  /** Sends a request with headers that fetch does not allow. */
  async function ask(url: string, { method = 'GET', headers = {}, body = '' } = {}) {
    const outgoing = httpRequest(url, { method, headers }).end(body)
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    let text = ''
    for await (const chunk of response) text += String(chunk)
    return { status: response.statusCode ?? 0, headers: response.headers, text }
  }

  /** Yields the events of a feed one by one. */
  async function* openFeed(page: string, lastEventId?: string): AsyncGenerator<Record<string, string>> {
    const controller = new AbortController()
    const response = await fetch(`${page}events`, {
      signal: controller.signal,
      ...(lastEventId && { headers: { 'last-event-id': lastEventId } }),
    })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    try {
      for (;;) {
        const { value, done } = (await reader?.read()) ?? { done: true }
        if (done) return
        text += value
        const parts = text.split('\n\n')
        text = parts.pop() ?? ''
        for (const part of parts) {
          const lines = part.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string])
          yield Object.fromEntries(lines)
        }
      }
    } finally {
      controller.abort()
    }
  }

  /** Takes the next `count` events from a feed. */
  async function take(
    events: AsyncGenerator<Record<string, string>>,
    count: number,
  ): Promise<Record<string, string>[]> {
    const taken: Record<string, string>[] = []
    while (taken.length < count) {
      const { value, done } = await events.next()
      if (done) throw new Error('The feed has ended.')
      taken.push(value)
    }
    return taken
  }

  /** Returns the first `count` events of a feed. */
  async function feed(page: string, count: number, lastEventId?: string): Promise<Record<string, string>[]> {
    const events = openFeed(page, lastEventId)
    const taken = await take(events, count)
    await events.return(undefined)
    return taken
  }

  const GUARDED = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  }

  it('is one document that may load nothing else', async () => {
    const { page, url } = await listen('--open')
    const { status, headers, text } = await ask(page)
    expect(status).toBe(200)
    const [, nonce] = /'nonce-([^']+)'/.exec(String(headers['content-security-policy'])) ?? []
    expect(String(headers['content-security-policy']).replaceAll(String(nonce), 'NONCE').split('; ')).toEqual(
      [
        "default-src 'none'",
        "script-src 'nonce-NONCE'",
        "style-src 'nonce-NONCE'",
        "connect-src 'self'",
        'img-src data:',
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ],
    )
    expect(headers).toMatchObject({ ...GUARDED, 'content-type': 'text/html; charset=utf-8' })
    expect(text).toContain(`<script nonce="${nonce}">`)
    expect(text).toContain(url)
    expect(text).not.toContain('{{')
    expect(text).not.toMatch(/(?:src|href)="(?!data:)/)
    expect((await ask(page)).text).not.toContain(String(nonce))
  })

  it('shows the URL of an endpoint whose path has special characters', async () => {
    const { page, url } = await listen('--open', '--path', '/a$&b')
    expect((await ask(page)).text).toContain(url.replace('&', '&amp;'))
  })

  it.each([
    ['a foreign host', { headers: { host: 'evil.example' } }, 403],
    ['a foreign host with its port', { headers: { host: 'evil.example:PORT' } }, 403],
    ['this host with another port', { headers: { host: '127.0.0.1:1' } }, 403],
    ['a foreign origin', { headers: { origin: 'http://evil.example' } }, 403],
    ['a POST without an origin', { method: 'POST' }, 403],
    ['an opaque origin', { method: 'POST', headers: { origin: 'null' } }, 403],
    ['localhost', { headers: { host: 'localhost:PORT' } }, 200],
    ['the IPv6 address', { headers: { host: '[::1]:PORT' } }, 200],
    ['its own origin', { headers: { host: 'LOCALHOST:PORT', origin: 'http://localhost:PORT' } }, 200],
  ])(
    'responds correctly to %s',
    async (_, { method = 'GET', headers = {} }: { method?: string; headers?: object }, status) => {
      const { page } = await listen('--open')
      const { port } = new URL(page)
      const withPort = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, String(value).replace('PORT', port)]),
      )
      expect((await ask(page, { method, headers: withPort })).status).toBe(status)
    },
  )

  it.each(['', 'events', 'deliveries/1'])('keeps /%s from clients without its token', async (path) => {
    const { page, url } = await listen('--open')
    await post(url, await validDelivery())
    const { origin, pathname } = new URL(page)
    const token = pathname.slice(1, -1)
    expect(token).toMatch(/^[\w-]{32}$/)
    const changed = `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`
    for (const wrong of ['', `${changed}/`, `${token}x/`, `${token.slice(1)}/`, `x/${token}/`]) {
      const { status, text, headers } = await ask(`${origin}/${wrong}${path}`)
      expect({ status, text }).toEqual({
        status: 403,
        text: 'The token of this run is missing. Open the URL that listen printed.\n',
      })
      expect(headers).toMatchObject(GUARDED)
    }
    // The token does not allow other hosts and origins.
    expect((await ask(`${page}${path}`, { headers: { host: 'evil.example' } })).status).toBe(403)
    expect((await ask(`${page}${path}`, { headers: { origin: 'http://evil.example' } })).status).toBe(403)
  })

  it('signs nothing for clients without its token', async () => {
    const { page, url, lines } = await listen('--open', '--json')
    await post(url, await validDelivery({ timestamp: 1_000_000_000 }))
    const { origin } = new URL(page)
    expect((await replay(`${origin}/`, { number: 1, url })).status).toBe(403)
    expect(lines()).toHaveLength(1)
  })

  it('has another token in each run', async () => {
    const pages = [(await listen('--open')).page, (await listen('--open')).page]
    const [one, other] = pages.map((page) => new URL(page).pathname)
    expect(one).not.toBe(other)
  })

  it('shows its token only in the printed URL', async () => {
    const { page, url, surroundings, shown } = await listen('--open', '--json')
    await post(url, { body: '{}', headers: {} })
    await shown(1)
    const token = new URL(page).pathname.slice(1, -1)
    expect(surroundings.stdout().split(token)).toHaveLength(2)
    expect((await ask(page)).text).not.toContain(token)
    expect((await ask(`${page}deliveries/1`)).text).not.toContain(token)
  })

  it('tells a foreign page only that it may not read this one', async () => {
    const { page } = await listen('--open')
    const { headers, text } = await ask(page, { headers: { origin: 'http://evil.example' } })
    expect(text).toBe(
      'This page is only for the browser on this machine. Open it at 127.0.0.1 or localhost.\n',
    )
    expect(headers).toMatchObject({ ...GUARDED, 'content-type': 'text/plain; charset=utf-8' })
  })

  it.each([
    '/nothing',
    '//',
    '/deliveries/',
    '/deliveries/x',
    '/x/deliveries/1',
    '/deliveries/1/x',
    '/deliveries/1x',
    '/..%2f..%2fetc/passwd',
  ])('responds with 404 at %s', async (path) => {
    const { page, url } = await listen('--open')
    await post(url, await validDelivery())
    const { status, headers, text } = await ask(`${page.slice(0, -1)}${path}`)
    expect({ status, text }).toEqual({
      status: 404,
      text: 'Nothing is here. Open the URL that listen printed.\n',
    })
    expect(headers).toMatchObject({ ...GUARDED, 'content-type': 'text/plain; charset=utf-8' })
  })

  it('ignores the query of a URL', async () => {
    const { page } = await listen('--open')
    expect((await ask(`${page}?a=1?b`)).status).toBe(200)
  })

  // The opener is a shell script, which Windows can't run.
  it.skipIf(process.platform === 'win32')(
    'is opened in a browser, and its URL is in the JSON output',
    async () => {
      const { env, called } = openers()
      const surroundings = testSurroundings({ env: { ...env, TRUEDY_WEBHOOK_SECRET: CLI_SECRET } })
      await listenIn(surroundings, '--open', '--json')
      const [, address] = (await eventually(called)).split(' ')
      expect(JSON.parse(surroundings.stdout())).toEqual({
        type: 'listening',
        url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/webhooks\/truedy$/),
        page: address,
      })
    },
  )

  it('lists earlier deliveries, and then new ones', async () => {
    const { page, url } = await listen('--open')
    await post(url, await validDelivery())
    const events = openFeed(page)
    const [reset, first, live] = await take(events, 3)
    await post(url, { body: '{}', headers: {} })
    const [second] = await take(events, 1)
    await events.return(undefined)
    expect(reset).toMatchObject({ retry: '500', event: 'reset' })
    expect(live).toMatchObject({ event: 'live' })
    expect(JSON.parse(first?.['data'] ?? '')).toMatchObject({
      number: 1,
      event: 'call.ended',
      outcome: 'processed',
    })
    expect(JSON.parse(second?.['data'] ?? '')).toMatchObject({ number: 2, causes: ['headers_missing'] })
  })

  it('continues after the last delivery that a browser has', async () => {
    const { page, url } = await listen('--open')
    for (let count = 0; count < 3; count++) await post(url, await validDelivery())
    const [, first] = await feed(page, 2)
    const [retry, second] = await feed(page, 2, first?.['id'])
    expect(retry).not.toHaveProperty('event')
    expect(JSON.parse(second?.['data'] ?? '')).toMatchObject({ number: 2 })
  })

  it('truncates the type of an event after 200 characters', async () => {
    const { page, url } = await listen('--open')
    const event = { ...sampleEvent('call.ended'), event: `long.${'x'.repeat(10_000)}` }
    expect(await post(url, await signDelivery(event, CLI_SECRET))).toBe(204)
    const [, first] = await feed(page, 2)
    expect(JSON.parse(first?.['data'] ?? '')).toMatchObject({ event: `long.${'x'.repeat(195)}…` })
  })

  it('lists an event type of 200 characters as it is', async () => {
    const { page, url } = await listen('--open')
    const event = { ...sampleEvent('call.ended'), event: 'x'.repeat(200) }
    await post(url, await signDelivery(event, CLI_SECRET))
    const [, first] = await feed(page, 2)
    expect(JSON.parse(first?.['data'] ?? '')).toMatchObject({ event: event.event })
  })

  it('continues after the tenth delivery, and starts over for an invalid id', async () => {
    const { page, url } = await listen('--open')
    for (let count = 0; count < 11; count++) await post(url, await validDelivery())
    const tenth = (await feed(page, 11))[10]?.['id'] ?? ''
    const [retry, next] = await feed(page, 2, tenth)
    expect(retry).not.toHaveProperty('event')
    expect(JSON.parse(next?.['data'] ?? '')).toMatchObject({ number: 11 })
    expect((await ask(`${page}deliveries/10`)).status).toBe(200)
    for (const wrong of [tenth.replace('-', '-x'), `${tenth}x`]) {
      const [reset] = await feed(page, 1, wrong)
      expect(reset).toHaveProperty('event', 'reset')
    }
  })

  it.each(['othe-1', 'nonsense', '1'])('starts over for %s, which is not an id of this run', async (id) => {
    const { page, url } = await listen('--open')
    await post(url, await validDelivery())
    const [reset, first] = await feed(page, 2, id)
    expect(reset).toHaveProperty('event', 'reset')
    expect(JSON.parse(first?.['data'] ?? '')).toMatchObject({ number: 1 })
  })

  it('shows the headers and the payload of one delivery', async () => {
    const { page, url } = await listen('--open')
    const { body, headers } = await validDelivery()
    await post(url, { body, headers })
    const answer = await ask(`${page}deliveries/1`)
    expect(answer.headers).toMatchObject({ ...GUARDED, 'content-type': 'application/json' })
    const details = JSON.parse(answer.text)
    expect(details).toMatchObject({ method: 'POST', body, isValid: true })
    expect(details.headers).toContainEqual(['x-truedy-signature', headers['x-truedy-signature']])
    for (const [name] of details.headers) expect(name).toMatch(/^[a-z][a-z-]+$/i)
    expect(await ask(`${page}deliveries/2`)).toMatchObject({
      status: 404,
      text: expect.stringContaining('This delivery is not in memory.'),
    })
  })

  it('keeps a body of 1 MiB, and not more than that of a larger one', async () => {
    // With the clock stopped, the server cuts nobody off, however long the client takes.
    stopClock()
    const { page, url } = await listen('--open')
    const whole = await signDelivery('x'.repeat(1_048_576), CLI_SECRET)
    expect(await post(url, whole)).toBe(400)
    // This client declares no length and keeps sending.
    const outgoing = httpRequest(url, { method: 'POST' })
    outgoing.on('error', () => {})
    for (let count = 0; count < 40; count++) outgoing.write(Buffer.alloc(65_536, 'y'))
    outgoing.end()
    await once(outgoing, 'response')
    const details = async (number: number) => JSON.parse((await ask(`${page}deliveries/${number}`)).text)
    expect(await details(1)).toMatchObject({ isWhole: true, isValid: true, body: whole.body })
    await eventually(async () => expect(await details(2)).toMatchObject({ isWhole: false }))
    const { body } = await details(2)
    expect(body).toMatch(/^y+$/)
    expect(body.length).toBeLessThanOrEqual(1_048_576)
  })

  it('never treats an upload that was cut off as valid', async () => {
    const { page, url } = await listen('--open')
    const { body, headers } = await validDelivery()
    const open = await begin(url, body, { ...headers, 'content-length': String(Buffer.byteLength(body) + 1) })
    open.destroy()
    await eventually(async () =>
      expect(JSON.parse((await ask(`${page}deliveries/1`)).text)).toMatchObject({
        isValid: false,
        isWhole: false,
      }),
    )
  })

  it('lists a slow delivery after a faster one, even for a browser that has the faster one', async () => {
    const { page, url } = await listen('--open')
    const { body, headers } = await validDelivery()
    const slow = await begin(url, body.slice(0, 1), {
      ...headers,
      'content-length': String(Buffer.byteLength(body)),
    })
    await post(url, await signDelivery(sampleEvent('call.started'), CLI_SECRET))
    const [, first] = await feed(page, 2)
    slow.end(body.slice(1))
    await once(slow, 'response')
    const [, second] = await feed(page, 2, first?.['id'])
    expect(JSON.parse(second?.['data'] ?? '')).toMatchObject({ event: 'call.ended' })
  })

  it('says whether a body is text', async () => {
    const { page, url, shown } = await listen('--open')
    await fetch(url, { method: 'POST', body: new Uint8Array([0x7b, 0xff]) })
    await shown(1)
    await post(url, await validDelivery())
    expect(JSON.parse((await ask(`${page}deliveries/1`)).text)).toMatchObject({
      isText: false,
      body: '{\ufffd',
    })
    expect(JSON.parse((await ask(`${page}deliveries/2`)).text)).toMatchObject({ isText: true, isWhole: true })
  })

  async function replay(page: string, order: unknown, changes: object = {}) {
    const headers = { origin: new URL(page).origin, 'content-type': 'application/json', ...changes }
    return ask(`${page}replay`, {
      method: 'POST',
      headers,
      body: typeof order === 'string' ? order : JSON.stringify(order),
    })
  }

  it('replays a valid delivery with a new signature', async () => {
    const { page, url, lines, shown } = await listen('--open', '--json')
    await post(url, await validDelivery({ timestamp: 1_000_000_000 }))
    await shown(1)
    const { status, headers, text } = await replay(page, { number: 1, url })
    expect(status).toBe(200)
    expect(headers).toMatchObject({ ...GUARDED, 'content-type': 'application/json' })
    expect(JSON.parse(text)).toEqual({ signed: 'again', status: 204, durationMs: expect.any(Number) })
    expect(lines()).toMatchObject([{ outcome: 'rejected' }, { outcome: 'processed' }])
  })

  it('never signs a delivery that is not valid', async () => {
    const { page, url, lines, shown } = await listen('--open', '--json')
    const { body, headers } = await validDelivery()
    const forged = body.replace('call.ended', 'call.failed')
    await post(url, { body: forged, headers: { ...headers, 'x-other': 'kept' } })
    await shown(1)
    const answer = JSON.parse((await replay(page, { number: 1, url })).text)
    expect(answer).toMatchObject({
      signed: 'as received',
      status: 401,
      hint: 'signature_mismatch: Give the receiver the secret that signed this delivery. If it has that secret, let it verify the raw body, before any parser.',
    })
    await shown(2)
    expect(lines()).toMatchObject([
      { outcome: 'rejected' },
      { outcome: 'rejected', code: 'signature_mismatch' },
    ])
    const again = JSON.parse((await ask(`${page}deliveries/2`)).text)
    expect(again.body).toBe(forged)
    expect(again.headers).toContainEqual(['x-truedy-signature', headers['x-truedy-signature']])
    expect(again.headers).toContainEqual(['x-other', 'kept'])
  })

  it('replays a delivery with a doubled header as received', async () => {
    const { page, url, shown } = await listen('--open')
    const { body, headers } = await validDelivery()
    const twice = {
      ...headers,
      'x-truedy-signature': [headers['x-truedy-signature'], headers['x-truedy-signature']],
    }
    const outgoing = httpRequest(url, { method: 'POST', headers: twice }).end(body)
    await once(outgoing, 'response')
    await shown(1)
    const answer = JSON.parse((await replay(page, { number: 1, url })).text)
    expect(answer).toMatchObject({
      signed: 'as received',
      status: 401,
      hint: expect.stringContaining('malformed_signature'),
    })
  })

  it('replays headers as received, with their number, case and names', async () => {
    const { page, url, lines, shown } = await listen('--open', '--json')
    const { body, headers } = await validDelivery()
    const came = {
      'X-Other': '1',
      TE: 'trailers',
      'Keep-Alive': 'timeout=5',
      'Proxy-Connection': 'keep-alive',
      'x-OTHER': '2',
      constructor: 'a',
      // `__proto__` is an ordinary header name in HTTP, but special in JavaScript objects.
      ['__proto__']: 'b',
      'x-latin': 'caf\u00e9',
      'X-Truedy-Signature': '0'.repeat(64),
      'x-truedy-signature': headers['x-truedy-signature'],
      'x-truedy-timestamp': headers['x-truedy-timestamp'],
    }
    const rawHeaders = Object.entries(came).flat()
    const host = ['host', new URL(url).host, 'content-length', String(Buffer.byteLength(body))]
    const outgoing = httpRequest(url, { method: 'POST', headers: [...host, ...rawHeaders] })
    // The body is bytes because, for a string body, Node would send the headers as UTF-8 as well.
    outgoing.end(Buffer.from(body))
    await once(outgoing, 'response')
    await shown(1)
    await replay(page, { number: 1, url })
    await shown(2)
    // If one of the two signatures were lost, the replay would be accepted.
    expect(lines()).toMatchObject([{ code: 'malformed_signature' }, { code: 'malformed_signature' }])
    const again = JSON.parse((await ask(`${page}deliveries/2`)).text).headers as [string, string][]
    const lowered = again.map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    for (const [name, value] of Object.entries(came)) {
      const isOfTheConnection = /^(te|keep-alive|proxy-connection)$/i.test(name)
      expect(lowered.includes(`${name.toLowerCase()}: ${value}`)).toBe(!isOfTheConnection)
    }
  })

  it.each([
    ['a body that was kept only in part', { method: 'POST', body: 'x'.repeat(1_048_577) }, 'incomplete'],
    ['a GET', {}, 'This was a GET'],
  ])('refuses to replay %s', async (_, init, reason) => {
    const { page, url, lines, shown } = await listen('--open', '--json')
    await (await fetch(url, init)).text()
    await shown(1)
    expect(await replay(page, { number: 1, url })).toMatchObject({
      status: 409,
      text: expect.stringContaining(reason),
    })
    // The delivery is not valid either, which would be a reason on its own.
    expect(JSON.parse((await ask(`${page}deliveries/1`)).text)).toMatchObject({
      whyNotReplay: expect.stringContaining(reason),
      isValid: false,
    })
    expect(lines()).toHaveLength(1)
  })

  it('ends a pending replay if listen is interrupted', async () => {
    const { surroundings, page, url, code } = await listen('--open')
    await post(url, await validDelivery())
    const silent = createServer()
    const target = `http://127.0.0.1:${await listenOn(silent)}/`
    const broken = replay(page, { number: 1, url: target }).catch(() => 'broke off')
    const [connection] = (await once(silent, 'connection')) as [Socket]
    connection.resume().on('error', () => {})
    const closed = once(connection, 'close')
    surroundings.interrupt()
    expect(await code).toBe(130)
    expect(await broken).toBe('broke off')
    await closed
    silent.close()
  })

  it('says why a replay got no response', async () => {
    const { page, url } = await listen('--open')
    await post(url, await validDelivery())
    const nowhere = `http://127.0.0.1:${await freePort()}/`
    const answer = JSON.parse((await replay(page, { number: 1, url: nowhere })).text)
    expect(answer).toMatchObject({ hint: expect.stringContaining('nothing listens there') })
    expect(answer).not.toHaveProperty('status')
    const elsewhere = JSON.parse((await replay(page, { number: 1, url: new URL('/', url).href })).text)
    expect(elsewhere).toMatchObject({ status: 404, hint: 'Nothing is at this path. Check the URL.' })
  })

  it('survives a browser that leaves in the middle of a replay request', async () => {
    const { page, url } = await listen('--open')
    const order = await begin(`${page}replay`, '{"number":', {
      origin: new URL(page).origin,
      'content-type': 'application/json',
      'content-length': '100',
    })
    order.destroy()
    await new Promise((resolve) => order.once('close', resolve))
    await post(url, await validDelivery())
    expect((await ask(`${page}deliveries/1`)).status).toBe(200)
  })

  it('accepts a replay request of 10,000 bytes, but not a longer one', async () => {
    const { page, url } = await listen('--open')
    await post(url, await validDelivery())
    const order = JSON.stringify({ number: 1, url })
    expect((await replay(page, order.padEnd(10_000))).status).toBe(200)
    expect((await replay(page, order.padEnd(10_001))).status).toBe(404)
  })

  const NOT_KEPT =
    'This delivery is not in memory. listen keeps the newest 1,000, or fewer if they take more than 32 MiB.'
  const NO_ADDRESS = 'The URL is invalid. Enter one that starts with http:// or https://.'

  it.each([
    [
      'another content type',
      { number: 1, url: 'http://127.0.0.1:1/' },
      { 'content-type': 'text/plain' },
      'Send JSON.',
    ],
    ['an unknown delivery', { number: 7, url: 'http://127.0.0.1:1/' }, {}, NOT_KEPT],
    ['a file URL', { number: 1, url: 'file:///etc/passwd' }, {}, NO_ADDRESS],
    ['a file URL that contains an http URL', { number: 1, url: 'file:///http://127.0.0.1/' }, {}, NO_ADDRESS],
    ['a URL that is a number', { number: 1, url: 5 }, {}, NO_ADDRESS],
    ['a list of URLs', { number: 1, url: ['http://127.0.0.1:1/'] }, {}, NO_ADDRESS],
    ['invalid JSON', '{', {}, NOT_KEPT],
    ['an array', '[]', {}, NOT_KEPT],
    ['20,000 bytes', 'x'.repeat(20_000), {}, NOT_KEPT],
  ])('rejects a replay request with %s', async (_, order, headers, text) => {
    const { page, url } = await listen('--open')
    await post(url, await validDelivery())
    const answer = await replay(page, order, headers)
    expect(answer.text).toBe(`${text}\n`)
    expect(answer.status).toBe({ [NOT_KEPT]: 404, [NO_ADDRESS]: 400 }[text] ?? 415)
    expect(answer.headers).toMatchObject({ ...GUARDED, 'content-type': 'text/plain; charset=utf-8' })
  })
})
