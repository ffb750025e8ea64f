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

describe('the page of listen', () => {
  /** A request with headers that fetch does not let one choose. */
  async function ask(url: string, { method = 'GET', headers = {}, body = '' } = {}) {
    const outgoing = httpRequest(url, { method, headers }).end(body)
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    let text = ''
    for await (const chunk of response) text += String(chunk)
    return { status: response.statusCode ?? 0, headers: response.headers, text }
  }

  /** The events of a feed, one by one. */
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

  /** The next events of a feed. */
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

  /** The first events of a feed. */
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

  it('is one document, which may load nothing but what is in it', async () => {
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

  it('names an endpoint as it is, whatever its path means elsewhere', async () => {
    const { page, url } = await listen('--open', '--path', '/a$&b')
    expect((await ask(page)).text).toContain(url.replace('&', '&amp;'))
  })

  it.each([
    ['a foreign host', { headers: { host: 'evil.example' } }, 403],
    ['a foreign host with the right port', { headers: { host: 'evil.example:PORT' } }, 403],
    ['this host with another port', { headers: { host: '127.0.0.1:1' } }, 403],
    ['a foreign origin', { headers: { origin: 'http://evil.example' } }, 403],
    ['no origin at all, for a POST', { method: 'POST' }, 403],
    ['an opaque origin', { method: 'POST', headers: { origin: 'null' } }, 403],
    ['localhost', { headers: { host: 'localhost:PORT' } }, 200],
    ['the address of IPv6', { headers: { host: '[::1]:PORT' } }, 200],
    ['its own origin', { headers: { host: 'LOCALHOST:PORT', origin: 'http://localhost:PORT' } }, 200],
  ])(
    'answers %s with %#',
    async (_, { method = 'GET', headers = {} }: { method?: string; headers?: object }, status) => {
      const { page } = await listen('--open')
      const { port } = new URL(page)
      const withPort = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, String(value).replace('PORT', port)]),
      )
      expect((await ask(page, { method, headers: withPort })).status).toBe(status)
    },
  )

  it.each(['', 'events', 'deliveries/1'])('keeps /%s from those without its token', async (path) => {
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
    // A token is no pass for other names and pages.
    expect((await ask(`${page}${path}`, { headers: { host: 'evil.example' } })).status).toBe(403)
    expect((await ask(`${page}${path}`, { headers: { origin: 'http://evil.example' } })).status).toBe(403)
  })

  it('has nothing signed for those without its token', async () => {
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

  it('shows its token to nobody but the reader of its own URL', async () => {
    const { page, url, surroundings, shown } = await listen('--open', '--json')
    await post(url, { body: '{}', headers: {} })
    await shown(1)
    const token = new URL(page).pathname.slice(1, -1)
    expect(surroundings.stdout().split(token)).toHaveLength(2)
    expect((await ask(page)).text).not.toContain(token)
    expect((await ask(`${page}deliveries/1`)).text).not.toContain(token)
  })

  it('tells a foreign page no more than that it is none of its own', async () => {
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
  ])('has nothing at %s', async (path) => {
    const { page, url } = await listen('--open')
    await post(url, await validDelivery())
    const { status, headers, text } = await ask(`${page.slice(0, -1)}${path}`)
    expect({ status, text }).toEqual({
      status: 404,
      text: 'Nothing is here. Open the URL that listen printed.\n',
    })
    expect(headers).toMatchObject({ ...GUARDED, 'content-type': 'text/plain; charset=utf-8' })
  })

  it('takes what follows a question mark for no part of a path', async () => {
    const { page } = await listen('--open')
    expect((await ask(`${page}?a=1?b`)).status).toBe(200)
  })

  // The opener is a shell script, which Windows can't start.
  it.skipIf(process.platform === 'win32')('is named for scripts, and opened', async () => {
    const { env, called } = openers()
    const surroundings = testSurroundings({ env: { ...env, TRUEDY_WEBHOOK_SECRET: CLI_SECRET } })
    await listenIn(surroundings, '--open', '--json')
    const [, address] = (await eventually(called)).split(' ')
    expect(JSON.parse(surroundings.stdout())).toEqual({
      type: 'listening',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/webhooks\/truedy$/),
      page: address,
    })
  })

  it('feeds what came, and what comes', async () => {
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

  it('goes on behind the last that a browser has', async () => {
    const { page, url } = await listen('--open')
    for (let count = 0; count < 3; count++) await post(url, await validDelivery())
    const [, first] = await feed(page, 2)
    const [retry, second] = await feed(page, 2, first?.['id'])
    expect(retry).not.toHaveProperty('event')
    expect(JSON.parse(second?.['data'] ?? '')).toMatchObject({ number: 2 })
  })

  it('feeds the beginning of a very long name', async () => {
    const { page, url } = await listen('--open')
    const event = { ...sampleEvent('call.ended'), event: `long.${'x'.repeat(10_000)}` }
    expect(await post(url, await signDelivery(event, CLI_SECRET))).toBe(204)
    const [, first] = await feed(page, 2)
    expect(JSON.parse(first?.['data'] ?? '')).toMatchObject({ event: `long.${'x'.repeat(195)}…` })
  })

  it('feeds a name of two hundred characters whole', async () => {
    const { page, url } = await listen('--open')
    const event = { ...sampleEvent('call.ended'), event: 'x'.repeat(200) }
    await post(url, await signDelivery(event, CLI_SECRET))
    const [, first] = await feed(page, 2)
    expect(JSON.parse(first?.['data'] ?? '')).toMatchObject({ event: event.event })
  })

  it('goes on behind the tenth, and begins anew for what is no number', async () => {
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

  it.each(['othe-1', 'nonsense', '1'])('begins anew for %s, which is of another run', async (id) => {
    const { page, url } = await listen('--open')
    await post(url, await validDelivery())
    const [reset, first] = await feed(page, 2, id)
    expect(reset).toHaveProperty('event', 'reset')
    expect(JSON.parse(first?.['data'] ?? '')).toMatchObject({ number: 1 })
  })

  it('shows headers and payload of one delivery', async () => {
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

  it('keeps a body of a mebibyte whole, and of a larger one no more than that', async () => {
    // However long the client takes: nobody cuts it off.
    stopClock()
    const { page, url } = await listen('--open')
    const whole = await signDelivery('x'.repeat(1_048_576), CLI_SECRET)
    expect(await post(url, whole)).toBe(400)
    // Without a declared length, and from a client that goes on sending.
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

  it('takes what broke off for nothing valid', async () => {
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

  it('feeds what took longer to a browser that has the later one', async () => {
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

  it('says of a body that is no text', async () => {
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

  it('sends a valid delivery again, signed again', async () => {
    const { page, url, lines, shown } = await listen('--open', '--json')
    await post(url, await validDelivery({ timestamp: 1_000_000_000 }))
    await shown(1)
    const { status, headers, text } = await replay(page, { number: 1, url })
    expect(status).toBe(200)
    expect(headers).toMatchObject({ ...GUARDED, 'content-type': 'application/json' })
    expect(JSON.parse(text)).toEqual({ signed: 'again', status: 204, durationMs: expect.any(Number) })
    expect(lines()).toMatchObject([{ outcome: 'rejected' }, { outcome: 'processed' }])
  })

  it('never signs what is not valid', async () => {
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

  it('sends what arrived with a header twice as received', async () => {
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

  it('sends headers again as they came: each as often, in any spelling, whatever its name', async () => {
    const { page, url, lines, shown } = await listen('--open', '--json')
    const { body, headers } = await validDelivery()
    const came = {
      'X-Other': '1',
      TE: 'trailers',
      'Keep-Alive': 'timeout=5',
      'Proxy-Connection': 'keep-alive',
      'x-OTHER': '2',
      constructor: 'a',
      // A name like any other in HTTP, and none in an object of JavaScript.
      ['__proto__']: 'b',
      'x-latin': 'caf\u00e9',
      'X-Truedy-Signature': '0'.repeat(64),
      'x-truedy-signature': headers['x-truedy-signature'],
      'x-truedy-timestamp': headers['x-truedy-timestamp'],
    }
    const rawHeaders = Object.entries(came).flat()
    const host = ['host', new URL(url).host, 'content-length', String(Buffer.byteLength(body))]
    const outgoing = httpRequest(url, { method: 'POST', headers: [...host, ...rawHeaders] })
    // As bytes: Node would send the headers as UTF-8, too, in one piece with a text.
    outgoing.end(Buffer.from(body))
    await once(outgoing, 'response')
    await shown(1)
    await replay(page, { number: 1, url })
    await shown(2)
    // Else what was rejected for its two signatures would be accepted with the one.
    expect(lines()).toMatchObject([{ code: 'malformed_signature' }, { code: 'malformed_signature' }])
    const again = JSON.parse((await ask(`${page}deliveries/2`)).text).headers as [string, string][]
    const lowered = again.map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    for (const [name, value] of Object.entries(came)) {
      const isOfTheConnection = /^(te|keep-alive|proxy-connection)$/i.test(name)
      expect(lowered.includes(`${name.toLowerCase()}: ${value}`)).toBe(!isOfTheConnection)
    }
  })

  it.each([
    [
      'a body of which only the beginning is here',
      { method: 'POST', body: 'x'.repeat(1_048_577) },
      'incomplete',
    ],
    ['a GET', {}, 'This was a GET'],
  ])('does not send again %s', async (_, init, reason) => {
    const { page, url, lines, shown } = await listen('--open', '--json')
    await (await fetch(url, init)).text()
    await shown(1)
    expect(await replay(page, { number: 1, url })).toMatchObject({
      status: 409,
      text: expect.stringContaining(reason),
    })
    // Two reasons, of which each would do: nobody has verified it, either.
    expect(JSON.parse((await ask(`${page}deliveries/1`)).text)).toMatchObject({
      whyNotReplay: expect.stringContaining(reason),
      isValid: false,
    })
    expect(lines()).toHaveLength(1)
  })

  it('ends a replay that waits for an answer when it is interrupted', async () => {
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

  it('does not mind a browser that goes away in the middle of an order', async () => {
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

  it('takes an order of ten thousand bytes, and none that is longer', async () => {
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
      'another type of content',
      { number: 1, url: 'http://127.0.0.1:1/' },
      { 'content-type': 'text/plain' },
      'Send JSON.',
    ],
    ['a delivery that is not there', { number: 7, url: 'http://127.0.0.1:1/' }, {}, NOT_KEPT],
    ['an address that is none', { number: 1, url: 'file:///etc/passwd' }, {}, NO_ADDRESS],
    ['an address with another in it', { number: 1, url: 'file:///http://127.0.0.1/' }, {}, NO_ADDRESS],
    ['an address that is no text', { number: 1, url: 5 }, {}, NO_ADDRESS],
    ['a list of addresses', { number: 1, url: ['http://127.0.0.1:1/'] }, {}, NO_ADDRESS],
    ['what is no JSON', '{', {}, NOT_KEPT],
    ['what is no object', '[]', {}, NOT_KEPT],
    ['what has no end', 'x'.repeat(20_000), {}, NOT_KEPT],
  ])('rejects an order to send %s', async (_, order, headers, text) => {
    const { page, url } = await listen('--open')
    await post(url, await validDelivery())
    const answer = await replay(page, order, headers)
    expect(answer.text).toBe(`${text}\n`)
    expect(answer.status).toBe({ [NOT_KEPT]: 404, [NO_ADDRESS]: 400 }[text] ?? 415)
    expect(answer.headers).toMatchObject({ ...GUARDED, 'content-type': 'text/plain; charset=utf-8' })
  })
})
