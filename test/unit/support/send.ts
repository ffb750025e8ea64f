/** Runs `send` in a test, and receivers for it. */

import type { IncomingHttpHeaders, RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { runCli } from '../../../src/cli/run.js'
import { createNodeHandler } from '../../../src/node.js'
import { serve } from './http.js'
import { type TestOptions, withHandler } from './options.js'
import { CLI_SECRET, type TestSurroundings, testSurroundings } from './surroundings.js'

/** A finished run of `send`. */
export interface Ended {
  code: number
  stdout: string
  stderr: string
  /** The objects that a run with `--json` printed. */
  objects(): Record<string, unknown>[]
  /** The last object. */
  summary(): Record<string, unknown>
}

/** Runs `send` to its end. */
export async function send(
  args: readonly (string | number)[],
  surroundings: TestSurroundings = testSurroundings(),
): Promise<Ended> {
  const code = await runCli(['send', ...args.map(String)], surroundings)
  const stdout = surroundings.stdout()
  const objects = () =>
    stdout
      .trimEnd()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line))
  return { code, stdout, stderr: surroundings.stderr(), objects, summary: () => objects().at(-1) ?? {} }
}

/** A request as a receiver saw it. */
export interface Seen {
  method: string | undefined
  url: string | undefined
  headers: IncomingHttpHeaders
  /** Names and values as they were sent. */
  rawHeaders: string[]
  body: string
  at: number
  socket: unknown
}

/** A server that keeps its requests, and responds to the nth one with `answer(nth)`. */
export async function keeper(
  answer: (nth: number) => { status: number; body?: string; headers?: Record<string, string> } = () => ({
    status: 204,
  }),
) {
  const seen: Seen[] = []
  const listener: RequestListener = async (request, response) => {
    const { method, url, headers, rawHeaders, socket } = request
    const at = performance.now()
    seen.push({ method, url, headers, rawHeaders, body: await text(request), at, socket })
    const { status, body = '', headers: more = {} } = answer(seen.length)
    response.writeHead(status, more).end(body)
  }
  const { url } = await serve(listener)
  return { url, seen, events: () => seen.map(({ body }): Record<string, unknown> => JSON.parse(body)) }
}

/** A receiver of this library. */
export async function receiver(options: TestOptions = {}) {
  const { url } = await serve(
    createNodeHandler(withHandler({ secret: CLI_SECRET, onOutcome: () => {}, ...options })),
  )
  return url
}
