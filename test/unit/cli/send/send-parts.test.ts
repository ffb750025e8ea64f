import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { longestSchedule, shortWaits } from '../../../../src/cli/send/back-off.js'
import { openProgress } from '../../../../src/cli/send/progress.js'
import { atRate, oneAfterTheOther, withGaps } from '../../../../src/cli/send/schedules.js'
import { createStatistics, failureKind, percentiles } from '../../../../src/cli/send/statistics.js'
import { summaryText } from '../../../../src/cli/send/summary-text.js'
import { createWaiting } from '../../../../src/cli/send/waiting.js'
import { duration } from '../../../../src/cli/terminal/figures.js'
import { paintFor } from '../../../../src/cli/terminal/paint.js'
import { openTransport } from '../../../../src/cli/transport.js'
import { createRandom, MAX_SEED } from '../../../../src/testing/scenarios/random.js'
import { nextMessage } from '../../support/channel.js'
import { stopClock } from '../../support/clock.js'
import { deferred, serve } from '../../support/http.js'
import { testSurroundings } from '../../support/surroundings.js'

describe('the back-off', () => {
  const waits = (backOff: (attempt: number) => number | undefined) =>
    Array.from({ length: 11 }, (_, index) => backOff(index + 1))

  it('is the longest known schedule: ten retries after 30 s, each wait twice the one before', () => {
    const seconds = [30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15_360]
    expect(waits(longestSchedule(1))).toEqual([...seconds.map((each) => each * 1000), undefined])
  })

  it('is divided by the speed', () => {
    expect(longestSchedule(60)(1)).toBe(500)
    expect(longestSchedule(60)(2)).toBe(1000)
  })

  it('of chaos is short, but long enough for a handler at any speed', () => {
    expect(waits(shortWaits(1))).toEqual([
      250,
      500,
      1000,
      2000,
      2000,
      2000,
      2000,
      2000,
      2000,
      2000,
      undefined,
    ])
    const sum = waits(shortWaits(20)).reduce((all: number, each) => all + (each ?? 0), 0)
    expect(sum).toBeGreaterThan(7000)
    expect(shortWaits(20)(1)).toBe(12.5)
  })
})

describe('a wait', () => {
  it('takes its time, and ends at once if it is interrupted', async () => {
    stopClock()
    const controller = new AbortController()
    const waiting = createWaiting(controller.signal)
    const onEnd = vi.fn()
    void waiting.wait(20).then(onEnd)
    await vi.advanceTimersByTimeAsync(19)
    expect(onEnd).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(onEnd).toHaveBeenCalledExactlyOnceWith(true)
    const long = Array.from({ length: 20 }, () => waiting.wait(60_000))
    expect(waiting.isInterrupted).toBe(false)
    controller.abort()
    expect(await Promise.all(long)).toEqual(Array(20).fill(false))
    expect(waiting.isInterrupted).toBe(true)
    expect(await waiting.wait(60_000)).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a schedule', () => {
  /** A clock that moves only for waits and for `pass`, and the waits that a schedule requests. */
  function startClock() {
    let now = 1000
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    onTestFinished(() => void vi.restoreAllMocks())
    const pass = (ms: number) => {
      now += ms
    }
    const waits: number[] = []
    const wait = async (ms: number) => {
      waits.push(ms)
      pass(ms)
      await setImmediate()
      return true
    }
    return { elapsed: () => now - 1000, pass, waits, waiting: { isInterrupted: false, wait } }
  }

  it('of sequential deliveries waits for each response', async () => {
    let underWay = 0
    let most = 0
    const start = async () => {
      most = Math.max(most, ++underWay)
      await setImmediate()
      underWay--
    }
    await oneAfterTheOther(5, start, startClock().waiting)
    expect(most).toBe(1)
  })

  it('at a rate starts each delivery when it is due, and catches up after a delay', async () => {
    const clock = startClock()
    const starts: number[] = []
    await atRate(1000)(
      200,
      async (index) => {
        starts.push(clock.elapsed())
        // The whole program is blocked for 100 ms.
        if (index === 50) clock.pass(100)
      },
      clock.waiting,
    )
    expect(starts).toEqual(Array.from({ length: 200 }, (_, due) => (due > 50 && due < 150 ? 150 : due)))
  })

  it('at a rate that is too high still processes responses', async () => {
    const clock = startClock()
    const answered: number[] = []
    let afterFirst = 0
    await atRate(1000)(
      200,
      async (index) => {
        // This makes all other deliveries late.
        if (index === 0) clock.pass(1000)
        if (index === 100) afterFirst = answered.length
        await setImmediate()
        answered.push(index)
      },
      clock.waiting,
    )
    // The schedule yields after every 32 deliveries.
    expect(afterFirst).toBe(96)
    expect(clock.waits).toEqual([])
  })

  it('at a rate ends if it is interrupted', async () => {
    stopClock()
    const controller = new AbortController()
    let started = 0
    const running = atRate(10)(100, async () => void started++, createWaiting(controller.signal))
    controller.abort()
    await running
    expect(started).toBe(1)
  })

  describe('with gaps', () => {
    /** The starts and waits in order. No response arrives until the gate opens. */
    function tell(gapsMs: readonly number[], isOrdered: boolean) {
      const steps: string[] = []
      const gate = deferred()
      const wait = async (ms: number) => {
        steps.push(`wait ${ms}`)
        return true
      }
      const start = (index: number) => {
        steps.push(`start ${index}`)
        return gate.promise
      }
      const told = withGaps(gapsMs, isOrdered)(gapsMs.length, start, { isInterrupted: false, wait })
      return { steps, gate, told }
    }

    it('waits for each gap, but not for responses', async () => {
      const { steps, told } = tell([0, 30, 0], false)
      await told
      expect(steps).toEqual(['start 0', 'wait 30', 'start 1', 'start 2'])
    })

    it('starts deliveries without a gap at once', () => {
      expect(tell([0, 0, 0], false).steps).toEqual(['start 0', 'start 1', 'start 2'])
    })

    it('waits for each response and then for the gap if the order matters', async () => {
      const { steps, gate, told } = tell([0, 1], true)
      await setImmediate()
      expect(steps).toEqual(['start 0'])
      gate.resolve()
      await told
      expect(steps).toEqual(['start 0', 'wait 1', 'start 1'])
    })
  })
})

describe('the statistics', () => {
  it('compute percentiles by the nearest rank', () => {
    const latencies = Array.from({ length: 200 }, (_, index) => 200 - index)
    expect(percentiles(latencies)).toEqual({ p50: 100, p95: 190, p99: 198, max: 200 })
    expect(percentiles([7])).toEqual({ p50: 7, p95: 7, p99: 7, max: 7 })
    expect(percentiles([])).toBeUndefined()
  })

  it('exclude retries from the rate, and count each delivery by its end', () => {
    const statistics = createStatistics()
    const attempt = (number: number, status: number, sentAt: number, retryInMs?: number) =>
      statistics.add({ body: '', number, result: { kind: 'response', status, sentAt, ms: 5 }, retryInMs })
    for (let index = 0; index < 4; index++) statistics.begin()
    attempt(1, 204, 1000)
    attempt(1, 404, 1500, 10)
    attempt(1, 500, 2000, 10)
    attempt(2, 200, 9000)
    attempt(2, 500, 9500)
    expect(statistics).toMatchObject({ started: 4, finished: 3 })
    expect(statistics.summary()).toMatchObject({
      deliveries: 4,
      attempts: 5,
      retries: 2,
      succeeded: 2,
      failed: 1,
      unfinished: 1,
      statuses: { 200: 1, 204: 1, 404: 1, 500: 2 },
      ratePerSecond: 2,
      sendingSeconds: 1,
    })
    expect(
      statistics.summary().failures.map(({ result, count }) => ({ kind: failureKind(result), count })),
    ).toEqual([
      { kind: '500  ', count: 2 },
      { kind: '404  ', count: 1 },
    ])
  })

  it('have no rate for a single delivery or for simultaneous ones', () => {
    const statistics = createStatistics()
    const none = { ratePerSecond: undefined, sendingSeconds: undefined }
    expect(statistics.summary()).toMatchObject(none)
    for (let index = 0; index < 2; index++) {
      const result = { kind: 'response', status: 204, sentAt: 1000, ms: 5 } as const
      statistics.add({ body: '', number: 1, result, retryInMs: undefined })
      expect(statistics.summary()).toMatchObject(none)
    }
  })

  it('group results by status, error and location, or by the reason for no response', () => {
    const times = { sentAt: 0, ms: 1 }
    expect(failureKind({ kind: 'response', status: 500, error: 'failed', ...times })).toBe('500 failed ')
    expect(failureKind({ kind: 'response', status: 302, location: '/a', ...times })).toBe('302  /a')
    expect(failureKind({ kind: 'no response', reason: 'nothing listens there.', ...times })).toBe(
      'nothing listens there.',
    )
  })
})

describe('the summary', () => {
  it.each([
    ['1,000/s over 2 s, asked for 1,000/s', 1000, 2],
    ['980.0/s over 2 s, asked for 1,000/s', 980, 2],
    ["979.0/s over 2 s, asked for 1,000/s, this machine couldn't keep up", 979, 2],
    ["979.0/s over 1 s, asked for 1,000/s, this machine couldn't keep up", 979, 1],
    ['100.0/s over 990 ms, asked for 1,000/s', 100, 0.99],
  ])('shows the rate: %s', (text, ratePerSecond, sendingSeconds) => {
    const summary = { ...createStatistics().summary(), ratePerSecond, sendingSeconds }
    const context = {
      planned: 0,
      rateAsked: 1000,
      distinctEvents: undefined,
      isInterrupted: false,
      hasFailures: false,
    }
    const paint = paintFor(testSurroundings())
    expect(summaryText(summary, context, { paint, columns: 80 })).toContain(`\nrate        ${text}\n`)
  })
})

describe('the progress line', () => {
  it('estimates the time that is left, and then counts deliveries without a 2xx', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const surroundings = testSurroundings()
    const statistics = { ...createStatistics(), started: 0, finished: 0 }
    const progress = openProgress(400, statistics, surroundings)
    for (const [started, finished] of [
      [100, 60],
      [400, 390],
    ]) {
      Object.assign(statistics, { started, finished })
      vi.advanceTimersByTime(100)
    }
    progress.close()
    vi.advanceTimersByTime(1000)
    expect(surroundings.stderr().split('\r')).toEqual([
      '',
      '100 of 400  1,000/s  300 ms left',
      '400 of 400  2,000/s  10 without a 2xx yet',
      ' '.repeat(41),
      '',
    ])
  })

  it('leaves the last column of a narrow terminal free', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    vi.advanceTimersByTime(5000)
    const surroundings = testSurroundings({ columns: 20 })
    const statistics = { ...createStatistics(), started: 100, finished: 60 }
    const progress = openProgress(400, statistics, surroundings)
    vi.advanceTimersByTime(100)
    progress.close()
    expect(surroundings.stderr().split('\r')).toEqual(['', '100 of 400  1,000/…', ' '.repeat(19), ''])
  })
})

describe('the failures in the summary', () => {
  it.each([
    [19, []],
    [20, []],
    [21, ['and 1 other kind of failure']],
    [22, ['and 2 other kinds of failure']],
  ])('are %i, of which at most 20 are listed', (kinds, expected) => {
    const failures = Array.from({ length: kinds }, (_, index) => ({
      result: { kind: 'response', status: 600 + index, sentAt: 0, ms: 1 } as const,
      count: 1,
    }))
    const summary = { ...createStatistics().summary(), failed: kinds, failures }
    const context = {
      planned: kinds,
      rateAsked: undefined,
      distinctEvents: undefined,
      isInterrupted: false,
      hasFailures: true,
    }
    const lines = summaryText(summary, context, { paint: paintFor(testSurroundings()), columns: 80 }).split(
      '\n',
    )
    expect(lines.filter((line) => /^1 × 6\d\d/.test(line))).toHaveLength(Math.min(kinds, 20))
    expect(lines.filter((line) => line.startsWith('and '))).toEqual(expected)
  })
})

describe('random choices', () => {
  it('are the same for the same seed, and differ for another', () => {
    const draw = (seed: number) => {
      const random = createRandom(seed)
      return [
        random.uuid(),
        random.between(0, 1e6),
        random.of(['a', 'b', 'c']),
        random.shuffled([1, 2, 3, 4, 5]),
      ]
    }
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
    expect(draw(MAX_SEED)).not.toEqual(draw(0))
  })

  it('are the same in every version, so that an old seed still works', () => {
    const random = createRandom(20_260_131)
    expect(random.uuid()).toMatchInlineSnapshot(`"75a3835f-0cee-4848-b5ac-059e2e423f75"`)
    expect(Array.from({ length: 24 }, () => random.of(['a', 'b', 'c'])).join('')).toMatchInlineSnapshot(
      `"cabccaabcbabccbccbabbcbc"`,
    )
    expect(random.shuffled([1, 2, 3, 4, 5, 6, 7])).toMatchInlineSnapshot(`
      [
        4,
        5,
        7,
        2,
        3,
        6,
        1,
      ]
    `)
    expect(MAX_SEED).toBe(4_294_967_295)
  })

  it('include UUIDs of version 4 and numbers up to both limits', () => {
    const random = createRandom(3)
    const ids = Array.from({ length: 200 }, () => random.uuid())
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(new Set(ids).size).toBe(200)
    const numbers = new Set(Array.from({ length: 200 }, () => random.between(2, 5)))
    expect([...numbers].sort()).toEqual([2, 3, 4, 5])
  })
})

describe('the transport', () => {
  it.each([
    ['sends nothing', 'http.server.request.start'],
    ['stops within its response body', 'http.client.response.finish'],
  ] as const)('gives up after ten seconds on a receiver that %s', async (_, lastStep) => {
    const { url } = await serve((request, response) => {
      request.resume()
      if (lastStep === 'http.client.response.finish') response.write('{')
    })
    stopClock()
    const transport = await openTransport(new URL(url))
    const reached = nextMessage(lastStep)
    const onAnswer = vi.fn()
    const answered = transport.post('{}', {}).then(onAnswer)
    await reached
    await vi.advanceTimersByTimeAsync(9999)
    expect(onAnswer).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await answered
    const silence = {
      kind: 'no response',
      reason: "no response came in time. Look at the receiver's log.",
      ms: 10_000,
    }
    expect(onAnswer).toHaveBeenCalledExactlyOnceWith(expect.objectContaining(silence))
    transport.close()
  })

  it('reads only the beginning of an endless response', async () => {
    const { url } = await serve((request, response) => {
      request.resume()
      response.on('error', () => {})
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      }
      response.on('drain', more)
      more()
    })
    const transport = await openTransport(new URL(url))
    expect(await transport.post('{}', {})).toMatchObject({ kind: 'response', status: 200 })
    transport.close()
  })

  it('waits for a response longer than it keeps an idle connection', async () => {
    const sockets: Socket[] = []
    const gate = deferred()
    const { url } = await serve(async (request, response) => {
      sockets.push(request.socket)
      request.resume()
      await gate.promise
      response.end()
    })
    const transport = await openTransport(new URL(url), { idleMs: 20 })
    const started = nextMessage('http.client.request.start')
    const answer = transport.post('{}', {})
    const { request } = await started
    if (!request.socket) throw new Error('It is sent over a connection.')
    await once(request.socket, 'timeout')
    gate.resolve()
    expect(await answer).toMatchObject({ status: 200 })
    const [first] = sockets
    if (first && !first.destroyed) await once(first, 'close')
    expect(await transport.post('{}', {})).toMatchObject({ status: 200 })
    expect(new Set(sockets).size).toBe(2)
    transport.close()
  })

  it('says that a response was cut off', async () => {
    const { url } = await serve((request, response) => {
      request.resume()
      response.writeHead(200, { 'content-length': 10 }).write('x', () => response.destroy())
    })
    const transport = await openTransport(new URL(url))
    expect(await transport.post('{}', {})).toMatchObject({
      reason: expect.stringContaining('closed the connection'),
    })
    transport.close()
  })

  it('returns undefined after it was closed', async () => {
    const { url } = await serve((request) => {
      request.resume()
      transport.close()
    })
    const transport = await openTransport(new URL(url))
    expect(await transport.post('{}', {})).toBeUndefined()
    expect(await transport.post('{}', {})).toBeUndefined()
  })

  it('uses TLS for https://', async () => {
    const { url } = await serve(() => {})
    const transport = await openTransport(new URL(url.replace('http:', 'https:')))
    expect(await transport.post('{}', {})).toMatchObject({ reason: expect.stringMatching(/TLS/) })
    transport.close()
  })
})

describe('a duration', () => {
  it.each([
    [0.0126, '13 ms'],
    [7.46, '7.5 s'],
    [30, '30 s'],
    [480, '8 min'],
    [15_360, '4.3 h'],
  ])('of %d s is written as %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })
})
