import { ChildProcess } from 'node:child_process'
import { type EventEmitter, errorMonitor } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { toLine } from '../../../../src/cli/listen/delivery-line.js'
import type { ListenedDelivery } from '../../../../src/cli/listen/listened-delivery.js'
import { createLog } from '../../../../src/cli/listen/log.js'
import { listenOn } from '../../../../src/cli/listen/loopback-server.js'
import { openBrowser } from '../../../../src/cli/listen/open-browser.js'
import { sendEvents } from '../../../../src/cli/listen/page-events.js'
import { eventually } from '../../support/eventually.js'
import { failOnUncaught, serve } from '../../support/http.js'
import { openers } from '../../support/listen.js'

failOnUncaught()

function delivery(number: number, bytes = 10): ListenedDelivery {
  return {
    number,
    receivedAt: 0,
    method: 'POST',
    path: '/',
    rawHeaders: [],
    body: new Uint8Array(bytes),
    bytes,
    isWhole: true,
    status: 204,
    outcome: 'processed',
    durationMs: 1,
    isValid: true,
  }
}

describe('the log of deliveries', () => {
  it('keeps the newest 1,000 deliveries', () => {
    const log = createLog()
    for (let number = 1; number <= 1005; number++) log.add(delivery(number))
    expect(log.after(0)).toHaveLength(1000)
    expect(log.find(5)).toBeUndefined()
    expect(log.find(6)?.number).toBe(6)
    expect(log.after(1004).map(({ number }) => number)).toEqual([1005])
  })

  it('keeps at most 32 MiB', () => {
    const log = createLog()
    for (let number = 1; number <= 40; number++) log.add(delivery(number, 1_048_576))
    expect(log.after(0).map(({ number }) => number)).toEqual(
      Array.from({ length: 32 }, (_, index) => index + 9),
    )
  })

  it('counts the size of headers, too', () => {
    const log = createLog()
    const rawHeaders = ['x-long', 'x'.repeat(15 * 1_048_576)]
    for (let number = 1; number <= 3; number++) log.add({ ...delivery(number), rawHeaders })
    expect(log.after(0).map(({ number }) => number)).toEqual([2, 3])
  })

  it('notifies subscribers until they stop', () => {
    const log = createLog()
    const heard: number[] = []
    const stop = log.subscribe(({ number }) => heard.push(number))
    log.add(delivery(1))
    stop()
    log.add(delivery(2))
    expect(heard).toEqual([1])
  })
})

describe('the JSON line of a delivery', () => {
  it('has its duration rounded to 0.1 ms', () => {
    expect(toLine({ ...delivery(1), durationMs: 1.26 })).toMatchObject({ durationMs: 1.3 })
  })
})

describe('a loopback server', () => {
  it("says why it can't listen, whatever the reason", async () => {
    const server = createServer()
    server.listen = () => {
      const error = Object.assign(new Error('no such device'), { code: 'ENXIO' })
      setImmediate(() => server.emit('error', error))
      return server
    }
    await expect(listenOn(server, 80, 'Try another.')).rejects.toThrow(
      "Port 80 can't be used: no such device. Try another.",
    )
  })
})

describe('the feed of the page', () => {
  /** Serves a feed of these deliveries, with a spy for the end of its subscription. */
  async function feedOf(deliveries: readonly ListenedDelivery[]) {
    const stop = vi.fn()
    const log = { ...createLog(), after: () => deliveries, subscribe: () => stop }
    const { url } = await serve((request, response) => sendEvents(request, response, log, 'run'))
    return { url, stop }
  }

  const large = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ ...delivery(index), message: 'x'.repeat(1_048_576) }))

  it('has the content type of an event stream, and ends its subscription with the connection', async () => {
    const { url, stop } = await feedOf([])
    const abandoned = new AbortController()
    const response = await fetch(url, { signal: abandoned.signal })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(stop).not.toHaveBeenCalled()
    abandoned.abort()
    await eventually(() => expect(stop).toHaveBeenCalledOnce())
  })

  it('drops a browser that is more than 8 MiB behind', async () => {
    const { url, stop } = await feedOf(large(12))
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow()
    await eventually(() => expect(stop).toHaveBeenCalledOnce())
    const patient = await feedOf(large(7))
    const reader = (await fetch(patient.url)).body?.getReader()
    let bytes = 0
    while (bytes <= 7 * 1_048_576) bytes += (await reader?.read())?.value?.length ?? Number.NaN
    await reader?.cancel()
    expect(bytes).toBeGreaterThan(7 * 1_048_576)
  })

  it('contains only the beginning of a long event type', async () => {
    const event = 'x'.repeat(1_048_576)
    const { url } = await feedOf(Array.from({ length: 12 }, (_, number) => ({ ...delivery(number), event })))
    const reader = (await fetch(url)).body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('event: live')) text += (await reader?.read())?.value ?? expect.fail('It ended.')
    await reader?.cancel()
    const names = Array.from(text.matchAll(/"event":"(\w+…)"/g), ([, name]) => name)
    expect(names).toEqual(Array(12).fill(`${'x'.repeat(200)}…`))
  })
})

// The openers are shell scripts, which Windows can't run.
describe.skipIf(process.platform === 'win32')('openBrowser', () => {
  /** Records the programs that are started. */
  function recordStarts() {
    const start = vi.spyOn(ChildProcess.prototype as ChildProcess & { spawn(): void }, 'spawn')
    onTestFinished(() => void start.mockRestore())
    return start.mock
  }

  it.each([
    ['darwin', 'open http://127.0.0.1:1/'],
    ['linux', 'xdg-open http://127.0.0.1:1/'],
    ['win32', 'cmd /c start  http://127.0.0.1:1/'],
  ] as const)('opens the URL on %s', async (platform, call) => {
    const { env, called } = openers()
    openBrowser('http://127.0.0.1:1/', env, platform)
    expect(await eventually(called)).toBe(call)
  })

  it('opens nothing if BROWSER is "none"', () => {
    const started = recordStarts()
    openBrowser('http://127.0.0.1:1/', { ...openers().env, BROWSER: 'none' }, 'linux')
    expect(started.calls).toEqual([])
  })

  it('does not throw if no opener exists', async () => {
    const started = recordStarts()
    openBrowser('http://127.0.0.1:1/', { PATH: '/nowhere' }, 'linux')
    const [opener] = started.contexts as [ChildProcess]
    // errorMonitor observes the error without handling it: handling it is the job of the code under test.
    await new Promise((resolve) => (opener as EventEmitter).once(errorMonitor, resolve))
  })
})
