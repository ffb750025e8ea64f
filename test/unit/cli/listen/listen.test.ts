import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runCli } from '../../../../src/cli/run.js'
import { sampleEvent, signDelivery } from '../../../../src/testing/index.js'
import { createProbe } from '../../../../src/testing/reserialization.js'
import { listenOn } from '../../../support/server.js'
import { stopClock } from '../../support/clock.js'
import { eventually } from '../../support/eventually.js'
import { failOnUncaught } from '../../support/http.js'
import { begin, listen, listenIn, post, validDelivery } from '../../support/listen.js'
import { send } from '../../support/send.js'
import { CLI_SECRET, testSurroundings } from '../../support/surroundings.js'

failOnUncaught()

describe('listen', () => {
  it('says where it listens, and how to try it', async () => {
    const { surroundings, url } = await listen('--path', '/hooks')
    expect(url).toMatch(/:\d+\/hooks$/)
    expect(surroundings.stdout()).toBe(
      [
        `Listening on ${url}`,
        `Try it:  npx truedy-webhooks send ${url}`,
        `To receive from Truedy, point a tunnel at port ${new URL(url).port}.`,
        'Press Ctrl-C to stop.',
        '',
        '',
      ].join('\n'),
    )
  })

  it('listens on this machine only', async () => {
    const { url, page } = await listen('--open')
    for (const { port } of [new URL(url), new URL(page)]) {
      // A server on all addresses would respond at this loopback address, too.
      await expect(fetch(`http://127.0.0.2:${port}/`)).rejects.toThrow('fetch failed')
    }
  })

  it('stops at once if it was interrupted before', async () => {
    const surroundings = testSurroundings()
    surroundings.interrupt()
    expect(await runCli(['listen', '--port', '0'], surroundings)).toBe(130)
    expect(surroundings.stdout()).toMatch(/\n0 deliveries\n$/)
  })

  it('shows an event and its duplicate', async () => {
    const surroundings = testSurroundings({ columns: 200 })
    const { url } = await listenIn(surroundings)
    const delivery = await validDelivery()
    expect([await post(url, delivery), await post(url, delivery)]).toEqual([204, 204])
    const [first, second] = surroundings.stdout().split('\n').slice(-3)
    expect(first).toMatch(/^\d\d:\d\d:\d\d {2}204 {2}processed {2}call\.ended .* ms .* B {2}[\da-f-]{36}$/)
    expect(second).toMatch(/204 {2}duplicate {2}call\.ended/)
  })

  it('distinguishes the probe of send from a rejected delivery', async () => {
    const { surroundings, url, shown } = await listen()
    const { code } = await send([url], testSurroundings({ env: { TRUEDY_WEBHOOK_SECRET: 'whsec_other' } }))
    expect(code).toBe(1)
    await shown(2)
    const [delivery, probe] = surroundings
      .stdout()
      .split(/^(?=\d\d:)/m)
      .slice(1)
    expect(delivery).toMatch(/secret/i)
    expect(delivery).not.toContain('probe')
    expect(probe).toContain('This is a probe')
  })

  it.each([undefined, 2])(
    'recognizes a probe that a proxy re-serialized, with the indent %s',
    async (indent) => {
      const { surroundings, url, shown } = await listen()
      const { body, headers } = await createProbe(CLI_SECRET)
      await post(url, { body: JSON.stringify(JSON.parse(body), undefined, indent), headers })
      await shown(1)
      expect(surroundings.stdout()).toContain('This is a probe')
    },
  )

  it.each([[[]], [['--json']]])(
    'redacts a secret in an event type or a path, with the options %j',
    async (argv: string[]) => {
      const { surroundings, url, shown } = await listen(...argv)
      const event = {
        ...sampleEvent('call.ended'),
        event: 'crm.whsec_private',
        data: { note: 'whsec_private' },
      }
      await post(url, await signDelivery(event, CLI_SECRET))
      await shown(1)
      await fetch(`${new URL(url).origin}/whsec_private`)
      await eventually(() => expect(surroundings.stdout()).toMatch(/404|not_found/))
      expect(surroundings.stdout()).toContain('[redacted]')
      expect(surroundings.stdout()).not.toContain('whsec_private')
    },
  )

  it('shows why a signature does not match', async () => {
    const { surroundings, url, shown } = await listen('--other-secret', 'whsec_staging')
    const { body, headers } = await validDelivery()
    expect(await post(url, { body: `${body}\n`, headers })).toBe(401)
    expect(await post(url, await signDelivery(sampleEvent('call.ended'), 'whsec_staging'))).toBe(401)
    await shown(2)
    const text = surroundings.stdout()
    expect(text).toMatch(/401 {2}rejected {3}signature_mismatch\n/)
    expect(text).toMatch(/ cause {2}body_newline_added\n/)
    expect(text).toContain(' why    The body ends in a newline')
    expect(text).toContain(' fix    Verify the bytes')
    expect(text).toMatch(/ cause {2}other_secret\n/)
  })

  it('shows what is wrong with other rejected deliveries', async () => {
    const { url, lines, shown } = await listen('--json')
    await post(url, await validDelivery({ timestamp: 1_000_000_000 }))
    await shown(1)
    await post(url, await signDelivery('[]', CLI_SECRET))
    await post(url, { body: 'x'.repeat(1_048_577), headers: {} })
    // This delivery is reported after its response, once the rest of the body was read.
    await shown(3)
    await fetch(url)
    expect(lines()).toMatchObject([
      { number: 1, status: 401, code: 'timestamp_too_old', causes: ['valid_but_old'] },
      { number: 2, status: 400, code: 'invalid_event', message: expect.stringContaining('event') },
      { number: 3, status: 413, code: 'body_too_large' },
      { number: 4, status: 405, code: 'method_not_allowed', bytes: 0 },
    ])
  })

  it('shows an unknown type as it was sent', async () => {
    const { url, lines } = await listen('--json')
    await post(url, await signDelivery(sampleEvent('unknown'), CLI_SECRET))
    expect(lines()).toMatchObject([{ event: 'call.transferred', outcome: 'processed' }])
  })

  it('says at another path where the endpoint is', async () => {
    const text = await listen()
    expect(await post(new URL('/else?where', text.url).href, await validDelivery())).toBe(404)
    expect(text.surroundings.stdout()).toContain(
      '404  POST /else\n          Nothing is at this path. The endpoint is at /webhooks/truedy\n',
    )
    const json = await listen('--json')
    await fetch(new URL('/', json.url))
    expect(json.lines('not_found')).toEqual([
      { type: 'not_found', method: 'GET', path: '/', expected: '/webhooks/truedy' },
    ])
  })

  it('ignores the query of a URL', async () => {
    const { url } = await listen()
    expect(await post(`${url}?tenant=1`, await validDelivery())).toBe(204)
  })

  it('prints a summary if it is interrupted, even while a client is still sending', async () => {
    const { surroundings, url, code, shown } = await listen()
    await post(url, await validDelivery())
    await post(url, { body: '{}', headers: {} })
    await shown(2)
    const broken = await begin(url, 'half', { 'content-length': '10' })
    surroundings.interrupt()
    expect(await code).toBe(130)
    if (!broken.closed) await new Promise((resolve) => broken.once('close', resolve))
    // The upload that this cuts off must appear neither before nor after the summary.
    await setImmediate()
    expect(surroundings.stdout()).toMatch(
      /\n2 deliveries: 1 processed, 1 rejected \(1 missing_timestamp\)\n$/,
    )
  })

  it('prints a JSON summary with --json', async () => {
    const { surroundings, url, code, lines } = await listen('--json')
    await post(url, await validDelivery())
    await fetch(url)
    surroundings.interrupt()
    await code
    expect(lines('summary')).toEqual([
      {
        type: 'summary',
        deliveries: 2,
        hidden: 0,
        processed: 1,
        duplicate: 0,
        busy: 0,
        rejected: 1,
        failed: 0,
        rejections: { method_not_allowed: 1 },
      },
    ])
  })

  it('writes "1 delivery" in the summary for a single one', async () => {
    const { surroundings, url, code } = await listen()
    await post(url, await validDelivery())
    surroundings.interrupt()
    await code
    expect(surroundings.stdout()).toMatch(/\n1 delivery: 1 processed\n$/)
  })

  it('prints "0 deliveries" if there were none', async () => {
    const { surroundings, code } = await listen()
    surroundings.interrupt()
    await code
    expect(surroundings.stdout()).toMatch(/\n0 deliveries\n$/)
  })

  it('numbers deliveries in the order in which they end', async () => {
    const { url, lines } = await listen('--json')
    const { body, headers } = await validDelivery()
    const slow = await begin(url, body.slice(0, 1), {
      ...headers,
      'content-length': String(Buffer.byteLength(body)),
    })
    await post(url, await signDelivery(sampleEvent('call.started'), CLI_SECRET))
    slow.end(body.slice(1))
    await once(slow, 'response')
    expect(lines()).toMatchObject([
      { number: 1, event: 'call.started' },
      { number: 2, event: 'call.ended' },
    ])
  })

  it('counts all bytes of a body that is too large', async () => {
    // With the clock stopped, the server cuts nobody off, however long the client takes.
    stopClock()
    const { url, lines } = await listen('--json')
    // Without a declared length, the size is known only after reading.
    const { headers } = await validDelivery()
    const outgoing = httpRequest(url, { method: 'POST', headers })
    for (let count = 0; count < 20; count++) outgoing.write(Buffer.alloc(65_536))
    outgoing.end()
    await once(outgoing, 'response')
    await eventually(() => expect(lines()).toMatchObject([{ code: 'body_too_large', bytes: 20 * 65_536 }]))
  })

  it('reports with --json an upload that was cut off', async () => {
    const { url, lines } = await listen('--json')
    const { headers } = await validDelivery()
    const open = await begin(url, 'half', { ...headers, 'content-length': '10' })
    open.destroy()
    await eventually(() => expect(lines()).toMatchObject([{ outcome: 'failed', bytes: 4 }]))
    // There was nobody left to respond to.
    expect(lines()[0]).not.toHaveProperty('status')
  })

  it('shows a line for an upload that was cut off', async () => {
    const { surroundings, url } = await listen()
    const { headers } = await validDelivery()
    const open = await begin(url, 'half', { ...headers, 'content-length': '10' })
    open.destroy()
    await eventually(() => expect(surroundings.stdout()).toMatch(/ {2}--- {2}failed {5}connection closed\n/))
  })

  it('escapes control characters on a terminal', async () => {
    const { surroundings, url } = await listen()
    const event = { ...sampleEvent('call.ended'), event: 'call.\u001b[31mred', id: 'a\u202eb' }
    await post(url, await signDelivery(event, CLI_SECRET))
    expect(surroundings.stdout()).toContain('call.\\x1b[31mred')
    expect(surroundings.stdout()).not.toContain('\u001b')
    expect(surroundings.stdout()).not.toContain('\u202e')
  })

  it('escapes control characters in JSON without changing the values', async () => {
    const { surroundings, url, lines } = await listen('--json')
    const event = { ...sampleEvent('call.ended'), event: 'call.\u009b31m\u202e' }
    await post(url, await signDelivery(event, CLI_SECRET))
    expect(lines()).toMatchObject([{ event: 'call.\u009b31m\u202e' }])
    expect(surroundings.stdout()).toContain('"call.\\u009b31m\\u202e"')
  })

  it('truncates a long path', async () => {
    const { surroundings, url } = await listen()
    await fetch(new URL(`/${'x'.repeat(5000)}`, url))
    expect(surroundings.stdout()).toMatch(/^404 {2}GET \/x{69}…$/m)
    await fetch(new URL(`/${'y'.repeat(70)}`, url))
    expect(surroundings.stdout()).toMatch(/^404 {2}GET \/y{70}$/m)
  })

  it('never prints the secret', async () => {
    const { surroundings, url, shown } = await listen('--open')
    await post(url, { body: '{}', headers: {} })
    await shown(1)
    expect(surroundings.stdout() + surroundings.stderr()).not.toContain(CLI_SECRET)
  })

  it('says that a port is in use', async () => {
    const other = createServer()
    const port = await listenOn(other)
    const surroundings = testSurroundings()
    expect(await runCli(['listen', '--port', String(port)], surroundings)).toBe(1)
    expect(surroundings.stderr()).toContain(
      `Port ${port} is in use by another program. Choose another one with --port`,
    )
    other.close()
  })

  it.each([
    [['--port', '65536'], '--port must be a whole number from 0 to 65535'],
    [['--path', 'hooks'], '--path must be a normalized URL path'],
    [['--path', '/a b'], '--path must be a normalized URL path'],
    [['--path', '/a?b'], '--path must be a normalized URL path'],
    [['now'], 'listen takes only options. Remove "now"'],
    [['--other-secret', ''], '--other-secret is empty. Set the variable that it comes from.'],
  ])('rejects %j', async (argv, message) => {
    const surroundings = testSurroundings()
    expect(await runCli(['listen', ...argv], surroundings)).toBe(2)
    expect(surroundings.stderr()).toContain(message)
  })

  it('does not start with an invalid secret', async () => {
    const surroundings = testSurroundings({ env: { TRUEDY_WEBHOOK_SECRET: ' whsec_space' } })
    expect(await runCli(['listen', '--port', '0'], surroundings)).toBe(1)
    expect(surroundings.stderr()).toContain('The secret has white space around it')
  })
})
