import { describe, expect, it } from 'vitest'
import { duration } from '../../../src/cli/figures.js'
import { impatient, likeTruedy } from '../../../src/cli/send/back-off.js'
import { createRandom, MAX_SEED } from '../../../src/cli/send/random.js'
import { atRate, oneAfterTheOther, withGaps } from '../../../src/cli/send/schedules.js'
import { createStatistics, percentiles } from '../../../src/cli/send/statistics.js'
import { openTransport } from '../../../src/cli/send/transport.js'
import { createWaiting } from '../../../src/cli/send/waiting.js'
import { deferred, serve } from '../support/http.js'

describe('the back-off', () => {
  const waits = (backOff: (attempt: number) => number | undefined) =>
    Array.from({ length: 11 }, (_, index) => backOff(index + 1))

  it("is Truedy's: 30 s, doubling, ten times", () => {
    const seconds = [30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15_360]
    expect(waits(likeTruedy(1))).toEqual([...seconds.map((each) => each * 1000), undefined])
  })

  it('is divided by the speed', () => {
    expect(likeTruedy(60)(1)).toBe(500)
    expect(likeTruedy(60)(2)).toBe(1000)
  })

  it('of chaos is short, and at any speed as long as a handler takes', () => {
    expect(waits(impatient(1))).toEqual([250, 500, 1000, 2000, 2000, 2000, 2000, 2000, 2000, 2000, undefined])
    const sum = waits(impatient(20)).reduce((all: number, each) => all + (each ?? 0), 0)
    expect(sum).toBeGreaterThan(7000)
  })
})

describe('waiting', () => {
  it('lasts, and ends at once when interrupted', async () => {
    const controller = new AbortController()
    const waiting = createWaiting(controller.signal)
    const began = performance.now()
    expect(await waiting.wait(20)).toBe(true)
    expect(performance.now() - began).toBeGreaterThan(18)
    const long = Array.from({ length: 20 }, () => waiting.wait(60_000))
    expect(waiting.isInterrupted).toBe(false)
    controller.abort()
    expect(await Promise.all(long)).toEqual(Array(20).fill(false))
    expect(waiting.isInterrupted).toBe(true)
    expect(await waiting.wait(60_000)).toBe(false)
  })
})

describe('a schedule', () => {
  const waiting = () => createWaiting(new AbortController().signal)

  it('of one after the other waits for each answer', async () => {
    let underWay = 0
    let most = 0
    const start = async () => {
      most = Math.max(most, ++underWay)
      await new Promise((resolve) => setTimeout(resolve, 2))
      underWay--
    }
    await oneAfterTheOther(5, start, waiting())
    expect(most).toBe(1)
  })

  it('at a rate starts each when it is due, and makes up for what was late', async () => {
    const starts: number[] = []
    const beginning = performance.now()
    await atRate(1000)(
      200,
      async (index) => {
        starts.push(performance.now() - beginning)
        // The whole program stands still.
        if (index === 50) while (performance.now() - beginning < 100);
      },
      waiting(),
    )
    expect(starts).toHaveLength(200)
    expect(starts.every((at, index) => at >= index)).toBe(true)
    expect(starts.at(-1)).toBeLessThan(199 + 15)
  })

  it('at a rate beyond reach lets answers in between', async () => {
    const answered: number[] = []
    const start = (index: number) =>
      new Promise<void>((resolve) => setImmediate(() => resolve(void answered.push(index))))
    let afterFirst = 0
    await atRate(1e9)(
      200,
      (index) => {
        if (index === 100) afterFirst = answered.length
        return start(index)
      },
      waiting(),
    )
    expect(afterFirst).toBeGreaterThan(0)
  })

  it('at a rate ends when interrupted', async () => {
    const controller = new AbortController()
    let started = 0
    const running = atRate(10)(100, async () => void started++, createWaiting(controller.signal))
    controller.abort()
    await running
    expect(started).toBe(1)
  })

  it('with gaps keeps them, and waits for answers only where order counts', async () => {
    const gate = deferred()
    const starts: number[] = []
    const beginning = performance.now()
    await withGaps([0, 30, 0], false)(
      3,
      (index) => {
        starts[index] = performance.now() - beginning
        return gate.promise
      },
      waiting(),
    )
    const [first = 0, second = 0, third = 0] = starts
    expect(second - first).toBeGreaterThan(28)
    expect(third - second).toBeLessThan(5)

    const begun: number[] = []
    const begin = (index: number) => {
      begun.push(index)
      return gate.promise
    }
    const ordered = withGaps([0, 1], true)(2, begin, waiting())
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(begun).toEqual([0])
    gate.resolve()
    await ordered
    expect(begun).toEqual([0, 1])
  })
})

describe('statistics', () => {
  it('know the percentiles by the nearest rank', () => {
    const latencies = Array.from({ length: 200 }, (_, index) => 200 - index)
    expect(percentiles(latencies)).toEqual({ p50: 100, p95: 190, p99: 198, max: 200 })
    expect(percentiles([7])).toEqual({ p50: 7, p95: 7, p99: 7, max: 7 })
    expect(percentiles([])).toBeUndefined()
  })

  it('count the rate without retries, and each delivery by how it ended', () => {
    const statistics = createStatistics()
    const attempt = (number: number, status: number, sentAt: number, retryInMs?: number) =>
      statistics.add({ body: '', number, answer: { kind: 'status', status, sentAt, ms: 5 }, retryInMs })
    for (let index = 0; index < 4; index++) statistics.begin()
    attempt(1, 204, 1000)
    attempt(1, 500, 1500, 10)
    attempt(1, 500, 2000, 10)
    attempt(2, 200, 9000)
    attempt(2, 404, 9500)
    expect(statistics.summary()).toMatchObject({
      deliveries: 4,
      sendings: 5,
      retries: 2,
      succeeded: 2,
      failed: 1,
      unfinished: 1,
      statuses: { 200: 1, 204: 1, 404: 1, 500: 2 },
      ratePerSecond: 2,
      sendingSeconds: 1,
    })
    expect(statistics.summary().failures.map(({ count }) => count)).toEqual([2, 1])
  })
})

describe('random choices', () => {
  it('are the same for a seed, and others for another', () => {
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

  it('have ids in the shape of version 4, and numbers from end to end', () => {
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
  it('gives up on a receiver that takes too long, also within the body', async () => {
    const { url } = await serve((request, response) => {
      request.resume()
      if (request.url === '/body') response.write('{')
    })
    for (const path of ['silent', 'body']) {
      const transport = await openTransport(new URL(path, url), { timeoutMs: 60 })
      const answer = await transport.post('{}', {})
      expect(answer).toMatchObject({ kind: 'silence', reason: 'no answer came in time.' })
      expect(answer?.ms).toBeGreaterThan(55)
      transport.close()
    }
  })

  it('reads only the beginning of an endless answer', async () => {
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
    expect(await transport.post('{}', {})).toMatchObject({ kind: 'status', status: 200 })
    transport.close()
  })

  it('waits longer for an answer than it keeps an unused connection', async () => {
    const sockets = new Set<unknown>()
    const { url } = await serve((request, response) => {
      sockets.add(request.socket)
      request.resume()
      setTimeout(() => response.end(), sockets.size === 1 ? 120 : 0)
    })
    const transport = await openTransport(new URL(url), { idleMs: 50 })
    expect(await transport.post('{}', {})).toMatchObject({ status: 200 })
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect(await transport.post('{}', {})).toMatchObject({ status: 200 })
    expect(sockets.size).toBe(2)
    transport.close()
  })

  it('says that an answer broke off', async () => {
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

  it('gives nothing after it was closed', async () => {
    const { url } = await serve((request) => void request.resume())
    const transport = await openTransport(new URL(url))
    const underWay = transport.post('{}', {})
    setTimeout(() => transport.close(), 20)
    expect(await underWay).toBeUndefined()
    expect(await transport.post('{}', {})).toBeUndefined()
  })

  it('speaks TLS to https://', async () => {
    const { url } = await serve(() => {})
    const transport = await openTransport(new URL(url.replace('http:', 'https:')))
    expect(await transport.post('{}', {})).toMatchObject({ reason: expect.stringMatching(/^TLS: /) })
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
  ])('of %d s reads %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })
})
