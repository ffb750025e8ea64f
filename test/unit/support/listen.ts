/** Runs `listen` in a test, and clients for it. */

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type ClientRequest, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished } from 'vitest'
import { runCli } from '../../../src/cli/run.js'
import { sampleEvent, signDelivery } from '../../../src/testing/index.js'
import { nextMessage } from './channel.js'
import { eventually } from './eventually.js'
import { CLI_SECRET, type TestSurroundings, testSurroundings } from './surroundings.js'

/** A run of `listen` that lasts until the test ends. */
export interface Listening {
  readonly surroundings: TestSurroundings
  readonly url: string
  readonly page: string
  readonly code: Promise<number>
  /**
   * Resolves once `count` deliveries were shown. A delivery whose signature does not match is diagnosed after its
   * response was sent.
   */
  shown(count: number): Promise<void>
  /** The lines of `--json`. */
  lines(type?: string): Record<string, unknown>[]
}

/** Starts `listen` on a free port. */
export function listen(...argv: string[]): Promise<Listening> {
  return listenIn(testSurroundings(), ...argv)
}

/** Starts `listen` on a free port, in the given surroundings. */
export async function listenIn(surroundings: TestSurroundings, ...argv: string[]): Promise<Listening> {
  const code = runCli(['listen', '--port', '0', ...argv], surroundings)
  await eventually(() => expect(surroundings.stdout()).toContain('127.0.0.1'))
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/[^\s"]+/.exec(surroundings.stdout()) ?? []
  const [, page = ''] = /(?:Page: +|"page":")(http:[^\s"]+)/.exec(surroundings.stdout()) ?? []
  const lines = (type = 'delivery') =>
    surroundings
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter((line) => line.type === type)
  onTestFinished(async () => {
    surroundings.interrupt()
    await code
  })
  const isDelivery = /^(\d\d:\d\d:\d\d |\{"type":"delivery",)/gm
  const shown = (count: number) =>
    eventually(() => expect(surroundings.stdout().match(isDelivery)).toHaveLength(count))
  return { surroundings, code, url, page, lines, shown }
}

/** Stand-ins for the programs that open a URL, which record how they were called. They exist until the test ends. */
export function openers(): { readonly env: Readonly<Record<string, string>>; called(): string } {
  const folder = mkdtempSync(join(tmpdir(), 'truedy-webhooks-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const calls = join(folder, 'calls')
  for (const name of ['open', 'xdg-open', 'cmd']) {
    const program = join(folder, name)
    // The file is moved into place, so that a test never reads half of it.
    writeFileSync(program, `#!/bin/sh\necho "${name} $*" > "${calls}.new"\nmv "${calls}.new" "${calls}"\n`)
    chmodSync(program, 0o755)
  }
  return { env: { PATH: `${folder}:/bin:/usr/bin` }, called: () => readFileSync(calls, 'utf8').trim() }
}

/** POSTs a delivery, and returns the status of the response. */
export async function post(
  url: string,
  { body, headers }: { body: string; headers: HeadersInit },
): Promise<number> {
  const response = await fetch(url, { method: 'POST', body, headers })
  await response.text()
  return response.status
}

/** A POST whose body has begun to arrive at a server of this process, but has not ended. */
export async function begin(
  url: string,
  part: string,
  headers: Record<string, string>,
): Promise<ClientRequest> {
  const arrived = nextMessage('http.server.request.start')
  const outgoing = httpRequest(url, { method: 'POST', headers })
  outgoing.on('error', () => {})
  outgoing.write(part)
  await arrived
  // The part was sent with the headers, so the server has read it.
  await setImmediate()
  return outgoing
}

/** A new call.ended, signed with the receiver's secret. */
export const validDelivery = (options?: Parameters<typeof signDelivery>[2]) =>
  signDelivery(sampleEvent('call.ended'), CLI_SECRET, options)
