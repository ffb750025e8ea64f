/** `examples/cloudflare-queue` in Cloudflare's runtime: producer, local queue and consumer. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dedupeKey, parseEvent } from 'truedy-webhooks'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { installExample, type Server, startServer } from '../support/driver.js'
import { packLibrary } from '../support/package.js'
import { sendEveryCase } from './every-case.js'

const SOON_MS = 30_000

/** Cloudflare's limit for a message is 128 kB. */
const SMALL_MESSAGES = { answers: { 'a body of 500 kB': 500 } }

let workspace: string
let directory: string

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-cloudflare-queue-'))
  directory = await installExample('cloudflare-queue', await packLibrary(workspace), workspace)
})

afterAll(() => rm(workspace, { recursive: true, force: true }))

async function start(): Promise<Server> {
  const server = await startServer(directory)
  onTestFinished(() => server.stop())
  return server
}

async function post(server: Server, event: object): Promise<number> {
  const delivery = await signDelivery(event, server.secret)
  return (await fetch(server.url, { method: 'POST', ...delivery })).status
}

const keyOf = (event: object) => dedupeKey(parseEvent(event))

it('examples/cloudflare-queue responds as an endpoint must, and processes an event with several messages once', async () => {
  const server = await start()
  const keys = await sendEveryCase(server.url, server.secret, SMALL_MESSAGES)
  const event = sampleEvent('call.ended')
  keys.push(keyOf(event))
  const statuses = await Promise.all([post(server, event), post(server, event), post(server, event)])
  expect(statuses).toEqual([204, 204, 204])
  const processedKeys = () => server.processedLines().map(({ key }) => key)
  await vi.waitFor(() => expect(processedKeys().sort()).toEqual(keys.sort()), SOON_MS)
  // The log has one line, for the delivery that was too large.
  expect(server.errorOutput().match(/truedy-webhooks: .*/g)).toEqual([expect.stringContaining('128000')])
  const sweep = await fetch(`${server.origin}/cdn-cgi/handler/scheduled`)
  expect(sweep.status).toBe(200)
  const { status } = await fetch(`${server.origin}/webhooks/truedy2`, { method: 'POST' })
  expect(status).toBe(404)
})

it('examples/cloudflare-queue retries a message whose handler failed, without the others of its batch', async () => {
  const file = join(directory, 'worker.js')
  const source = await readFile(file, 'utf8')
  const handler = 'onEvent: (event, { key }) =>'
  expect(source.split(handler)).toHaveLength(2)
  const failing = 'onEvent: (event, { key, job }) => event.event === "call.failed" && failOnce(job.key) ||'
  await writeFile(
    file,
    `${source.replace(handler, failing)}
const failed = new Set()
function failOnce(key) {
  if (failed.has(key)) return
  failed.add(key)
  throw new Error('The CRM is down.')
}
`,
  )
  const server = await start()
  const events = [sampleEvent('call.ended'), sampleEvent('call.failed'), sampleEvent('call.ended')]
  for (const event of events) expect(await post(server, event)).toBe(204)
  const keys = events.map(keyOf)
  await vi.waitFor(
    () => expect(server.processedLines().map(({ key }) => key)).toEqual([keys[0], keys[2], keys[1]]),
    SOON_MS,
  )
  expect(server.errorOutput()).toContain('The CRM is down.')
})
