/** `examples/live-calls` without a browser: the state of a call, what is kept, and what is sent to the page. */

import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { parseEvent, type TruedyEvent } from 'truedy-webhooks'
import { flatSampleEvent, type SampleName, sampleEvent } from 'truedy-webhooks/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { installExample, type Server, startServer } from '../support/driver.js'
import { packLibrary } from '../support/package.js'
import {
  type Board,
  type Boards,
  type Call,
  type Calls,
  callEvent,
  deliver,
  type Evenings,
  type Feeds,
  type Figures,
  type History,
  load,
  seeded,
} from './live-calls.js'

const BEGIN = Date.UTC(2026, 2, 18, 19)
const RANK = ['started', 'joined', 'ended', 'failed']

let workspace: string
let directory: string
let calls: Calls
let boards: Boards
let feeds: Feeds
let figures: Figures

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-live-calls-'))
  directory = await installExample('live-calls', await packLibrary(workspace), workspace)
  calls = await load(directory, 'calls.js')
  boards = await load(directory, 'board.js')
  feeds = await load(directory, 'feed.js')
  figures = await load(directory, 'public/figures.js')
})

afterAll(() => rm(workspace, { recursive: true, force: true }))

/** An event of the call `c1`, the given number of seconds after its start. */
function event(name: string, seconds: number, call: Record<string, unknown> = {}): TruedyEvent {
  return parseEvent(callEvent(name, { callId: 'c1', ...call }, at(seconds)))
}

function at(seconds: number): Date {
  return new Date(BEGIN + seconds * 1000)
}

function stateAfter(events: readonly TruedyEvent[]): Call {
  return calls.callOf(events.reduce<History>((history, next) => calls.withEvent(history, next), {}))
}

function orders<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, index) =>
    orders([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  )
}

/** All events of a successful call, in the nested form. */
function lifeOfCall(): TruedyEvent[] {
  const over = { ended: at(65).toISOString(), endReason: 'hangup', duration: 60, costUsd: 0.09 }
  return [
    event('call.started', 0, { created: at(0).toISOString(), agent: { agentId: 'a1', name: 'Front desk' } }),
    event('call.joined', 5, { joined: at(5).toISOString(), costUsd: 0.01 }),
    event('call.ended', 65, over),
    event('call.billed', 70, { ...over, costUsd: 0.12, billedDuration: '66s' }),
  ]
}

function flatLifeOfCall(): TruedyEvent[] {
  const names: SampleName[] = ['call.started', 'call.joined', 'call.completed', 'call.billed']
  return names.map((name, index) => {
    const sample = flatSampleEvent(name)
    const timestamp = at(index * 10)
      .toISOString()
      .replace('Z', '000')
    return parseEvent({ ...sample, timestamp, data: { ...sample.data, call_id: 'c1', agent_id: 'a1' } })
  })
}

describe('the state of a call', () => {
  it('is the same after every order of its events, with two of them repeated', () => {
    const [started, joined, ended, billed] = lifeOfCall() as [
      TruedyEvent,
      TruedyEvent,
      TruedyEvent,
      TruedyEvent,
    ]
    const all = orders([started, joined, ended, billed, joined, ended])
    expect(all).toHaveLength(720)
    for (const order of all) {
      expect(stateAfter(order)).toEqual({
        id: 'c1',
        state: 'ended',
        createdAt: at(0).getTime(),
        joinedAt: at(5).getTime(),
        endedAt: at(65).getTime(),
        agentId: 'a1',
        agentName: 'Front desk',
        durationSeconds: 60,
        costUsd: 0.12,
        isBilled: true,
        endReason: 'hangup',
      })
    }
  })

  it('is the same after every order of flat events', () => {
    for (const order of orders(flatLifeOfCall())) {
      expect(stateAfter(order)).toEqual({
        id: 'c1',
        state: 'ended',
        createdAt: at(0).getTime(),
        joinedAt: at(10).getTime(),
        endedAt: at(20).getTime(),
        agentId: 'a1',
        durationSeconds: 123,
        costUsd: 0.12,
        isBilled: true,
        endReason: 'hangup',
      })
    }
  })

  it('never goes backwards', () => {
    const failed = event('call.failed', 66, { errorMessage: 'The connection was lost.' })
    for (const order of orders([...lifeOfCall(), failed])) {
      const ranks = order.map((_, index) => RANK.indexOf(stateAfter(order.slice(0, index + 1)).state))
      expect(ranks).toEqual([...ranks].sort())
      expect(ranks.at(-1)).toBe(RANK.indexOf('failed'))
    }
  })

  it('does not depend on the order of any events, several of a type among them', () => {
    const someEvent = fc.record({
      name: fc.constantFrom('call.started', 'call.joined', 'call.ended', 'call.failed', 'call.billed'),
      seconds: fc.integer({ min: 0, max: 3 }),
      costUsd: fc.option(fc.constantFrom(0, 0.1, 0.2)),
      duration: fc.option(fc.constantFrom(0, 1.5, 60)),
      endReason: fc.option(fc.constantFrom('hangup', 'timeout')),
      created: fc.option(fc.constantFrom(at(0).toISOString(), 'not a time')),
    })
    const twoOrders = fc
      .array(someEvent, { minLength: 1, maxLength: 12 })
      .map((list) => list.map(({ name, seconds, ...call }) => event(name, seconds, call)))
      .chain((list) =>
        fc.tuple(
          fc.constant(list),
          fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
        ),
      )
    fc.assert(
      fc.property(twoOrders, ([one, other]) => {
        expect(stateAfter(one)).toEqual(stateAfter(other))
      }),
    )
  })

  it('does not change with a duplicate', () => {
    const history = lifeOfCall().reduce<History>((known, next) => calls.withEvent(known, next), {})
    for (const repeated of lifeOfCall()) expect(calls.withEvent(history, repeated)).toBe(history)
  })

  it('stays ended if the call is reported joined afterward', () => {
    const [started, joined, ended] = lifeOfCall() as [TruedyEvent, TruedyEvent, TruedyEvent]
    expect(stateAfter([started, ended, joined])).toMatchObject({
      state: 'ended',
      joinedAt: at(5).getTime(),
      durationSeconds: 60,
    })
  })

  it('has the cost so far, then the cost at the end, then what was billed', () => {
    const life = lifeOfCall()
    const costs = life.map((_, index) => stateAfter(life.slice(0, index + 1)))
    expect(costs.map(({ costUsd }) => costUsd)).toEqual([undefined, 0.01, 0.09, 0.12])
    expect(costs.map(({ isBilled }) => isBilled)).toEqual([false, false, false, true])
  })

  it('is ended after the bill alone', () => {
    expect(stateAfter([event('call.billed', 70, { costUsd: 0.1, billedDuration: '66s' })])).toMatchObject({
      state: 'ended',
      durationSeconds: 66,
      costUsd: 0.1,
    })
  })

  it('has a duration from its own times if none was sent', () => {
    expect(stateAfter([event('call.joined', 5), event('call.ended', 65)]).durationSeconds).toBe(60)
    expect(stateAfter([event('call.ended', 65)]).durationSeconds).toBeUndefined()
    expect(stateAfter([event('call.joined', 65), event('call.ended', 5)]).durationSeconds).toBe(0)
  })

  it('keeps its duration when call.joined is retried with a fresh timestamp', () => {
    const retries = [event('call.joined', 300), event('call.joined', 65)]
    for (const order of orders([event('call.joined', 5), event('call.ended', 65), ...retries])) {
      expect(stateAfter(order)).toMatchObject({ joinedAt: at(5).getTime(), durationSeconds: 60 })
    }
  })

  it('ignores invalid times', () => {
    const broken = parseEvent({ event: 'call.joined', timestamp: 'soon', data: { call: { callId: 'c1' } } })
    expect(stateAfter([broken])).toEqual({ id: 'c1', state: 'joined', isBilled: false })
  })

  it('keeps 200 characters of a string', () => {
    const { agentName } = stateAfter([event('call.started', 0, { agent: { name: 'x'.repeat(1000) } })])
    expect(agentName).toBe(`${'x'.repeat(199)}…`)
  })

  it('comes only from known events of a call with an id', () => {
    const names: SampleName[] = ['unknown', 'batch.completed', 'voice.training.failed']
    for (const name of names) expect(calls.callIdOf(parseEvent(sampleEvent(name)))).toBeUndefined()
    expect(calls.callIdOf(event('call.ended', 0))).toBe('c1')
    expect(calls.callIdOf(event('call.ended', 0, { callId: null }))).toBeUndefined()
    expect(calls.callIdOf(event('call.ended', 0, { callId: 'x'.repeat(201) }))).toBeUndefined()
  })
})

describe('the numbers of live-calls', () => {
  it('count the duration from the time when somebody joined, and before that from the start', () => {
    const [started, joined, ended] = lifeOfCall() as [TruedyEvent, TruedyEvent, TruedyEvent]
    const now = at(30).getTime()
    expect(figures.secondsOf(stateAfter([started]), now)).toBe(30)
    expect(figures.secondsOf(stateAfter([started, joined]), now)).toBe(25)
    expect(figures.secondsOf(stateAfter([started, joined, ended]), now)).toBe(60)
  })

  it('never include a negative duration, even if the clocks differ', () => {
    expect(figures.secondsOf(stateAfter([event('call.joined', 5)]), at(0).getTime())).toBe(0)
  })

  it('are added up', () => {
    const [started, joined, ended, billed] = lifeOfCall() as [
      TruedyEvent,
      TruedyEvent,
      TruedyEvent,
      TruedyEvent,
    ]
    const failed = event('call.failed', 20, { duration: 10, costUsd: 0.02 })
    const all = [[started], [joined], [ended], [ended, billed], [failed]].map(stateAfter)
    expect(figures.totalsOf(all, at(15).getTime())).toMatchObject({
      all: 5,
      inProgress: 2,
      joined: 1,
      ended: 2,
      failed: 1,
      talkSeconds: 10 + 60 + 60 + 10,
      costUsd: expect.closeTo(0.01 + 0.09 + 0.12 + 0.02, 10),
    })
  })
})

describe('the board', () => {
  const about = (id: string, name: string) => parseEvent(callEvent(name, { callId: id }))
  const idsOf = (board: Board) => board.calls().map(({ id }) => id)

  it('returns what changed', () => {
    const board = boards.createBoard()
    const started = about('c1', 'call.started')
    expect(board.record(started)).toMatchObject({ call: { id: 'c1', state: 'started' }, removed: [] })
    expect(board.record(started)).toBeUndefined()
    expect(board.record(parseEvent(sampleEvent('batch.completed')))).toBeUndefined()
  })

  it('removes the finished call that has had no news for the longest time', () => {
    const board = boards.createBoard({ maxCalls: 3 })
    board.record(about('going on', 'call.joined'))
    board.record(about('ended first', 'call.ended'))
    board.record(about('ended next', 'call.ended'))
    expect(board.record(about('new', 'call.started'))?.removed).toEqual(['ended first'])
    expect(idsOf(board)).toEqual(['going on', 'ended next', 'new'])
  })

  it('removes a call in progress if none is finished', () => {
    const board = boards.createBoard({ maxCalls: 2 })
    for (const id of ['a', 'b', 'c']) board.record(about(id, 'call.joined'))
    expect(idsOf(board)).toEqual(['b', 'c'])
  })

  it('does not show a removed call again', () => {
    const board = boards.createBoard({ maxCalls: 1 })
    board.record(about('old', 'call.ended'))
    board.record(about('new', 'call.started'))
    expect(board.record(about('old', 'call.joined'))).toBeUndefined()
    expect(idsOf(board)).toEqual(['new'])
  })

  it('removes a call after a day without news', () => {
    let now = BEGIN
    const board = boards.createBoard({ maxAgeMs: 1000, now: () => now })
    board.record(about('quiet', 'call.started'))
    board.record(about('talking', 'call.started'))
    now += 900
    board.record(about('talking', 'call.joined'))
    expect(board.expire()).toBeUndefined()
    now += 100
    expect(board.expire()).toEqual({ removed: ['quiet'] })
    expect(idsOf(board)).toEqual(['talking'])
  })

  it('remembers a limited number of removed calls', () => {
    const board = boards.createBoard({ maxCalls: 1, maxRemoved: 1 })
    for (const id of ['a', 'b', 'c']) board.record(about(id, 'call.ended'))
    expect(board.record(about('b', 'call.joined'))).toBeUndefined()
    expect(board.record(about('a', 'call.joined'))).toBeDefined()
  })
})

describe('the feed', () => {
  it('starts with a snapshot and continues with changes', async () => {
    const { feed, url } = await serveFeed()
    const client = await listen(url)
    await client.has('event: snapshot')
    expect(client.text()).toMatch(
      /^retry: 2000\n\n: heartbeat\nevent: heartbeat\ndata: {"now":\d+}\n\nid: \w+-0\nevent: snapshot\ndata: {"calls":\[]}/,
    )
    feed.publish({ removed: ['c1'] })
    await client.has(/id: \w+-1\nevent: change\ndata: {"removed":\["c1"]}\n\n/)
    feed.beat()
    await client.has(/"c1"]}\n\n: heartbeat\nevent: heartbeat\ndata: {"now":\d+}\n\n/)
  })

  it('sends a returning browser what it missed', async () => {
    const { feed, url } = await serveFeed()
    for (const id of ['a', 'b', 'c']) feed.publish({ removed: [id] })
    const client = await listen(url)
    await client.has('event: snapshot')
    const run = /id: (\w+)-3/.exec(client.text())?.[1]

    const returned = await listen(url, `${run}-1`)
    const upToDate = await listen(url, `${run}-3`)
    feed.publish({ removed: ['d'] })
    for (const [client, changes] of [
      [returned, ['b', 'c', 'd']],
      [upToDate, ['d']],
    ] as const) {
      await client.has('"removed":["d"]')
      expect(client.text()).not.toContain('event: snapshot')
      expect(client.text().match(/(?<="removed":\[")\w/g)).toEqual(changes)
    }
  })

  it('sends a snapshot if it does not know what was missed', async () => {
    const { feed, url } = await serveFeed({ maxChanges: 2 })
    for (const id of ['a', 'b', 'c']) feed.publish({ removed: [id] })
    const client = await listen(url)
    await client.has('event: snapshot')
    const run = /id: (\w+)-3/.exec(client.text())?.[1]
    for (const lastEventId of [`${run}-0`, `${run}-4`, `${run}--1`, `${run}-x`, 'other-2', '']) {
      const other = await listen(url, lastEventId)
      await other.has('event: snapshot')
    }
  })

  it('drops a client that does not read', async () => {
    const { feed, port } = await serveFeed({ maxUnsentBytes: 100_000 })
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'))
    const closed = once(socket, 'close')
    socket.on('error', () => {})
    await once(socket, 'readable')
    for (let sent = 0; sent < 400; sent += 1) {
      feed.publish({ text: 'x'.repeat(100_000) })
      await new Promise(setImmediate)
    }
    socket.resume()
    await closed
  })

  it('keeps no copy per client that does not read', async () => {
    const calls = Array.from({ length: 1000 }, (_, id) => ({ id, summary: 'x'.repeat(1000) }))
    const { feed, port } = await serveFeed({ snapshot: () => ({ calls }), maxUnsentBytes: 10_000_000 })
    const clients = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = connect(port, '127.0.0.1')
        socket.on('error', () => {})
        onTestFinished(() => void socket.destroy())
        socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
        await once(socket, 'readable')
        return socket
      }),
    )
    const before = process.memoryUsage.rss()
    for (let sent = 0; sent < 100; sent += 1) {
      feed.publish({ text: 'x'.repeat(50_000) })
      await new Promise(setImmediate)
    }
    // A copy for each client would be hundreds of megabytes, even without the system's buffers.
    expect(process.memoryUsage.rss() - before).toBeLessThan(50_000_000)
    expect(clients.every((client) => !client.destroyed)).toBe(true)
  })

  it('accepts a limited number of clients at a time', async () => {
    const { url } = await serveFeed({ maxClients: 1 })
    const client = await listen(url)
    expect((await fetch(url)).status).toBe(503)
    client.close()
    await vi.waitFor(async () => {
      const response = await fetch(url)
      await response.body?.cancel()
      expect(response.status).toBe(200)
    }, 5000)
  })

  async function serveFeed(options: Partial<Parameters<Feeds['createFeed']>[0]> = {}) {
    const feed = feeds.createFeed({ snapshot: () => ({ calls: [] }), ...options })
    const server = createServer(feed.connect).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    // The address of a TCP server is an object.
    const { port } = server.address() as AddressInfo
    return { feed, port, url: `http://127.0.0.1:${port}/` }
  }
})

describe('the server', () => {
  const servers: Server[] = []

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  async function start(env: Record<string, string> = {}): Promise<Server> {
    const server = await startServer(directory, { env })
    servers.push(server)
    return server
  }

  it('serves only the page and the feed, and only to its own origin', async () => {
    const { origin } = await start()
    for (const path of ['/', '/page.js', '/page.css', '/icon.svg', '/events']) {
      const response = await fetch(origin + path)
      expect(response.status, path).toBe(200)
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(response.headers.get('content-security-policy')).not.toContain('unsafe')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
      await response.body?.cancel()
    }
    for (const path of ['/server.js', '/../server.js', '/%2e%2e/server.js', '/index.html', '/events/']) {
      expect((await fetch(origin + path)).status, path).toBe(404)
    }
  })

  it('sends each event that changes something once', async () => {
    const server = await start()
    const client = await listen(`${server.origin}/events`)
    const joined = callEvent('call.joined', { callId: 'c1' })
    for (const payload of [joined, joined, callEvent('call.ended', { callId: 'c1' })])
      await deliver(server, payload)
    await client.has('"state":"ended"')
    expect(client.text().match(/"state":"\w+"/g)).toEqual(['"state":"joined"', '"state":"ended"'])
  })

  it('shows the calls only with the password, and accepts deliveries without it', async () => {
    const server = await start({ DASHBOARD_PASSWORD: 'a:b' })
    const statusFor = async (credentials?: string) => {
      const authorization = `Basic ${Buffer.from(credentials ?? '').toString('base64')}`
      const response = await fetch(
        `${server.origin}/events`,
        credentials ? { headers: { authorization } } : {},
      )
      await response.body?.cancel()
      return response.status
    }
    expect(await statusFor()).toBe(401)
    for (const credentials of ['a:b', 'desk:a', 'desk:a:b:', ':']) {
      expect(await statusFor(credentials), credentials).toBe(401)
    }
    expect(await statusFor('desk:a:b')).toBe(200)
    expect((await fetch(server.origin)).headers.get('www-authenticate')).toContain('Basic')
    await deliver(server, sampleEvent('call.ended'))
  })
})

it('the demo evening, delivered out of order, leads to the same calls as in order', async () => {
  const { evening } = await load<Evenings>(directory, 'evening.js')
  const deliveries = evening({ from: BEGIN, until: BEGIN + 7_200_000, random: seeded(1) })
  const times = deliveries.map(({ payload }) => Date.parse(payload.timestamp))
  expect(times).not.toEqual([...times].sort())

  const boardOf = (list: typeof deliveries) => {
    const board = boards.createBoard()
    for (const { payload } of list) board.record(parseEvent(payload))
    return board.calls().sort((a, b) => (a.id < b.id ? -1 : 1))
  }
  const inOrder = [...deliveries].sort((a, b) => a.payload.timestamp.localeCompare(b.payload.timestamp))
  expect(boardOf(deliveries)).toEqual(boardOf(inOrder))
  const states = new Set(boardOf(deliveries).map(({ state }) => state))
  expect([...states].sort()).toEqual(['ended', 'failed'])
})

/** Reads a feed until the test ends. */
async function listen(url: string, lastEventId?: string) {
  const abort = new AbortController()
  const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const response = await fetch(url, { headers, signal: abort.signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  let text = ''
  const stream = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  const reading = (async () => {
    for (let part = await stream?.read(); part && !part.done; part = await stream?.read()) text += part.value
  })()
  // The end of the test or of the server aborts the request.
  reading.catch(() => {})
  onTestFinished(() => abort.abort())
  return {
    text: () => text,
    close: () => abort.abort(),
    has: (part: string | RegExp) =>
      vi.waitFor(() => {
        if (typeof part === 'string') expect(text).toContain(part)
        else expect(text).toMatch(part)
      }, 10_000),
  }
}
