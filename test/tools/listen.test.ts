/** `listen` and `send` as programs of their own: forwarding, saving, Ctrl-C, and the width of a real terminal. */

import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createNodeHandler } from 'truedy-webhooks/node'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listenOn } from '../support/server.js'
import { PROGRAM, run, SECRET, start } from './command-line.js'

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'truedy-webhooks-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Starts `listen`, and returns its endpoint. */
async function listen(...args: string[]) {
  const running = start(['listen', '--port', '0', ...args])
  const [, url = ''] = await running.printed(/(http:\/\/127\.0\.0\.1:\d+\/webhooks\/truedy)/)
  onTestFinished(() => void running.process.kill('SIGKILL'))
  return { running, url }
}

async function deliver(url: string): Promise<number> {
  const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
  const response = await fetch(url, { method: 'POST', body, headers })
  await response.arrayBuffer()
  return response.status
}

/** The saved files. Each must be complete. */
function savedIn(folder: string): unknown[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
}

/** What a command shows on a pseudo-terminal of this width. */
async function onTerminal(columns: number, args: readonly string[]): Promise<string> {
  const command = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qec', `stty cols ${columns}; ${command}`, '/dev/null'], {
    env: { ...process.env, NO_COLOR: '1', TERM: 'xterm', TRUEDY_WEBHOOK_SECRET: SECRET },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let shown = ''
  for await (const text of child.stdout) shown += String(text)
  return shown
}

describe('listen and send', () => {
  it('forward a delivery to an app, save it, and replay it', async () => {
    const folder = newFolder()
    const app = createServer(createNodeHandler({ secret: SECRET, onEvent() {}, onOutcome: () => {} }))
    const target = `http://127.0.0.1:${await listenOn(app)}/webhooks/truedy`
    onTestFinished(() => {
      app.closeAllConnections()
      app.close()
    })
    const { running, url } = await listen('--forward', target, '--save', folder)
    expect((await run(['send', url, '--all'])).stdout).toContain('10 got 2xx')
    expect((await run(['send', url, '--set', 'data.call.duration=5'])).code).toBe(0)
    running.process.kill('SIGINT')
    const { code, stdout } = await running.finished
    expect(code).toBe(130)
    expect(stdout).toContain('11 deliveries: 11 acknowledged')
    expect(stdout.match(/app {4}204 in/g)).toHaveLength(11)
    expect(savedIn(folder)).toHaveLength(11)
    // To the app each of them is a duplicate, which it acknowledges.
    const again = await run(['send', target, '--from', folder])
    expect(again.stdout).toContain('11 got 2xx')
    expect((await run(['send', target, '--from', folder, '--keep'])).stdout).toContain('11 got 2xx')
  })
})

describe('listen', () => {
  it.each(['SIGINT', 'SIGKILL'] as const)(
    'leaves complete files if %s stops it at any moment',
    async (signal) => {
      for (const delayMs of [0, 3, 10, 30]) {
        const folder = newFolder()
        const { running, url } = await listen('--save', folder)
        let delivered = 0
        const sending = Promise.allSettled(
          Array.from({ length: 60 }, async () => {
            if ((await deliver(url)) === 204) delivered += 1
          }),
        )
        await setTimeout(delayMs)
        running.process.kill(signal)
        await Promise.all([sending, running.finished])
        expect(savedIn(folder).length).toBeLessThanOrEqual(60)
        // Unless the program was killed, everything that the sender counts as delivered is saved.
        if (signal === 'SIGINT') {
          expect(savedIn(folder).length).toBeGreaterThanOrEqual(delivered)
          expect(readdirSync(folder).filter((name) => !name.endsWith('.json'))).toEqual([])
        }
      }
    },
  )
})

describe('a real terminal', () => {
  it.each([80, 200])('of %i columns fits help, check and send', async (columns) => {
    const app = createServer((request, response) => {
      request.resume()
      response.writeHead(500).end()
    })
    const url = `http://127.0.0.1:${await listenOn(app)}/`
    onTestFinished(() => {
      app.closeAllConnections()
      app.close()
    })
    const all: string[] = []
    for (const args of [
      ['send', '--help'],
      ['send', url, '--all'],
      ['check', url, '--only', 'a retry'],
    ]) {
      all.push(...(await onTerminal(columns, args)).split(/\r?\n/))
    }
    expect(all.filter((line) => line.length > columns && line.includes(' '))).toEqual([])
    const longest = Math.max(...all.map((line) => line.length))
    expect(longest).toBeGreaterThan(columns * 0.5)
  })

  it('tells a command that it was resized', async () => {
    const program = `'${process.execPath}' '${PROGRAM}' listen --port 0`
    const child = spawn('script', ['-qec', `stty cols 200; tty; exec ${program}`, '/dev/null'], {
      env: { ...process.env, NO_COLOR: '1', TERM: 'xterm', TRUEDY_WEBHOOK_SECRET: SECRET },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let shown = ''
    child.stdout.on('data', (text) => {
      shown += String(text)
    })
    const seen = (pattern: RegExp) =>
      expect.poll(() => pattern.exec(shown)?.[1] ?? '', { timeout: 20_000 }).not.toBe('')
    await seen(/(http:\/\/127\.0\.0\.1:\d+\/webhooks\/truedy)/)
    await seen(/(\/dev\/pts\/\d+)/)
    const endpoint = /http:\/\/127\.0\.0\.1:\d+\/webhooks\/truedy/.exec(shown)?.[0] ?? ''
    const terminal = /\/dev\/pts\/\d+/.exec(shown)?.[0] ?? ''
    await deliver(endpoint)
    await seen(/(processed.* B {2}[\da-f-]{36})/)
    const resize = spawn('stty', ['-F', terminal, 'cols', '60'])
    await new Promise((resolve) => resize.on('close', resolve))
    shown = ''
    await deliver(endpoint)
    await seen(/(processed.*)\r?\n/)
    child.stdin.write('\u0003')
    await new Promise((resolve) => child.on('close', resolve))
    const [row = ''] = shown.split(/\r?\n/)
    expect(row).toContain('processed')
    expect(row.length).toBeLessThanOrEqual(60)
  })
})
