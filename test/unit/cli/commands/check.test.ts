import type { RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { runCli } from '../../../../src/cli/run.js'
import { createReceiver } from '../../../../src/index.js'
import { createNodeHandler } from '../../../../src/node.js'
import { freePort } from '../../../support/server.js'
import { serve as serveHttp } from '../../support/http.js'
import { type TestOptions, withHandler } from '../../support/options.js'
import { simulateTime } from '../../support/simulated-time.js'
import { testSurroundings } from '../../support/surroundings.js'

const SECRET = 'whsec_cli'

async function serve(listener: RequestListener): Promise<string> {
  return (await serveHttp(listener)).url
}

/** The work of a handler, on the real or the simulated clock. */
const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** The cases about repeats of one event, and about events that look like repeats. */
const REPEATS = ['--only', 'a retry', '--only', 'two event types', '--only', 'two status changes']

/** A `fetch` that passes everything to a receiver directly, because a network would take its own time. */
function fetchFrom(options: TestOptions): typeof fetch {
  const receive = createReceiver(withHandler({ secret: SECRET, onOutcome: () => {}, ...options }))
  return async (_, { method = 'GET', headers, body } = {}) => {
    // Only bodies that are not events are not strings.
    const { status } = await receive({ method, headers: new Headers(headers), body: (body ?? '') as string })
    // Only what `check` reads: a real stream takes turns of the event loop, in which time passes.
    return new Response(null, { status })
  }
}

/** Checks a receiver on a simulated clock, so that a busy machine does not change the times. */
function checkSimulated(options: TestOptions, ...argv: string[]) {
  const run = simulateTime()
  vi.stubGlobal('fetch', fetchFrom(options))
  onTestFinished(() => void vi.unstubAllGlobals())
  return run(() => check('http://127.0.0.1/', ...argv))
}

async function check(url: string, ...argv: string[]) {
  const surroundings = testSurroundings()
  const code = await runCli(['check', url, ...argv], surroundings)
  const stdout = surroundings.stdout()
  return {
    code,
    stdout,
    stderr: surroundings.stderr(),
    lines: () =>
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  }
}

describe('check', () => {
  it('shows each response beside the expected one', async () => {
    const url = await serve(createNodeHandler({ secret: SECRET, onEvent() {}, onOutcome: () => {} }))
    const { code, stdout } = await check(url, '--only', 'GET', '--only', 'one digit')
    expect(stdout).toMatchInlineSnapshot(`
      "  case                      expected  response
      ✓ a signature of one digit  401       401
      ✓ a GET                     405       405

      2 of 2 passed
      "
    `)
    expect(code).toBe(0)
  })

  it.each([
    [500, 'body_not_raw', 'body_not_raw: The handler got no raw body: a body parser ran before it'],
    [
      401,
      'signature_mismatch',
      'signature_mismatch: Give the receiver the secret that signed this delivery.',
    ],
    [503, 'handler_timeout', 'handler_timeout: The handler took longer than handlerTimeoutMs.'],
    // Other software has its own codes.
    [500, 'constructor', 'The receiver failed. Look at its log.'],
    [400, '', 'let it verify the raw body, before any parser.'],
    [401, '', 'let it verify the raw body, before any parser. If something in front of it asks for a login'],
    [403, '', 'A firewall, CSRF protection or the receiver itself rejects the delivery.'],
    [404, '', 'Nothing is at this path. Check the URL.'],
    [502, '', "A gateway responds, but the receiver behind it doesn't."],
  ])('says what a response with %i and the error code "%s" means', async (status, error, fix) => {
    const url = await serve((_, response) => void response.writeHead(status).end(JSON.stringify({ error })))
    const { lines } = await check(url, '--json')
    const [first, ...others] = lines().filter(({ type, passed }) => type === 'case' && !passed)
    expect(first.fix).toContain(fix)
    // Whatever is wrong with this response is wrong with all of them.
    expect(new Set(others.map((one) => one.fix))).toEqual(new Set(['Fix "call.started" first.']))
  })

  it('says what else is wrong once a delivery got a 2xx', async () => {
    let count = 0
    const url = await serve((_, response) => void response.writeHead(++count === 2 ? 204 : 404).end())
    const { lines } = await check(
      url,
      '--json',
      '--only',
      'call.started',
      '--only',
      'call.ended',
      '--only',
      'GET',
    )
    const fixes = lines().flatMap(({ fix = [] }) => fix)
    expect(fixes[0]).toBe('Nothing is at this path. Check the URL.')
    expect(fixes.at(-1)).toBe('Respond with 405 and Allow: POST to every other method.')
  })

  it('says that a body parser runs before the receiver', async () => {
    const handler = createNodeHandler({ secret: SECRET, onEvent() {}, onOutcome: () => {} })
    const url = await serve(async (request, response) => {
      // As `express.json()` leaves a request.
      const body: unknown = JSON.parse((await text(request)) || '{}')
      await handler(Object.assign(request, { body }), response)
    })
    const { stdout, code } = await check(url, '--only', 'call.started')
    expect(stdout).toMatchInlineSnapshot(`
      "  case          expected  response
      ✗ call.started  2xx       500

      ✗ call.started
        body_not_raw: The handler got no raw body: a body parser ran before it, or
        this kind of handler doesn't fit the framework. The receiver's log says which.

      0 of 1 passed, 1 failed
      "
    `)
    expect(code).toBe(1)
  })

  it("says what it can't judge if the handler is fast", async () => {
    const { code, stdout } = await checkSimulated({ onEvent() {} }, ...REPEATS)
    expect(stdout).toMatch(/^~ a retry of a processed event/m)
    expect(stdout.split('\n').slice(-7)).toEqual([
      '',
      '~ judged by status only, because the responses are too quick to tell more (with',
      'a queue, they always are); in the test setup, make the handlers of call.ended',
      'and batch.status.changed take 200 ms',
      '',
      '5 of 5 passed',
      '',
    ])
    expect(code).toBe(0)
  })

  it('judges everything if the handler takes its time', async () => {
    const { code, stdout } = await checkSimulated({ onEvent: () => delay(130) }, ...REPEATS)
    expect(stdout.match(/^✓ /gm)).toHaveLength(5)
    expect(code).toBe(0)
  })

  it('finds a handler that processes each delivery again', async () => {
    const verifying = { key: () => crypto.randomUUID(), onEvent: () => delay(130) }
    const { code, lines } = await checkSimulated(verifying, '--json', ...REPEATS)
    const failed = lines().filter(({ type, passed }) => type === 'case' && !passed)
    expect(failed).toMatchObject([
      { name: 'a retry of a processed event', fix: expect.stringContaining('processed twice') },
      {
        name: 'a retry while the event is being processed',
        fix: expect.stringContaining('atomic'),
      },
      {
        name: 'two deliveries of one event at once, then a retry',
        fix: expect.stringContaining('atomic'),
      },
    ])
    expect(lines().at(-1)).toEqual({ type: 'summary', passed: 2, failed: 3, cases: 5 })
    expect(code).toBe(1)
  })

  it('finds a handler that acknowledges an event too early and drops others', async () => {
    const seen = new Set<string>()
    const careless: TestOptions = {
      key: () => crypto.randomUUID(),
      async onEvent({ data }) {
        const { call, batchId } = data as { call?: { callId: string }; batchId?: string }
        const id = String(call?.callId ?? batchId)
        if (seen.has(id)) return
        seen.add(id)
        await delay(130)
      },
    }
    const { lines } = await checkSimulated(careless, '--json', ...REPEATS)
    expect(lines().filter(({ type, passed }) => type === 'case' && !passed)).toMatchObject([
      {
        name: 'a retry while the event is being processed',
        fix: expect.stringContaining('lost'),
      },
      { name: 'two event types of one call', fix: expect.stringContaining('lost') },
      { name: 'two status changes of one campaign', fix: expect.stringContaining('lost') },
    ])
  })

  it('finds a handler that rejects duplicates', async () => {
    const seen = new Set<string>()
    const rejecting: TestOptions = {
      key: () => crypto.randomUUID(),
      async onEvent({ id = '' }) {
        if (seen.has(id)) throw new Error('seen')
        seen.add(id)
        await delay(130)
      },
    }
    const { lines } = await checkSimulated(rejecting, '--json', '--only', 'a retry')
    expect(lines().filter(({ type }) => type === 'case')).toMatchObject([
      { passed: false, actual: '204, 500', fix: expect.stringContaining('to a duplicate') },
      { passed: false, actual: '204, 500' },
      { passed: false, fix: expect.stringContaining('Claim the event in one atomic step') },
    ])
  })

  describe('explains', () => {
    const responding = (status: number, headers: Record<string, string>, body = '') =>
      serve((request, response) => {
        request.resume()
        response.writeHead(status, headers).end(body)
      })
    const fixOf = async (url: string, ...args: string[]) => {
      const { lines } = await check(url, '--json', ...args)
      return lines().flatMap(({ fix }) => fix ?? [])
    }

    it.each([
      [
        'a redirect to a path',
        { location: '/login?next=%2F' },
        /^The endpoint redirects to URLlogin\?next=%2F\. .*login/,
      ],
      [
        'a redirect with a password',
        { location: 'http://user:pass@example.com/' },
        /^The endpoint redirects to http:\/\/user:\*\*\*@example\.com\/\. /,
      ],
      [
        'a redirect to text that is not a URL',
        { location: 'http://[' },
        /^The endpoint redirects to http:\/\/\[\. /,
      ],
      ['a redirect without a target', {}, /^The receiver sent a redirect without a Location header\./],
    ])('%s, in cases with one request and with several', async (_, headers, fix) => {
      const url = await responding(308, headers)
      for (const name of ['call.started', 'one digit', 'a retry of a processed', 'two event types']) {
        const [found = ''] = await fixOf(url, '--only', name)
        expect(found.replace(url, 'URL')).toMatch(fix)
      }
    })

    it('no redirect if only a later response is one', async () => {
      let count = 0
      const url = await serve((request, response) => {
        request.resume()
        count += 1
        response.writeHead(count === 6 ? 302 : 204, { location: '/login' }).end()
      })
      const { lines } = await check(url, '--json', '--only', 'a retry of a processed')
      expect(lines()[0]).toMatchObject({
        actual: '204, 302',
        fix: expect.stringContaining('2xx to a duplicate'),
      })
    })

    it.each([
      [401, 'Please log in first.', /^Something in front of the receiver asks for a login/],
      [401, '{"error":"signature_mismatch"}', /^signature_mismatch: /],
    ])('a %i that asks for a login with the body %o', async (status, body, fix) => {
      const url = await responding(status, { 'www-authenticate': 'Basic realm="staging"' }, body)
      expect(await fixOf(url, '--only', 'call.started')).toEqual([expect.stringMatching(fix)])
    })
  })

  it('fails every repeat case of an endpoint that rejects everything', async () => {
    const { lines } = await check(
      await serve(createNodeHandler({ secret: 'whsec_other', onEvent() {}, onOutcome: () => {} })),
      '--json',
      ...REPEATS,
    )
    expect(
      lines()
        .filter(({ type, passed }) => type === 'case' && passed)
        .map(({ name }) => name),
    ).toEqual([])
  })

  it('first finds out with a GET, which no endpoint processes, whether there is any response', async () => {
    const methods: (string | undefined)[] = []
    const url = await serve((request, response) => {
      methods.push(request.method)
      request.resume()
      response.end()
    })
    await check(url, '--only', 'call.started')
    expect(methods).toEqual(['GET', 'POST'])
  })

  it('says once that nothing listens', async () => {
    const { code, stdout, stderr } = await check(`http://127.0.0.1:${await freePort()}/`)
    expect(stderr).toContain('nothing listens there')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })

  it('stops with its findings so far if it is interrupted', async () => {
    const surroundings = testSurroundings()
    const url = await serve((request, response) => {
      request.resume()
      surroundings.interrupt()
      response.writeHead(204).end()
    })
    expect(await runCli(['check', url, '--json'], surroundings)).toBe(130)
    expect(JSON.parse(surroundings.stdout())).toMatchObject({ type: 'summary', passed: 0, failed: 0 })
  })

  it('sends the user and the password in the URL, and never prints the password', async () => {
    const seen: (string | undefined)[] = []
    const url = new URL(
      await serve((request, response) => {
        seen.push(request.headers.authorization)
        request.resume()
        response.writeHead(204).end()
      }),
    )
    url.username = 'zo%C3%AB'
    url.password = 'geheim%21'
    for (const form of [[], ['--json']]) {
      const { stdout, stderr } = await check(url.href, '--only', 'GET', ...form)
      expect(stdout + stderr).not.toMatch(/geheim/)
    }
    const expected = `Basic ${Buffer.from('zoë:geheim!').toString('base64')}`
    expect(seen.length).toBeGreaterThan(1)
    expect(new Set(seen)).toEqual(new Set([expected]))
    url.port = '1'
    const { stdout, stderr, code } = await check(url.href)
    expect(stdout + stderr).toContain('***')
    expect(stdout + stderr).not.toMatch(/geheim/)
    expect(code).toBe(1)
  })
})
