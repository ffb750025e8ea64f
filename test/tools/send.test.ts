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

/** A server that runs until the test ends; returns its URL. */
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

/** Runs a command on a pseudo-terminal, and returns everything that it shows there. */
async function onTerminal(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const command = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ')
  const { NO_COLOR: _, ...inherited } = process.env
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...inherited, TERM: 'xterm', TRUEDY_WEBHOOK_SECRET: SECRET, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return text(child.stdout)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the tests look for them
const COLOR = /\u001b\[\d+m/

describe('send on a terminal', () => {
  it('colors the status', async () => {
    const url = await serve(accept)
    expect(await onTerminal(['send', url])).toContain('\u001b[32m204\u001b[39m')
  })

  it('uses no colors if NO_COLOR is set', async () => {
    const url = await serve(accept)
    const shown = await onTerminal(['send', url], { NO_COLOR: '1' })
    expect(shown).toContain('204')
    expect(shown).not.toMatch(COLOR)
  })

  it('uses no colors in a pipe', async () => {
    const url = await serve(accept)
    const { stdout } = await run(['send', url])
    expect(stdout).toContain('204')
    expect(stdout).not.toMatch(COLOR)
  })

  it('shows its progress in one line, and then the summary', async () => {
    const url = await serve(accept)
    const shown = await onTerminal(['send', url, '--count', '400', '--rate', '500'])
    expect(shown.match(/\r\d+ of 400 {2}\d+\.\d\/s {2}\d+ ms left/g)?.length).toBeGreaterThan(3)
    expect(shown).toMatch(/\r +\r\s+deliveries +400 sent: .*400 got 2xx/)
  })
})

describe('send --rate', () => {
  let receiver: ChildProcess
  let url: string

  /** The receiver's response to a question. */
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

  it.each([500, 2000])('keeps a rate of %i/s within 2 percent, as the receiver measures it', async (rate) => {
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

describe('send --retry', () => {
  it('reaches a receiver that starts later, with waits divided by --speed', async () => {
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
    ['while it waits for a retry', (_, response) => void response.writeHead(500).end(), ['--retry']],
    ['while a receiver does not respond', (request) => void request.resume(), []],
    ['in a long run', accept, ['--count', '100000', '--rate', '300']],
  ])('%s ends send with the summary and exit code 130', async (_, listener, args) => {
    let isReached = false
    const url = await serve((request, response) => {
      isReached = true
      listener(request, response)
    })
    const running = start(['send', url, ...args])
    await expect.poll(() => isReached, { timeout: 10_000 }).toBe(true)
    // Any response has been read by then.
    await setTimeout(100)
    const at = performance.now()
    running.process.kill('SIGINT')
    const { code, stdout } = await running.finished
    expect(code).toBe(130)
    expect(performance.now() - at).toBeLessThan(1500)
    expect(stdout).toMatch(/\nstopped with Ctrl-C\ndeliveries +\d+ sent: /)
  })
})

describe('send --scenario chaos', () => {
  it.each([1, 2, 3])('ends with every event processed exactly once (seed %i)', async (seed) => {
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

  it('sends the same sequence for the same seed, and another for another seed', async () => {
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

describe('the start of send', () => {
  // Prints on stderr which of Node's network modules were loaded.
  const report = `process.on('exit',()=>console.error('loaded:',process.moduleLoadList.filter((name)=>/ _?(https?|_http_client)$/.test(name)).join()))`
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(report)}` }

  it('loads nothing for HTTP to show the help', async () => {
    const { code, stderr } = await run(['send', '--help'], env)
    expect(code).toBe(0)
    expect(stderr).toMatch(/^loaded: *$/m)
  })

  it('loads http for a run, and https only for https://', async () => {
    const plain = await run(['send', 'http://127.0.0.1:1/'], env)
    expect(plain.stderr).toContain('NativeModule http')
    expect(plain.stderr).not.toContain('NativeModule https')
    const secure = await run(['send', 'https://127.0.0.1:1/'], env)
    expect(secure.stderr).toContain('NativeModule https')
  })
})
