/** Every example does what a webhook endpoint must, from `npm install` to the last delivery. */

import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dedupeKey, parseEvent } from 'truedy-webhooks'
import { checkEndpoint, sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  installExample,
  type Launch,
  type ProcessedLine,
  type Server,
  startServer,
} from '../support/driver.js'
import { deliverAfterUploads, rejectedUploads } from '../support/keep-alive.js'
import { packLibrary } from '../support/package.js'
import { catalogue } from './catalogue.js'
import { casesFor } from './every-case.js'
import { testUnusualRequests } from './unusual-requests.js'

interface Row {
  readonly example: string
  installSeconds: string
  bootSeconds: string
  passed: number
  failed: number
}

/** The catalogue, each line with its name and its folder. */
const lines = Object.entries(catalogue).map(([name, launch]) => ({ folder: name, ...launch, name }))

let workspace: string
let tarball: string
/** The folders of installed examples, including those that are still being installed. */
const installs = new Map<string, Promise<string>>()
const table: Row[] = []

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-examples-'))
  tarball = await packLibrary(workspace)
})

afterAll(async () => {
  console.table(table)
  // If only some are tested, the next one may still be installing into the folder that is about to be removed.
  await Promise.allSettled(installs.values())
  await rm(workspace, { recursive: true, force: true })
})

/** Installs and builds an example, once. */
function install({ folder, ...launch }: Launch & { folder: string }): Promise<string> {
  const found = installs.get(folder)
  if (found) return found
  const installed = installExample(folder, tarball, workspace, launch)
  // The test that needs the example reports a failure, so it is ignored here, where the example may only be installed ahead.
  installed.catch(() => {})
  installs.set(folder, installed)
  return installed
}

describe.each(lines.map((line) => [line.name, line] as const))('examples/%s', (example, line) => {
  const { folder } = line
  const later = lines.slice(lines.indexOf(line) + 1)
  const valid: ProcessedLine[] = []
  const row: Row = { example, installSeconds: '', bootSeconds: '', passed: 0, failed: 0 }
  let server: Server

  beforeAll(async () => {
    table.push(row)
    const began = performance.now()
    const directory = await install(line)
    row.installSeconds = secondsSince(began)
    const started = performance.now()
    server = await startServer(directory, line)
    row.bootSeconds = secondsSince(started)
    // Installs the next one during the tests of this one, which leave the machine idle.
    if (later[0] !== undefined) install(later[0])
  })

  afterEach(({ task }) => {
    if (task.result?.state === 'fail') row.failed += 1
    else row.passed += 1
  })

  afterAll(async () => {
    await server?.stop()
    if (later.some((other) => other.folder === folder)) return
    const directory = await installs.get(folder)?.catch(() => undefined)
    if (directory !== undefined) await rm(directory, { recursive: true, force: true })
  })

  for (const endpointCase of casesFor(line)) {
    const { name, expected } = endpointCase
    const isProcessed = expected.startsWith('2xx')

    it(`responds to ${name} with ${expected}, and processes ${isProcessed ? 'it once' : 'nothing'}`, async () => {
      const linesBefore = server.processedLines().length
      const fetched = vi.spyOn(globalThis, 'fetch')
      const results = await checkEndpoint(server.url, server.secret, [endpointCase])
      const wanted = isProcessed ? processedLinesOf(fetched.mock.calls.map(([, init]) => init?.body)) : []
      valid.push(...wanted)

      expect(results).toMatchObject([{ name, passed: true, expected, actual: expect.any(String) }])
      await vi.waitFor(() => {
        expect(sorted(server.processedLines().slice(linesBefore))).toEqual(sorted(wanted))
      }, 5000)
    })
  }

  it("responds with 401 to a signature on two lines, which fetch can't send", async () => {
    const { body, headers } = await signDelivery(sampleEvent('call.ended'), server.secret)
    const { 'x-truedy-signature': signature, ...others } = headers
    const twice = { ...others, 'x-truedy-signature': [signature, signature] }
    const outgoing = request(server.url, { method: 'POST', headers: twice }).end(body)
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    response.resume()
    expect(response.statusCode).toBe(401)
  })

  it('responds with 404 on every other path', async () => {
    const signed = await signDelivery(sampleEvent('call.ended'), server.secret)
    for (const path of ['/', '/webhooks', '/webhooks/truedy/more', '/webhooks/truedy2']) {
      const response = await fetch(server.origin + path, { method: 'POST', ...signed })
      expect(response.status, path).toBe(404)
    }
  })

  it.each(rejectedUploads)('accepts a valid delivery after an upload that is %s', async (...upload) => {
    const seen = await deliverAfterUploads(server.url, server.secret, upload, {
      rounds: 2,
      closesSilently: line.closesSilently ?? false,
    })
    valid.push(...processedLinesOf(seen.map(({ body }) => body)))
    for (const { rejected } of seen) expect(rejected).toBeGreaterThanOrEqual(400)
    expect(seen.map(({ accepted }) => accepted)).toEqual([204, 204])
    await vi.waitFor(() => expect(sorted(server.processedLines())).toEqual(sorted(valid)), 5000)
  })

  testUnusualRequests(
    example,
    () => server,
    (body) => valid.push(...processedLinesOf([body])),
  )

  it('stops when it is told to', async () => {
    await server.stop()
    await expect(fetch(server.origin)).rejects.toThrow('fetch failed')
  })

  it('has processed every valid event once, and nothing else', () => {
    expect(sorted(server.processedLines())).toEqual(sorted(valid))
    expect(new Set(server.processedLines().map(({ key }) => key)).size).toBe(valid.length)
  })

  it(`has printed nothing${line.errorOutput ? ' else' : ''} on stderr`, () => {
    expect(server.errorOutput()).toMatch(line.errorOutput ?? /^$/)
  })
})

/** What must be printed for request bodies, however often each was sent. */
function processedLinesOf(bodies: readonly unknown[]): ProcessedLine[] {
  const events = [...new Set(bodies)].map((body) => parseEvent(String(body)))
  return events.map((event) => ({ processed: event.event, key: dedupeKey(event) }))
}

/** Sorts lines by key, because a worker may finish two jobs in either order. */
function sorted(lines: readonly ProcessedLine[]): ProcessedLine[] {
  return [...lines].sort((one, other) => (one.key < other.key ? -1 : 1))
}

function secondsSince(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(1)
}
