/** The dedupe store of `examples/store-durable-object` in Cloudflare's own runtime, as `wrangler dev` runs it. */

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { dedupeKey, parseEvent } from 'truedy-webhooks'
import { sampleEvent, signDelivery, storeCases } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { installExample, type Launch, type Server, startServer } from '../support/driver.js'
import { packLibrary } from '../support/package.js'

const SHORT_MS = 150
const LONG_MS = 60_000

const NOTHING = { result: { records: 0, alarm: null } }
const A_RECORD = { result: { records: 1, alarm: expect.any(Number) } }

/** Another Worker that uses the same objects. wrangler connects it to the running Worker that has them. */
const secondWorker = (main: string) => ({
  name: 'second',
  main,
  compatibility_date: '2026-04-21',
  durable_objects: {
    bindings: [{ name: 'DEDUPE', class_name: 'DedupeObject', script_name: 'truedy-webhooks' }],
  },
  send_metrics: false,
})

let workspace: string
let directory: string
let server: Server

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-durable-object-'))
  directory = await installExample('store-durable-object', await packLibrary(workspace), workspace)
  await cp(join(import.meta.dirname, 'durable-object.worker.js'), join(directory, 'durable-object.worker.js'))
  for (const main of ['worker.js', 'durable-object.worker.js']) {
    await writeFile(
      join(directory, `second-${basename(main, '.js')}.json`),
      JSON.stringify(secondWorker(main)),
    )
  }
})

afterAll(() => rm(workspace, { recursive: true, force: true }))

describe('the Durable Object store, used by another Worker,', () => {
  const workers: Server[] = []

  // Another Worker is used because a Worker and its own objects share a clock, and one of the cases makes the Worker's
  // clock wrong.
  beforeAll(async () => {
    workers.push(await start('durable-object.worker.js'))
    server = await start('--config second-durable-object.worker.json')
    workers.push(server)
  })

  afterAll(() => Promise.all(workers.map((worker) => worker.stop())))

  it.concurrent.each(storeCases)('$name', async ({ name }) => {
    expect(await ask('case', name)).toEqual({})
  })
})

describe('the Durable Object store', () => {
  beforeAll(async () => {
    server = await start('durable-object.worker.js')
  })

  afterAll(() => server?.stop())

  it('deletes an expired lease', async () => {
    const key = 'a lease that expires'
    await ask('claim', key, { owner: 'a', leaseMs: SHORT_MS })
    expect(await ask('stored', key)).toEqual(A_RECORD)
    await vi.waitFor(async () => expect(await ask('stored', key)).toEqual(NOTHING), 5000)
  })

  it('deletes an expired completion', async () => {
    const key = 'a completion that expires'
    await ask('claim', key, { owner: 'a', leaseMs: LONG_MS })
    await ask('complete', key, { owner: 'a', ttlMs: SHORT_MS })
    expect(await ask('stored', key)).toEqual(A_RECORD)
    await vi.waitFor(async () => expect(await ask('stored', key)).toEqual(NOTHING), 5000)
  })

  it('keeps nothing of a released key', async () => {
    const key = 'a released key'
    await ask('claim', key, { owner: 'a', leaseMs: LONG_MS })
    expect(await ask('release', key, { owner: 'a' })).toEqual({ result: true })
    expect(await ask('stored', key)).toEqual(NOTHING)
  })

  it('keeps nothing of a key that was only asked for', async () => {
    const key = 'a key that nobody holds'
    expect(await ask('renew', key, { owner: 'a', leaseMs: LONG_MS })).toEqual({ result: false })
    expect(await ask('release', key, { owner: 'a' })).toEqual({ result: false })
    expect(await ask('stored', key)).toEqual(NOTHING)
  })

  it('keeps what has not expired if the alarm comes early, and sets the alarm again', async () => {
    const key = 'an early alarm'
    await ask('claim', key, { owner: 'a', leaseMs: LONG_MS })
    await ask('ringEarly', key)
    expect(await ask('stored', key)).toEqual(A_RECORD)
    expect(await ask('claim', key, { owner: 'b', leaseMs: LONG_MS })).toEqual({ result: 'busy' })
  })
})

describe('the Durable Object store after a restart', () => {
  beforeAll(async () => {
    server = await start('durable-object.worker.js')
    await ask('claim', 'held', { owner: 'a', leaseMs: LONG_MS })
    await ask('claim', 'done', { owner: 'a', leaseMs: LONG_MS })
    await ask('complete', 'done', { owner: 'a', ttlMs: LONG_MS })
    await ask('claim', 'expired', { owner: 'a', leaseMs: SHORT_MS })
    await server.stop()
    server = await start('durable-object.worker.js')
  })

  afterAll(() => server?.stop())

  it('knows who holds a key', async () => {
    expect(await ask('claim', 'held', { owner: 'b', leaseMs: LONG_MS })).toEqual({ result: 'busy' })
    expect(await ask('complete', 'held', { owner: 'a', ttlMs: LONG_MS })).toEqual({ result: true })
  })

  it('knows which events are done', async () => {
    expect(await ask('claim', 'done', { owner: 'b', leaseMs: LONG_MS })).toEqual({ result: 'done' })
  })

  it('deletes what expired meanwhile', async () => {
    await vi.waitFor(async () => expect(await ask('stored', 'expired')).toEqual(NOTHING), 5000)
  })
})

describe('two Workers', () => {
  const workers: Server[] = []

  beforeAll(async () => {
    const secret = { TRUEDY_WEBHOOK_SECRET: 'whsec_shared' }
    workers.push(await start('worker.js', secret), await start('--config second-worker.json', secret))
  })

  afterAll(() => Promise.all(workers.map((worker) => worker.stop())))

  it('process an event once that comes to both at the same moment', async () => {
    const keys: string[] = []
    for (let i = 0; i < 20; i++) {
      const delivery = await signDelivery(sampleEvent('call.ended'), 'whsec_shared')
      keys.push(dedupeKey(parseEvent(delivery.body)))
      const send = ({ url }: Server) => fetch(url, { method: 'POST', ...delivery })
      const answers = await Promise.all([...workers, ...workers, ...workers].map(send))
      expect(answers.map(({ status }) => status)).toContain(204)
      for (const { status } of answers) expect([204, 503]).toContain(status)
      for (const worker of workers) expect((await send(worker)).status).toBe(204)
    }
    const processedKeys = () => workers.flatMap((worker) => worker.processedLines()).map(({ key }) => key)
    await vi.waitFor(() => expect(processedKeys().sort()).toEqual(keys.sort()), 5000)
  })
})

/** Starts a Worker with the example's own command. */
function start(script: string, env: Launch['env'] = {}): Promise<Server> {
  // Workers on one machine find each other through this folder. It contains only those of this test.
  const registry = { WRANGLER_REGISTRY_PATH: join(workspace, 'registry') }
  return startServer(directory, { command: `npm start -- ${script}`, env: { ...registry, ...env } })
}

/** The response of this test's Worker. */
async function ask(what: string, ...args: unknown[]): Promise<unknown> {
  const response = await fetch(`${server.origin}/${what}`, { method: 'POST', body: JSON.stringify(args) })
  return response.json()
}
