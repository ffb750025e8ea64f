/** Running `listen` within a test, and clients for it. */

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type ClientRequest, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, vi } from 'vitest'
import { runCli } from '../../../src/cli/run.js'
import { sampleEvent, signDelivery } from '../../../src/testing/index.js'
import { CLI_SECRET, type TestSurroundings, testSurroundings } from './surroundings.js'

/** A run that listens, until the test ends. */
export interface Listening {
  readonly surroundings: TestSurroundings
  readonly url: string
  readonly page: string
  readonly code: Promise<number>
  /** The lines of `--json`. */
  lines(type?: string): Record<string, unknown>[]
}

/** Starts `listen` on a free port. */
export function listen(...argv: string[]): Promise<Listening> {
  return listenIn(testSurroundings(), ...argv)
}

/** The same in surroundings of the test's own. */
export async function listenIn(surroundings: TestSurroundings, ...argv: string[]): Promise<Listening> {
  const code = runCli(['listen', '--port', '0', ...argv], surroundings)
  await vi.waitFor(() => expect(surroundings.stdout()).toContain('127.0.0.1'))
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
  return { surroundings, code, url, page, lines }
}

/** Programs that open pages on some systems, and write down how they were called; for the length of a test. */
export function openers(): { readonly env: Readonly<Record<string, string>>; called(): string } {
  const folder = mkdtempSync(join(tmpdir(), 'truedy-webhooks-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const calls = join(folder, 'calls')
  for (const name of ['open', 'xdg-open', 'cmd']) {
    const program = join(folder, name)
    // Moved, so that it is never seen half written.
    writeFileSync(program, `#!/bin/sh\necho "${name} $*" > "${calls}.new"\nmv "${calls}.new" "${calls}"\n`)
    chmodSync(program, 0o755)
  }
  return { env: { PATH: `${folder}:/bin:/usr/bin` }, called: () => readFileSync(calls, 'utf8').trim() }
}

/** POSTs a delivery; the status of the answer. */
export async function post(
  url: string,
  { body, headers }: { body: string; headers: HeadersInit },
): Promise<number> {
  const response = await fetch(url, { method: 'POST', body, headers })
  await response.text()
  return response.status
}

/** A POST whose body has begun to arrive, and is not at its end. */
export async function begin(
  url: string,
  part: string,
  headers: Record<string, string>,
): Promise<ClientRequest> {
  const outgoing = httpRequest(url, { method: 'POST', headers })
  outgoing.on('error', () => {})
  outgoing.write(part)
  await vi.waitFor(() => expect(outgoing.socket?.connecting).toBe(false))
  return outgoing
}

/** A new call.ended, signed with the secret that the receiver has. */
export const genuine = (options?: Parameters<typeof signDelivery>[2]) =>
  signDelivery(sampleEvent('call.ended'), CLI_SECRET, options)
