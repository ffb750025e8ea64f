import { buffer } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { dedupeKey, eventIds, eventTime, parseEvent } from '../../../../src/index.js'
import { TRUEDY_TIMEOUT_MS } from '../../../../src/testing/endpoint/timed-request.js'
import {
  type ScenarioName,
  scenarioNames,
  scenarioSteps,
} from '../../../../src/testing/scenarios/scenarios.js'
import { deferred, failOnUncaught, serve } from '../../support/http.js'
import { keeper, receiver, send } from '../../support/send.js'

failOnUncaught()

const NOW = Date.UTC(2026, 2, 18, 14, 32)
const SEEDS = [0, 1, 2, 7, 4_294_967_295]

const stepsOf = (name: ScenarioName, seed: number, shape: 'nested' | 'flat' = 'nested') =>
  scenarioSteps(name, seed, shape, NOW)
const eventsOf = (...args: Parameters<typeof stepsOf>) =>
  stepsOf(...args).map(({ event }) => parseEvent(event))
// Undefined for a step that is not about a call, which no expectation below accepts.
const callsOf = (...args: Parameters<typeof stepsOf>) =>
  stepsOf(...args).map(({ event }) => event.data['call'] as Record<string, unknown> | undefined)

describe.each(scenarioNames)('the scenario %s', (name) => {
  it('is the same for the same seed and time, and differs for another seed', () => {
    expect(stepsOf(name, 7)).toEqual(stepsOf(name, 7))
    expect(stepsOf(name, 7)).not.toEqual(stepsOf(name, 8))
  })

  it('differs at another time only in its times', () => {
    const timeless = (now: number) =>
      JSON.stringify(scenarioSteps(name, 7, 'nested', now)).replaceAll(/\d{4}-[\d-]+T[\d:.]+Z/g, 'TIME')
    expect(timeless(NOW + 12_345_678)).toBe(timeless(NOW))
  })

  it.each(SEEDS)('has gaps of 0.3 to 1.5 s and no time in the future (seed %i)', (seed) => {
    for (const shape of ['nested', 'flat'] as const) {
      const steps = stepsOf(name, seed, shape)
      const gaps = steps.slice(1).map(({ gapMs }) => gapMs)
      const isShort = (gapMs: number) => (gapMs >= 300 && gapMs <= 1500) || (name === 'chaos' && gapMs === 0)
      expect(gaps.filter((gapMs) => !isShort(gapMs))).toEqual([])
      expect(steps[0]?.gapMs).toBe(0)
      for (const { event } of steps) expect(eventTime(parseEvent(event))?.getTime()).toBeLessThanOrEqual(NOW)
    }
  })

  it('has a distinct key for every event in either form', () => {
    for (const shape of ['nested', 'flat'] as const) {
      const distinct = new Set(stepsOf(name, 7, shape).map(({ event }) => event))
      const keys = new Set([...distinct].map((event) => dedupeKey(parseEvent(event))))
      expect(keys.size).toBe(distinct.size)
    }
  })
})

describe('the scenario call', () => {
  it('tells one call from created to billed', () => {
    const events = eventsOf('call', 7)
    expect(events.map(({ rawEvent }) => rawEvent)).toEqual([
      'call.created',
      'call.started',
      'call.joined',
      'call.ended',
      'call.billed',
    ])
    expect(events[0]?.event).toBe('unknown')
    expect(new Set(events.map((event) => eventIds(event).callId)).size).toBe(1)
    expect(new Set(events.map((event) => eventIds(event).agentId)).size).toBe(1)
    expect(events.map(({ data }) => data['event'])).toEqual(events.map(({ rawEvent }) => rawEvent))
    const times = events.map((event) => eventTime(event)?.getTime() ?? 0)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times.at(-1)).toBe(NOW)
  })

  it.each(SEEDS)('has times, a duration and a cost that agree (seed %i)', (seed) => {
    const [created, started, joined, ended, billed] = callsOf('call', seed)
    const time = (value: unknown) => Date.parse(String(value))
    for (const call of [created, started]) {
      expect(call).toMatchObject({ joined: null, ended: null, duration: null, costUsd: null, summary: null })
    }
    expect(joined).toMatchObject({ ended: null, endReason: null })
    expect(time(joined?.['joined'])).toBeGreaterThan(time(created?.['created']))
    expect(ended?.['joined']).toBe(joined?.['joined'])
    expect(new Set([created, started, joined, ended, billed].map((call) => call?.['created'])).size).toBe(1)
    const seconds = (time(ended?.['ended']) - time(ended?.['joined'])) / 1000
    expect(ended).toMatchObject({
      duration: seconds,
      billingStatus: 'BILLING_STATUS_PENDING',
      billedDuration: null,
    })
    expect(Math.abs(Number(ended?.['costUsd']) - seconds * 0.001)).toBeLessThanOrEqual(0.005)
    expect(billed).toMatchObject({
      duration: seconds,
      costUsd: ended?.['costUsd'],
      billedDuration: `${seconds}s`,
      billingStatus: 'BILLING_STATUS_BILLED',
      endReason: ended?.['endReason'],
      ended: ended?.['ended'],
    })
  })

  it('agrees in the flat form, which has no event id', () => {
    const events = stepsOf('call', 7, 'flat').map(({ event }) => event)
    const [, , joined, ended, billed] = events.map(({ data }) => data)
    expect(new Set(events.map(({ data }) => data['call_id'])).size).toBe(1)
    expect(events.some((event) => 'id' in event)).toBe(false)
    expect(events[0]?.timestamp).toMatch(/^[\d-]+T[\d:]+\.\d{6}$/)
    expect(joined).not.toHaveProperty('duration_seconds')
    expect(billed).toMatchObject({
      duration_seconds: ended?.['duration_seconds'],
      cost_usd: ended?.['cost_usd'],
    })
  })
})

describe('the scenario campaign', () => {
  it.each(SEEDS)('grows to its end with calls in between (seed %i)', (seed) => {
    const events = eventsOf('campaign', seed)
    const batch = events.filter(({ rawEvent }) => rawEvent.startsWith('batch.'))
    expect(new Set(batch.map((event) => eventIds(event).batchId)).size).toBe(1)
    expect(batch.length).toBeGreaterThanOrEqual(5)
    expect(events[0]?.event).toBe('batch.status.changed')
    expect(events.at(-1)?.event).toBe('batch.completed')
    // This count includes the failed ones.
    const counts = batch.map(({ data }) => Number(data['completedCount']))
    expect(counts).toEqual([...new Set(counts)].sort((a, b) => a - b))
    expect(counts.at(-1)).toBe(batch.at(-1)?.data['totalCount'])
    expect(batch.at(-1)?.data).toMatchObject({ status: 'COMPLETED', endedAt: new Date(NOW).toISOString() })
    expect(batch[1]?.data).toMatchObject({ status: 'IN_PROGRESS', endedAt: null })

    const calls = events.filter(({ rawEvent }) => rawEvent.startsWith('call.'))
    expect(new Set(calls.map((event) => eventIds(event).callId)).size).toBeGreaterThanOrEqual(2)
    const [batchId] = batch.map((event) => eventIds(event).batchId)
    for (const { data } of calls) expect(data['call']).toMatchObject({ metadata: { batchId } })
  })

  it('has calls that nobody joined and calls that failed', () => {
    const calls = Array.from({ length: 40 }, (_, seed) => callsOf('campaign', seed)).flat()
    const unjoined = calls.find((call) => call?.['endReason'] === 'unjoined')
    expect(unjoined).toMatchObject({ joined: null, duration: 0, costUsd: 0, summary: null })
    const failed = calls.find((call) => call?.['endReason'] === 'connection_error')
    expect(failed).toMatchObject({ errorMessage: expect.any(String), joined: expect.any(String) })
  })
})

describe('the facts in a scenario', () => {
  const everyCall = (shape: 'nested' | 'flat') =>
    Array.from({ length: 40 }, (_, seed) => stepsOf('campaign', seed, shape).map(({ event }) => event))
      .flat()
      .filter(({ event }) => event.startsWith('call.'))

  it('belong to an agent with a name, and only a call that people talked in has a summary', () => {
    const reasons = new Set<unknown>()
    for (const { event, data } of everyCall('nested')) {
      const call = data['call'] as Record<string, unknown>
      expect(data).not.toHaveProperty('call_id')
      expect(call['agent']).toEqual({ agentId: expect.any(String), name: expect.stringMatching(/^[A-Z]/) })
      const isOver = ['call.ended', 'call.failed', 'call.billed'].includes(event)
      expect(call['summary'] !== null).toBe(isOver && call['joined'] !== null)
      expect(call['shortSummary'] !== null).toBe(call['summary'] !== null)
      expect(call['endReason'] !== null).toBe(isOver)
      if (call['endReason'] === 'unjoined') {
        const seconds = (Date.parse(String(call['ended'])) - Date.parse(String(call['created']))) / 1000
        expect(seconds).toBe(30)
        expect(call['billingStatus']).toBe('BILLING_STATUS_FREE_ZERO_EFFECTIVE_DURATION')
      }
      reasons.add(call['endReason'])
    }
    expect([...reasons].sort()).toEqual(
      ['agent_hangup', 'connection_error', 'hangup', null, 'unjoined'].sort(),
    )
  })

  it('of a call that nobody joined are its creation, its start and its end', () => {
    const namesByCall = new Map<unknown, string[]>()
    for (const { event, data } of everyCall('nested')) {
      const { callId } = data['call'] as { readonly callId: string }
      namesByCall.set(callId, [...(namesByCall.get(callId) ?? []), event])
    }
    const stories = new Set(Array.from(namesByCall.values(), (names) => names.join()))
    expect(stories).toEqual(
      new Set([
        'call.created,call.started,call.ended',
        'call.created,call.started,call.joined,call.failed',
        'call.created,call.started,call.joined,call.ended,call.billed',
      ]),
    )
  })

  it('of a call are fields of `data` in the flat form, with its outcome once it is over', () => {
    for (const { event, data } of everyCall('flat')) {
      expect(data).toMatchObject({ call_id: expect.any(String), agent_id: expect.any(String) })
      expect(data).not.toHaveProperty('call')
      const isOver = ['call.ended', 'call.failed', 'call.billed'].includes(event)
      for (const name of ['duration_seconds', 'cost_usd', 'end_reason']) expect(name in data).toBe(isOver)
      const recording =
        data['end_reason'] === 'unjoined' ? null : `https://example.com/recordings/${data['call_id']}.wav`
      if (isOver) expect(data['recording_url']).toBe(recording)
    }
  })

  it('of most campaigns are some failures', () => {
    const last = SEEDS.map((seed) => Number(eventsOf('campaign', seed).at(-1)?.data['failedCount']))
    expect(last.filter((count) => count > 0).length).toBeGreaterThan(SEEDS.length / 2)
  })

  it('have the id of a campaign or voice where the form has it', () => {
    for (const [name, snake, camel] of [
      ['campaign', 'batch_id', 'batchId'],
      ['voice', 'voice_id', 'voiceId'],
    ] as const) {
      const others = (shape: 'nested' | 'flat') =>
        stepsOf(name, 7, shape).flatMap(({ event }) => (event.event.startsWith('call.') ? [] : [event.data]))
      for (const data of others('flat')) expect([snake in data, camel in data]).toEqual([true, false])
      expect(new Set(others('flat').map((data) => data[snake])).size).toBe(1)
      for (const data of others('nested')) expect(camel in data).toBe(true)
    }
  })

  it.each(SEEDS)(
    'of a campaign are its failures, up to 8 in 100, and steps of equal length (seed %i)',
    (seed) => {
      const batch = eventsOf('campaign', seed).filter(({ rawEvent }) => rawEvent.startsWith('batch.'))
      const times = batch.map((event) => eventTime(event)?.getTime() ?? Number.NaN)
      const lengths = times.slice(1).map((time, index) => time - (times[index] ?? 0))
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1)
      expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBe(30 * 60_000)
      const shares = batch.map(
        ({ data }) => Number(data['failedCount']) / Math.max(1, Number(data['completedCount'])),
      )
      expect(Math.max(...shares)).toBeLessThanOrEqual(0.08)
    },
  )

  it.each(SEEDS)(
    'of chaos are some duplicates: a twin beside its first delivery, and retries (seed %i)',
    (seed) => {
      const steps = stepsOf('chaos', seed)
      const events = [...new Set(steps.map(({ event }) => event))]
      const duplicates = steps.length - events.length
      expect(duplicates / events.length).toBeGreaterThan(0.5)
      expect(duplicates / events.length).toBeLessThan(1.2)
      const twins = steps.flatMap(({ gapMs, event }, index) =>
        index > 0 && gapMs === 0 ? [[event, steps[index - 1]?.event]] : [],
      )
      expect(twins.length).toBeGreaterThan(1)
      for (const [twin, first] of twins) expect(twin).toBe(first)
    },
  )
})

describe('send --scenario', () => {
  it('waits for each response, and then for the gap', async () => {
    const steps: (string | number)[] = []
    const { url } = await serve(async (request, response) => {
      await buffer(request)
      steps.push('arrived')
      await setImmediate()
      steps.push('answered')
      response.writeHead(204).end()
    })
    const timer = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => void timer.mockRestore())
    const isGap = (ms: number) => ms !== TRUEDY_TIMEOUT_MS
    const startTimer = (end: () => void, ms = 0) => {
      if (!isGap(ms)) return
      steps.push(ms)
      void setImmediate().then(end)
    }
    timer.mockImplementation(startTimer as unknown as typeof globalThis.setTimeout)
    await send([url, '--scenario', 'call', '--seed', 7, '--speed', 20])
    const expected = stepsOf('call', 7).map(({ gapMs }) => [gapMs / 20, 'arrived', 'answered'])
    // The first step has no gap.
    expect(steps).toEqual(expected.flat().slice(1))
  })

  it('uses another seed each time', async () => {
    const { url } = await keeper()
    const story = [url, '--scenario', 'call', '--speed', 1e6, '--json']
    const seeds = [(await send(story)).summary()['seed'], (await send(story)).summary()['seed']]
    expect(seeds[0]).not.toBe(seeds[1])
    expect(Math.max(...seeds.map(Number))).toBeGreaterThan(100)
  })
})

describe('the scenario voice', () => {
  it('trains one voice, which fails for some seeds', () => {
    const ends = SEEDS.concat(3, 4, 5, 6, 8, 9).map((seed) => {
      const [started, ended, ...more] = eventsOf('voice', seed)
      if (!started || !ended) throw new Error('There are two.')
      expect(more).toEqual([])
      expect(started).toMatchObject({
        event: 'unknown',
        rawEvent: 'voice.training.started',
        data: { status: 'training' },
      })
      expect(started.data).not.toHaveProperty('error_message')
      expect(eventIds(ended).voiceId).toBe(eventIds(started).voiceId)
      const isReady = ended.event === 'voice.training.completed'
      expect(ended.data['status']).toBe(isReady ? 'active' : 'failed')
      expect('error_message' in ended.data).toBe(!isReady)
      return ended.event
    })
    expect(new Set(ends)).toEqual(new Set(['voice.training.completed', 'voice.training.failed']))
  })
})

describe('the scenario chaos', () => {
  it.each(SEEDS)('has disorder, duplicates, simultaneous deliveries and late repeats (seed %i)', (seed) => {
    const steps = stepsOf('chaos', seed)
    const events = steps.map(({ event }) => event)
    const distinct = new Set(events)
    expect(events.length).toBeGreaterThan(distinct.size * 1.5)
    const progress = [...distinct].filter(({ event }) => event.startsWith('batch.'))
    const times = progress.map(({ timestamp }) => timestamp)
    expect(times).not.toEqual([...times].sort())
    expect(new Set([...distinct].map((event) => eventIds(parseEvent(event)).callId)).size).toBeGreaterThan(2)

    const twins = steps.filter(({ gapMs }, index) => index > 0 && gapMs === 0)
    expect(twins.length).toBeGreaterThanOrEqual(2)
    for (const [index, { gapMs, event }] of steps.entries()) {
      if (index > 0 && gapMs === 0) expect(events[index - 1]).toBe(event)
    }
    const allSeenAt = Math.max(...[...distinct].map((event) => events.indexOf(event)))
    expect(events.length - 1 - allSeenAt).toBeGreaterThanOrEqual(2)
  })

  it('ends with every event processed once by a slow receiver, and reports the number of events', async () => {
    const steps = stepsOf('chaos', 7)
    // The handler of a simultaneous pair runs until the other delivery got its 503.
    const twins = steps.filter(({ gapMs }, index) => index > 0 && gapMs === 0)
    const gates = new Map(twins.map(({ event }) => [dedupeKey(parseEvent(event)), deferred()]))
    const processed: string[] = []
    const url = await receiver({
      onEvent: async (_, { key }) => {
        await gates.get(key)?.promise
        processed.push(key)
      },
      onOutcome: (outcome) => {
        if (outcome.status === 'busy') gates.get(outcome.key)?.resolve()
      },
    })
    const { code, stdout } = await send([url, '--scenario', 'chaos', '--seed', 7, '--speed', 1000])
    expect(code).toBe(0)
    expect(new Set(processed).size).toBe(processed.length)
    const distinct = new Set(steps.map(({ event }) => event)).size
    expect(processed).toHaveLength(distinct)
    expect(stdout).toMatch(/^scenario chaos, \d+ deliveries, seed 7\n/)
    const [, told, attempts] = /events +(\d+) distinct, in (\d+) attempts/.exec(stdout) ?? []
    expect(Number(told)).toBe(distinct)
    // Each delivery that got a 503 was sent again.
    expect(Number(attempts)).toBeGreaterThan(steps.length)
    expect(stdout).toContain(' × 503')
    expect(stdout).not.toMatch(/^rate /m)
  })
})

describe('send --scenario', () => {
  it('sends the steps in order, and repeats them for the printed seed', async () => {
    const { url, events } = await keeper()
    const first = await send([url, '--scenario', 'voice', '--speed', 100])
    const [, seed = ''] = /seed (\d+)/.exec(first.stdout) ?? []
    const second = await send([url, '--scenario', 'voice', '--speed', 100, '--seed', seed, '--json'])
    expect([first.code, second.code]).toEqual([0, 0])
    const [started, ended, startedAgain, endedAgain] = events().map(({ id }) => id)
    expect([startedAgain, endedAgain]).toEqual([started, ended])
    expect(second.summary()).toMatchObject({
      scenario: 'voice',
      seed: Number(seed),
      distinctEvents: 2,
      planned: 2,
    })
  })

  it('continues after a failure, and retries with --retry', async () => {
    const { url, seen } = await keeper((nth) => ({ status: nth === 1 ? 500 : 204 }))
    expect((await send([url, '--scenario', 'voice', '--speed', 100])).code).toBe(1)
    expect(seen).toHaveLength(2)
    const again = await keeper((nth) => ({ status: nth === 1 ? 500 : 204 }))
    expect((await send([again.url, '--scenario', 'voice', '--speed', 1000, '--retry'])).code).toBe(0)
    expect(again.seen).toHaveLength(3)
  })
})
