import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  dedupeKey,
  type Outcome,
  parseEvent,
  type TruedyEvent,
  verifySignature,
} from '../../../../src/index.js'
import { stopClock } from '../../support/clock.js'
import { eventually } from '../../support/eventually.js'
import { deferred, failOnUncaught, serve } from '../../support/http.js'
import { rejections, reserializingHandler } from '../../support/reserializing.js'
import { keeper, receiver, send } from '../../support/send.js'
import { CLI_SECRET, testSurroundings } from '../../support/surroundings.js'

failOnUncaught()

/** A file that exists until the test ends. */
async function fileOf(content: string | Uint8Array): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'truedy-webhooks-send-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = join(directory, 'data')
  await writeFile(file, content)
  return file
}

describe('send', () => {
  it('sends a call.ended by default, and shows its type, key, status and time in one line', async () => {
    const events: TruedyEvent[] = []
    const url = await receiver({ onEvent: (event) => void events.push(event) })
    const { code, stdout, stderr } = await send([url])
    expect(code).toBe(0)
    const [event] = events
    if (!event) throw new Error('Nothing arrived.')
    expect(event.event).toBe('call.ended')
    expect(stdout).toMatch(/^204 +[\d.,]+ ms {2}call\.ended +[\da-f-]{36}$/m)
    expect(stdout).toContain(dedupeKey(event).split(':').at(-1))
    expect(stdout).toMatch(/deliveries +1 sent: 1 got 2xx\nresponses +1 × 204\n$/)
    expect(stderr).toBe('')
  })

  it('spells the headers as Truedy does, and declares the length', async () => {
    const { url, seen } = await keeper()
    await send([url])
    const [request] = seen
    if (!request) throw new Error('Nothing arrived.')
    expect(request.method).toBe('POST')
    expect(request.rawHeaders).toEqual(
      expect.arrayContaining([
        'Content-Type',
        'application/json',
        'X-Truedy-Timestamp',
        'X-Truedy-Signature',
      ]),
    )
    expect(request.headers['content-length']).toBe(String(Buffer.byteLength(request.body)))
    expect(await verifySignature(request.body, { ...request.headers }, CLI_SECRET)).toMatchObject({
      ok: true,
    })
  })

  it.each(['call.completed', 'unknown', 'voice.training.failed'])(
    'sends the event %s if it is named',
    async (name) => {
      const { url, events } = await keeper()
      expect((await send([url, name])).code).toBe(0)
      expect(events()).toMatchObject([{ event: name === 'unknown' ? 'call.transferred' : name }])
    },
  )

  it.each([
    [[], { call: { callId: expect.any(String) } }],
    [['--flat'], { call_id: expect.any(String) }],
    [['--all', '--flat'], { call_id: expect.any(String) }],
  ])('sends the shape of the options %j', async (options, data) => {
    const { url, events } = await keeper()
    await send([url, ...options])
    expect(events()[0]).toMatchObject({ data })
  })

  it('sends one event of each type with --all, in the flat form with --flat', async () => {
    const { url, events } = await keeper()
    expect((await send([url, '--all', '--flat'])).code).toBe(0)
    expect(new Set(events().map(({ event }) => event)).size).toBe(10)
    expect(events()[0]).toMatchObject({ data: { call_id: expect.any(String) } })
    expect(events()[0]).not.toHaveProperty('id')
  })

  it('sends a new event each time with --count', async () => {
    const { url, seen } = await keeper()
    await send([url, '--count', 5])
    expect(new Set(seen.map(({ body }) => dedupeKey(parseEvent(body)))).size).toBe(5)
  })

  it('sends sequentially over one connection', async () => {
    const { url, seen } = await keeper()
    await send([url, '--count', 5])
    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(1)
  })

  it('uses the JSON of --data as the data of EVENT, with its numbers as they are', async () => {
    const { url, seen, events } = await keeper()
    const file = await fileOf('\uFEFF{ "call_id": "c1", "cost_usd": 1.0, "big": 12345678901234567890 }\n')
    expect((await send([url, 'call.ended', '--data', file, '--count', 2])).code).toBe(0)
    expect(seen[0]?.body).toMatch(
      /"data": \{ "call_id": "c1", "cost_usd": 1\.0, "big": 12345678901234567890 \}\}$/,
    )
    expect(events()).toMatchObject([{ event: 'call.ended' }, { event: 'call.ended' }])
    expect(events()[0]?.['id']).not.toBe(events()[1]?.['id'])
  })

  it('wraps --data in an envelope of the flat form with --flat', async () => {
    const { url, events } = await keeper()
    const { code } = await send([url, 'call.ended', '--data', await fileOf('{"call_id":"c1"}'), '--flat'])
    expect(code).toBe(0)
    expect(events()).toEqual([
      { event: 'call.ended', timestamp: expect.stringMatching(/\d{6}$/), data: { call_id: 'c1' } },
    ])
  })

  it('sends the bytes of --data without EVENT, even if they are not an event', async () => {
    const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0xff, 0x0d, 0x0a)
    let received: Buffer | undefined
    const { url } = await serve(async (request, response) => {
      received = Buffer.concat(await request.toArray())
      response.writeHead(204).end()
    })
    const { code, stdout } = await send([url, '--data', await fileOf(bytes)])
    expect(code).toBe(0)
    expect(received).toEqual(Buffer.from(bytes))
    expect(stdout).toMatch(/^204 .*no event +7 bytes\n/)
  })

  it('sends the same bytes each time with --data and --count', async () => {
    const { url, seen } = await keeper()
    const body = '{"event":"call.ended","timestamp":1,"data":{"call_id":"c1"}}'
    const { stdout } = await send([url, '--data', await fileOf(body), '--count', 2])
    expect(seen.map((each) => each.body)).toEqual([body, body])
    expect(stdout).toMatch(/call\.ended +c1$/m)
  })

  it('sends standard input with --data -', async () => {
    const { url, seen } = await keeper()
    const readInput = async () => Buffer.from('{"from":"stdin"}')
    await send([url, '--data', '-'], testSurroundings({ readInput }))
    expect(seen.map(({ body }) => body)).toEqual(['{"from":"stdin"}'])
  })
})

describe('send --rate', () => {
  it('keeps the rate even if the responses are slow, and reports it', async () => {
    stopClock()
    const gate = deferred()
    let arrived = 0
    const { url } = await serve(async (request, response) => {
      request.resume()
      // All deliveries arrive before the first response, each 5 ms after the previous one.
      if (++arrived < 60) vi.advanceTimersByTime(5)
      else gate.resolve()
      await gate.promise
      response.writeHead(204).end()
    })
    const { code, stdout } = await send([url, '--count', 60, '--rate', 200])
    expect(code).toBe(0)
    expect(arrived).toBe(60)
    expect(stdout).toMatch(/rate +200\.0\/s over 295 ms, asked for 200\/s\n/)
  })
})

describe('a response other than 2xx', () => {
  it('makes the exit code 1, and is shown with its error and what to do', async () => {
    const url = await receiver({ secret: 'whsec_other' })
    const { code, stdout } = await send([url, '--count', 2])
    expect(code).toBe(1)
    expect(stdout.match(/^401 /gm)).toHaveLength(2)
    // Both deliveries have the same hint, which is shown once.
    expect(stdout.match(/signature_mismatch: Give the receiver the secret that signed/g)).toHaveLength(1)
    expect(stdout).toContain('deliveries  2 sent: 0 got 2xx, 2 did not')
  })

  it('names the cause if the receiver re-serializes the body, after one probe', async () => {
    let requests = 0
    const handler = reserializingHandler(CLI_SECRET)
    const { url } = await serve((request, response) => {
      requests += 1
      handler(request, response)
    })
    const { code, stdout } = await send([url, '--count', 3])
    expect(code).toBe(1)
    expect(stdout.match(/re-serializes/g)).toHaveLength(1)
    expect(requests).toBe(4)
    const many = await send([url, '--count', 101])
    expect(many.stdout.match(/re-serializes/g)).toHaveLength(1)
    const asJson = (await send([url, '--json'])).objects()
    expect(asJson[0]).toMatchObject({
      ok: false,
      status: 401,
      reason: expect.stringContaining('re-serializes'),
    })
  })

  it.each(Object.entries(rejections))(
    'names re-serialization if the receiver responds with %s, but not if the secret is wrong',
    async (_, reject) => {
      const { url } = await serve(reserializingHandler(CLI_SECRET, reject))
      expect((await send([url])).stdout).toContain('re-serializes')
      const other = await serve(reserializingHandler('whsec_other', reject))
      const { code, stdout } = await send([other.url])
      expect(code).toBe(1)
      expect(stdout).not.toContain('re-serializes')
    },
  )

  it('does not name re-serialization if a receiver of this library has another secret', async () => {
    const url = await receiver({ secret: 'whsec_other' })
    expect((await send([url])).stdout).not.toContain('re-serializes')
  })

  it('may be a redirect, whose target is shown but not followed', async () => {
    const { url, seen } = await keeper(() => ({ status: 308, headers: { location: '/elsewhere' } }))
    const { code, stdout } = await send([url])
    expect(code).toBe(1)
    expect(seen).toHaveLength(1)
    expect(stdout).toContain(`redirect to ${url}elsewhere`)
    expect(stdout).toContain('Use the final URL')
  })

  it.each([
    [404, 'Check the URL'],
    [418, 'must respond with 2xx'],
    [302, 'without a Location header'],
    [500, 'Look at its log'],
    [502, 'A gateway responds'],
  ])('of status %i is explained by its status if the body says nothing', async (status, hint) => {
    const { url } = await keeper(() => ({ status, body: '{"error":{"message":"no"}}' }))
    const { code, stdout } = await send([url])
    expect(code).toBe(1)
    expect(stdout).toContain(hint)
  })

  it('is shown without its foreign body, and with its location escaped', async () => {
    const { url } = await keeper((nth) =>
      nth === 1
        ? { status: 500, body: '{"error":"\\u001b[31mred"}' }
        : { status: 301, headers: { location: 'http://[\u009b31m' } },
    )
    const { stdout } = await send([url, '--count', 2])
    expect(stdout).toContain('\\x9b31m')
    expect(stdout).not.toContain('31mred')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for them
    expect(stdout).not.toMatch(/[\u001b\u009b]/)
  })

  it('is shown with its code even if there is no hint for it', async () => {
    const { url } = await keeper(() => ({ status: 418, body: '{"error":"of_tomorrow"}' }))
    expect((await send([url])).stdout).toContain('of_tomorrow: The receiver must respond with 2xx')
  })

  it('is grouped with others if there are many', async () => {
    const { url } = await keeper((nth) =>
      nth % 4 === 0 ? { status: 500, body: '{"error":"failed"}' } : { status: 204 },
    )
    const { code, stdout } = await send([url, '--count', 120, '--rate', 2000])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^30 × 500 failed: The receiver failed/)
    expect(stdout.split('\n').length).toBeLessThan(10)
    expect(stdout).toContain('120 sent: 90 got 2xx, 30 did not')
    expect(stdout).toContain('responses   90 × 204, 30 × 500')
    expect(stdout).toMatch(/latency +p50 [\d.,]+ {2}p95 [\d.,]+ {2}p99 [\d.,]+ {2}max [\d.,]+ ms/)
  })

  it('is shown on its own up to 100 deliveries, and its hint only once', async () => {
    const { url } = await keeper(() => ({ status: 404 }))
    const { stdout } = await send([url, '--count', 100])
    const lines = stdout.split('\n')
    expect(lines.filter((line) => line.startsWith('404 '))).toHaveLength(100)
    expect(lines.slice(0, 3)).toEqual([
      expect.stringMatching(/^404 /),
      '     Nothing is at this path. Check the URL.',
      expect.stringMatching(/^404 /),
    ])
    expect(lines.indexOf('')).toBe(101)
  })

  it('is grouped by status if nothing else is known', async () => {
    const { url } = await keeper(() => ({ status: 404 }))
    const { stdout } = await send([url, '--count', 101])
    expect(stdout).toMatch(/^101 × 404: Nothing is at this path/)
  })

  it('is shown in at most twenty groups', async () => {
    const { url } = await keeper((nth) => ({ status: 301, headers: { location: `/${nth % 25}` } }))
    const { stdout } = await send([url, '--count', 125])
    expect(stdout.match(/^5 × 301/gm)).toHaveLength(20)
    expect(stdout).toContain('and 5 other kinds')
  })
})

describe('no response', () => {
  it('is explained if nothing listens', async () => {
    const { code, stdout } = await send(['http://127.0.0.1:1/'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^--- .*\n +no response: nothing listens there\./)
    expect(stdout).toContain('responses   1 × no response')
  })

  it('is explained if the receiver closes the connection', async () => {
    const { url } = await serve((request) => void request.socket.destroy())
    const { code, stdout } = await send([url])
    expect(code).toBe(1)
    expect(stdout).toContain('closed the connection without a')
  })

  it('is counted if there are many', async () => {
    const { stdout } = await send(['http://127.0.0.1:1/', '--count', 101])
    expect(stdout).toMatch(/^101 × no response: nothing listens there/)
  })
})

describe('send --retry', () => {
  it('sends again with a fresh signature until it gets a 2xx', async () => {
    stopClock()
    const surroundings = testSurroundings()
    const { url, seen } = await keeper((nth) => ({ status: nth < 2 ? 503 : 204 }))
    const running = send([url, '--retry'], surroundings)
    await eventually(() => expect(surroundings.stdout()).toContain('retry in 30 s'))
    vi.advanceTimersByTime(30_000)
    const { code, stdout } = await running
    expect(code).toBe(0)
    expect(seen).toHaveLength(2)
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1)
    expect(new Set(seen.map(({ headers }) => headers['x-truedy-signature'])).size).toBe(2)
    const [first, second] = seen.map(({ headers }) => Number(headers['x-truedy-timestamp']))
    expect(second).toBe((first ?? 0) + 30)
    expect(stdout).toMatch(/^503 .*\n +retry in 30 s: The receiver is down or busy/)
    expect(stdout).toContain('attempt 2 of 11')
    expect(stdout).toContain('retries     1')
  })

  it('gives up after ten retries', async () => {
    const { code, stdout } = await send(['http://127.0.0.1:1/', '--retry', '--speed', 1e6])
    expect(code).toBe(1)
    expect(stdout).toContain('responses   11 × no response')
    expect(stdout).toContain('retries     10')
  })

  it('does not delay the deliveries that follow', async () => {
    stopClock()
    const surroundings = testSurroundings()
    const { url, events } = await keeper((nth) => ({ status: nth === 1 ? 500 : 204 }))
    const running = send([url, '--all', '--retry'], surroundings)
    await eventually(() => expect(surroundings.stdout().match(/^\d{3} /gm)).toHaveLength(10))
    vi.advanceTimersByTime(30_000)
    expect((await running).code).toBe(0)
    expect(events().map(({ event }) => event)).toMatchObject({
      0: 'call.started',
      1: 'call.joined',
      10: 'call.started',
    })
  })
})

describe('send --json', () => {
  it('prints one object per attempt and a summary, and nothing else', async () => {
    const outcomes: Outcome[] = []
    let failures = 1
    const url = await receiver({
      onOutcome: (outcome) => void outcomes.push(outcome),
      onEvent() {
        if (failures-- > 0) throw new Error('once')
      },
    })
    const { code, objects, stderr } = await send([url, '--json', '--retry', '--speed', 3000])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    const [first, second, summary, ...more] = objects()
    expect(more).toEqual([])
    expect(first).toEqual({
      type: 'delivery',
      event: 'call.ended',
      key: expect.stringMatching(/^call\.ended:call:/),
      attempt: 1,
      ok: false,
      status: 500,
      error: 'failed',
      reason: null,
      ms: expect.any(Number),
      retryInMs: 10,
    })
    expect(second).toMatchObject({
      attempt: 2,
      ok: true,
      status: 204,
      error: null,
      retryInMs: null,
      key: first?.['key'],
    })
    expect(summary).toMatchObject({
      type: 'summary',
      planned: 1,
      deliveries: 1,
      attempts: 2,
      retries: 1,
      succeeded: 1,
      failed: 0,
      unfinished: 0,
      statuses: { 204: 1, 500: 1 },
      withoutResponse: 0,
      rateAsked: null,
      interrupted: false,
      latencyMs: { p50: expect.any(Number), max: expect.any(Number) },
    })
    expect(outcomes).toHaveLength(2)
  })

  it('contains the reason for no response and the target of a redirect, and null for a body that is not an event', async () => {
    const nobody = await send(['http://127.0.0.1:1/', '--json'])
    expect(nobody.code).toBe(1)
    expect(nobody.objects()[0]).toMatchObject({
      status: null,
      reason: expect.stringContaining('nothing listens'),
    })
    expect(nobody.summary()).toMatchObject({
      failed: 1,
      withoutResponse: 1,
      latencyMs: null,
      ratePerSecond: null,
    })

    const { url } = await keeper(() => ({ status: 302, headers: { location: 'https://example.com/' } }))
    const redirect = await send([url, '--json', '--data', await fileOf('no event')])
    expect(redirect.objects()[0]).toMatchObject({ event: null, key: null, location: 'https://example.com/' })
  })

  it.each([
    [201, { location: '/made' }, { location: undefined }],
    [300, { location: '/choices' }, { location: expect.stringMatching(/\/choices$/) }],
    [400, { location: '/elsewhere' }, { location: undefined }],
    [500, {}, { location: undefined }],
  ])('contains a location only for redirects: %d', async (status, headers, expected) => {
    const { url } = await keeper(() => ({ status, headers }))
    const { objects } = await send([url, '--json'])
    const [{ location } = {}] = objects()
    expect({ location }).toEqual(expected)
  })

  it.each(['{"error":true}', '{"error":"failed later"}', '{"error":{}}', '[]', 'failed'])(
    'does not treat %s as an error code',
    async (body) => {
      const { url } = await keeper(() => ({ status: 500, body }))
      expect((await send([url, '--json'])).objects()[0]).toMatchObject({ status: 500, error: null })
    },
  )

  it('contains milliseconds with three decimals, and seconds', async () => {
    const { url } = await keeper()
    const began = performance.now()
    const { objects, summary } = await send([url, '--json', '--count', 3])
    const tookMs = performance.now() - began
    const ms = Number(objects()[0]?.['ms'])
    expect(ms).toBeGreaterThan(0)
    expect(ms).toBeLessThan(tookMs)
    expect(ms * 1000).toBeCloseTo(Math.round(ms * 1000), 5)
    expect(summary()['seconds']).toBeGreaterThan(0)
    // The seconds are rounded to a millisecond, possibly up.
    expect(summary()['seconds']).toBeLessThanOrEqual(Math.ceil(tookMs) / 1000)
  })

  it('escapes what a terminal would interpret', async () => {
    const { url, events } = await keeper()
    const body = '{"event":"a\u009bb\u202e\u{e0001}","timestamp":1,"data":{}}'
    const { stdout, objects } = await send([url, '--json', '--data', await fileOf(body)])
    expect(stdout).toContain('"a\\u009bb\\u202e\\udb40\\udc01"')
    expect(objects()[0]?.['event']).toBe(events()[0]?.['event'])
  })
})

describe('Ctrl-C', () => {
  it('ends the waits, prints the summary, and makes the exit code 130', async () => {
    const surroundings = testSurroundings()
    const { url, seen } = await keeper(() => ({ status: 500 }))
    const running = send([url, '--retry', '--count', 2], surroundings)
    await eventually(() => expect(surroundings.stdout()).toMatch(/(retry in 30 s[\s\S]*){2}/))
    surroundings.interrupt()
    const { code, stdout } = await running
    expect(code).toBe(130)
    expect(seen).toHaveLength(2)
    expect(stdout).toMatch(/\nstopped with Ctrl-C\ndeliveries +2 sent: 0 got 2xx, 2 unfinished\n/)
  })

  it('stops sending, and gives up a pending response after 300 ms', async () => {
    stopClock()
    const surroundings = testSurroundings()
    let arrived = 0
    const { url } = await serve((request) => {
      request.resume()
      if (++arrived < 10) vi.advanceTimersByTime(2)
      else surroundings.interrupt()
    })
    const onEnd = vi.fn()
    const running = send([url, '--count', 1000, '--rate', 500], surroundings).then(onEnd)
    await eventually(() => expect(arrived).toBe(10))
    await vi.advanceTimersByTimeAsync(299)
    expect(onEnd).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await running
    expect(onEnd).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 130 }))
    expect(arrived).toBe(10)
    expect(surroundings.stdout()).toMatch(
      /deliveries +10 sent: 0 got 2xx, 10 unfinished, 990 never sent\nresponses +none\n$/,
    )
  })

  it('keeps the responses that arrived before', async () => {
    stopClock()
    const surroundings = testSurroundings()
    const { url } = await keeper(() => {
      surroundings.interrupt()
      return { status: 204 }
    })
    const { code, summary } = await send([url, '--scenario', 'call', '--json'], surroundings)
    expect(code).toBe(130)
    expect(summary()).toMatchObject({ planned: 5, deliveries: 1, succeeded: 1, interrupted: true })
  })

  it('sends nothing if it comes before the first delivery', async () => {
    const surroundings = testSurroundings()
    surroundings.interrupt()
    const { url, seen } = await keeper()
    expect((await send([url], surroundings)).code).toBe(130)
    expect(seen).toEqual([])
  })
})

describe('the progress line of send', () => {
  const terminal = () => testSurroundings({ isTerminal: true })

  /** A server that moves the clock by `everyMs` at each delivery, so that the next one is due. */
  const pacemaker = (everyMs: number, status = (_nth: number) => 204) =>
    keeper((nth) => {
      vi.advanceTimersByTime(everyMs)
      return { status: status(nth) }
    })

  it('is updated on the standard error of a terminal, and removed at the end', async () => {
    stopClock()
    const { url } = await pacemaker(2)
    const { stdout, stderr } = await send([url, '--count', 150, '--rate', 500], terminal())
    expect(stderr).toContain('\r50 of 150  500.0/s  200 ms left')
    expect(stderr).toMatch(/\r +\r$/)
    expect(stdout).not.toContain('\r')
  })

  it('counts the deliveries that wait for a retry after all were sent', async () => {
    stopClock()
    const waits: (number | undefined)[] = []
    const { setTimeout: startTimer } = globalThis
    vi.stubGlobal('setTimeout', (end: () => void, ms?: number) => {
      waits.push(ms)
      return startTimer(end, ms)
    })
    onTestFinished(() => void vi.unstubAllGlobals())
    const { url } = await pacemaker(1, (nth) => (nth <= 101 ? 500 : 204))
    const running = send([url, '--count', 101, '--rate', 1000, '--retry'], terminal())
    await eventually(() => expect(waits.filter((ms) => ms === 30_000)).toHaveLength(101))
    vi.advanceTimersByTime(30_000)
    const { code, stderr } = await running
    expect(code).toBe(0)
    expect(stderr).toMatch(/\r101 of 101 .* 101 without a 2xx yet/)
  })

  it('is not shown without a terminal, with --json, or for few deliveries', async () => {
    stopClock()
    const { url } = await pacemaker(10)
    expect((await send([url, '--count', 101, '--rate', 100])).stderr).toBe('')
    expect((await send([url, '--count', 101, '--rate', 100, '--json'], terminal())).stderr).toBe('')
    expect((await send([url, '--count', 20, '--rate', 100], terminal())).stderr).toBe('')
  })
})

describe('the secret of send', () => {
  it('is never printed', async () => {
    const url = await receiver({ secret: 'whsec_other' })
    const { stdout, stderr } = await send([url, '--secret', 'whsec_given', '--json'])
    expect(stdout + stderr).not.toContain('whsec')
  })
})
