import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { dedupeKey } from 'truedy-webhooks'
import { createNodeHandler } from 'truedy-webhooks/node'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { freePort, listenOn } from '../support/server.js'
import { PROGRAM, run, SECRET, start } from './command-line.js'

/** A server for the length of a test; its URL. */
async function serve(listener: RequestListener, port = 0): Promise<string> {
  const server = createServer(listener)
  const heard = await listenOn(server, port)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${heard}/webhooks/truedy`
}

const accept: RequestListener = (request, response) => {
  request.resume()
  response.writeHead(204).end()
}

/** Runs a command on a pseudo-terminal; all that it shows there. */
async function onTerminal(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const command = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ')
  const { NO_COLOR: _, ...inherited } = process.env
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...inherited, TERM: 'xterm', TRUEDY_WEBHOOK_SECRET: SECRET, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return text(child.stdout)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const COLOUR = /\u001b\[\d+m/

describe('on a terminal', () => {
  it('colours the status', async () => {
    const url = await serve(accept)
    expect(await onTerminal(['send', url])).toContain('\u001b[32m204\u001b[39m')
  })

  it('has no colours where NO_COLOR says so', async () => {
    const url = await serve(accept)
    const shown = await onTerminal(['send', url], { NO_COLOR: '1' })
    expect(shown).toContain('204')
    expect(shown).not.toMatch(COLOUR)
  })

  it('has no colours in a pipe', async () => {
    const url = await serve(accept)
    const { stdout } = await run(['send', url])
    expect(stdout).toContain('204')
    expect(stdout).not.toMatch(COLOUR)
  })

  it('shows progress in one line, and the summary after it', async () => {
    const url = await serve(accept)
    const shown = await onTerminal(['send', url, '--count', '400', '--rate', '500'])
    expect(shown.match(/\r\d+ of 400 {2}\d+\.\d\/s {2}\d+ ms left/g)?.length).toBeGreaterThan(3)
    expect(shown).toMatch(/\r +\r\s+deliveries +400 sent: .*400 got 2xx/)
  })
})

describe('the rate', () => {
  let receiver: ChildProcess
  let url: string

  /** The answer of the receiver to a question. */
  async function answer(): Promise<Record<string, number>> {
    const [message] = await once(receiver, 'message')
    return message
  }

  beforeAll(async () => {
    receiver = fork(join(import.meta.dirname, 'programs/arrivals.mjs'))
    const { port } = await answer()
    url = `http://127.0.0.1:${port}/`
  })
  afterAll(() => void receiver.kill())

  it.each([500, 2000])('is within two hundredths of %i a second, as the receiver sees it', async (rate) => {
    const count = rate * 3
    const { code, stdout } = await run(['send', url, '--count', `${count}`, '--rate', `${rate}`])
    expect(code).toBe(0)
    expect(stdout).toContain(`asked for ${rate.toLocaleString('en')}/s`)
    receiver.send('how many?')
    const arrived = await answer()
    expect(arrived['count']).toBe(count)
    const reached = ((count - 1) * 1000) / (arrived['elapsedMs'] ?? 0)
    expect(Math.abs(reached / rate - 1)).toBeLessThan(0.02)
  })
})

describe('retries', () => {
  it('reach a receiver that starts later, with waits divided by --speed', async () => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}/`
    const running = start(['send', url, '--retry', '--speed', '100'])
    await running.printed(/nothing listens there/)
    await serve(accept, port)
    const { code, stdout } = await running.finished
    expect(code).toBe(0)
    expect(stdout).toContain('retry in 300 ms')
    expect(stdout).toContain('attempt 2 of 11')
    expect(stdout).toContain('responses   1 × 204, 1 × no response')
  })
})

describe('Ctrl-C', () => {
  it.each<[string, RequestListener, string[]]>([
    ['while it waits to send again', (_, response) => void response.writeHead(500).end(), ['--retry']],
    ['while a receiver does not answer', (request) => void request.resume(), []],
    ['in a long run', accept, ['--count', '100000', '--rate', '300']],
  ])('%s ends with the summary and exit code 130', async (_, listener, args) => {
    let isReached = false
    const url = await serve((request, response) => {
      isReached = true
      listener(request, response)
    })
    const running = start(['send', url, ...args])
    await expect.poll(() => isReached, { timeout: 10_000 }).toBe(true)
    // Its answer, where there is one, has been read.
    await setTimeout(100)
    const at = performance.now()
    running.process.kill('SIGINT')
    const { code, stdout } = await running.finished
    expect(code).toBe(130)
    expect(performance.now() - at).toBeLessThan(1500)
    expect(stdout).toMatch(/\nstopped with Ctrl-C\ndeliveries +\d+ sent: /)
  })
})

describe('chaos', () => {
  it.each([1, 2, 3])('ends with every event handled exactly once (seed %i)', async (seed) => {
    const handled: string[] = []
    const url = await serve(
      createNodeHandler({
        secret: SECRET,
        onOutcome: () => {},
        onEvent: async (event) => {
          await setTimeout(40)
          handled.push(dedupeKey(event))
        },
      }),
    )
    const { code, stdout } = await run([
      'send',
      url,
      '--scenario',
      'chaos',
      '--seed',
      `${seed}`,
      '--speed',
      '20',
    ])
    expect(code).toBe(0)
    const [, distinct, sendings] = /events +(\d+) distinct, in (\d+) attempts/.exec(stdout) ?? []
    expect(handled).toHaveLength(Number(distinct))
    expect(new Set(handled).size).toBe(handled.length)
    expect(Number(sendings)).toBeGreaterThan(handled.length)
  })

  it('is the same sequence for the same seed, and another for another', async () => {
    const [one, same, other] = await Promise.all(
      ['5', '5', '6'].map(async (seed) => {
        const ids: string[] = []
        const url = await serve(async (request, response) => {
          ids.push(JSON.parse(await text(request)).id)
          response.writeHead(204).end()
        })
        await run(['send', url, '--scenario', 'chaos', '--seed', seed, '--speed', '15'])
        return ids
      }),
    )
    expect(one?.length).toBeGreaterThan(20)
    expect(same).toEqual(one)
    expect(other).not.toEqual(one)
  })
})

describe('the start', () => {
  // Tells on the standard error which of Node's modules for networks were loaded.
  const report = `process.on('exit',()=>console.error('loaded:',process.moduleLoadList.filter((name)=>/ _?(https?|_http_client)$/.test(name)).join()))`
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(report)}` }

  it('of the help loads nothing for HTTP', async () => {
    const { code, stderr } = await run(['send', '--help'], env)
    expect(code).toBe(0)
    expect(stderr).toMatch(/^loaded: *$/m)
  })

  it('of a run loads http, and https only for https://', async () => {
    const plain = await run(['send', 'http://127.0.0.1:1/'], env)
    expect(plain.stderr).toContain('NativeModule http')
    expect(plain.stderr).not.toContain('NativeModule https')
    const secure = await run(['send', 'https://127.0.0.1:1/'], env)
    expect(secure.stderr).toContain('NativeModule https')
  })
})
