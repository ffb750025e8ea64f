/** The queues in `examples/` that are not adapters of ours hold what was acknowledged, on their real servers. */

import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createJobHandler, type QueueJob } from 'truedy-webhooks'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { installExample, type Server, startServer } from '../support/driver.js'
import { startNats } from '../support/nats-server.js'
import { packLibrary } from '../support/package.js'
import { startRabbitMq } from '../support/rabbitmq-server.js'
import type { ServerProgram } from '../support/server-program.js'
import { startBackgroundProgram } from './background-program.js'

let workspace: string
let tarball: string
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-queues-'))
  tarball = await packLibrary(workspace)
})
afterAll(() => rm(workspace, { recursive: true, force: true }))

/** The number of acknowledged deliveries. Each other one must get a 500. */
async function acknowledged({ url, secret }: Server, count: number): Promise<number> {
  let found = 0
  for (let i = 0; i < count; i++) {
    const signed = await signDelivery(sampleEvent('call.ended'), secret)
    const { status } = await fetch(url, { method: 'POST', ...signed })
    expect([204, 500]).toContain(status)
    if (status === 204) found += 1
  }
  return found
}

/** A package that an installed example depends on. */
function dependency<Module>(directory: string, name: string): Module {
  return createRequire(join(directory, 'receiver.js'))(name) as Module
}

/** `consumer.js` of an example. */
interface Consumer {
  startConsumer(work: (job: string | Uint8Array | QueueJob) => Promise<unknown>): Promise<() => Promise<void>>
}

async function importConsumer(directory: string): Promise<Consumer> {
  // It prints the errors of handlers.
  vi.spyOn(console, 'error').mockImplementation(() => {})
  return import(pathToFileURL(join(directory, 'consumer.js')).href)
}

/** Attempts of a job in the tests below, instead of the many of the examples. */
const ATTEMPTS = 3

/** Delivers two events whose jobs fail, one of them once, the other one always; resolves when `isDone` does. */
async function tryJobs(
  receiver: Server,
  { startConsumer }: Consumer,
  isDone: () => Promise<void>,
  timeout: number,
): Promise<void> {
  const tries = { flaky: 0, broken: 0 }
  const [flaky, broken] = [sampleEvent('call.ended'), sampleEvent('call.ended')]
  const work = createJobHandler({
    onOutcome() {},
    onEvent({ id }) {
      tries[id === flaky.id ? 'flaky' : 'broken'] += 1
      if (id === broken.id || tries.flaky === 1) throw new Error('The CRM is down.')
    },
  })
  const stop = await startConsumer((job) => work(job))
  try {
    for (const event of [flaky, broken]) {
      const signed = await signDelivery(event, receiver.secret)
      expect((await fetch(receiver.url, { method: 'POST', ...signed })).status).toBe(204)
    }
    await vi.waitFor(async () => {
      expect(tries).toEqual({ flaky: 2, broken: ATTEMPTS })
      await isDone()
    }, timeout)
  } finally {
    await stop()
  }
}

describe('examples/queue-nats', () => {
  interface StreamInfo {
    readonly config: object
    readonly state: { readonly messages: number }
  }
  interface Opened {
    readonly connection: { close(): Promise<void> }
    readonly manager: {
      readonly streams: {
        info(name: string): Promise<StreamInfo>
        update(name: string, config: object): Promise<unknown>
        delete(name: string): Promise<unknown>
        purge(name: string): Promise<unknown>
        getMessage(name: string, query: { seq: number }): Promise<{ json(): { key: string } } | null>
      }
      readonly consumers: { delete(stream: string, name: string): Promise<boolean> }
    }
  }
  let nats: ServerProgram
  let directory: string
  let receiver: Server
  let opened: Opened
  beforeAll(async () => {
    nats = await startNats()
    const NATS_URL = `nats://127.0.0.1:${nats.port}`
    directory = await installExample('queue-nats', tarball, workspace)
    receiver = await startServer(directory, { command: 'exec node receiver.js', env: { NATS_URL } })
    vi.stubEnv('NATS_URL', NATS_URL)
    vi.stubEnv('ATTEMPTS', String(ATTEMPTS))
    const { openStreams } = await import(pathToFileURL(join(directory, 'stream.js')).href)
    opened = await openStreams()
  })
  afterAll(async () => {
    await opened?.connection.close()
    await receiver?.stop()
    await nats?.stop()
  })

  const held = async () => (await opened.manager.streams.info('TRUEDY')).state.messages

  it('keeps acknowledged jobs while there is no worker, even through a crash of the server', async () => {
    expect(await acknowledged(receiver, 10)).toBe(10)
    await nats.halt('SIGKILL')
    expect(await acknowledged(receiver, 1)).toBe(0)
    await nats.resume()
    await vi.waitFor(async () => expect(await acknowledged(receiver, 1)).toBe(1), 20_000)
    await vi.waitFor(async () => expect(await held()).toBeGreaterThanOrEqual(11), 10_000)
    await opened.manager.streams.purge('TRUEDY')
  })

  it('keeps an event once, however often it is delivered', async () => {
    const event = sampleEvent('call.ended')
    for (let i = 0; i < 5; i++) {
      const signed = await signDelivery(event, receiver.secret)
      expect((await fetch(receiver.url, { method: 'POST', ...signed })).status).toBe(204)
    }
    expect(await held()).toBe(1)
    await opened.manager.streams.purge('TRUEDY')
  })

  it("responds with 500 for a job over the server's limit", async () => {
    // In the JSON of the job, each quote has two characters.
    const event = { ...sampleEvent('call.ended'), note: '"'.repeat(400_000) }
    const signed = await signDelivery(event, receiver.secret)
    expect((await fetch(receiver.url, { method: 'POST', ...signed })).status).toBe(500)
    expect(await held()).toBe(0)
  })

  it('retries a failed job, and moves a job that always fails to the other stream', async () => {
    const failed = async () => (await opened.manager.streams.info('TRUEDY_FAILED')).state.messages
    const isDone = async () => expect([await held(), await failed()]).toEqual([0, 1])
    await tryJobs(receiver, await importConsumer(directory), isDone, 30_000)
    const message = await opened.manager.streams.getMessage('TRUEDY_FAILED', { seq: 1 })
    expect(message?.json().key).toMatch(/^call\.ended:/)
  })

  it('stops a worker if its consumer is deleted, and creates the consumer if the worker starts again', async () => {
    const env = { NATS_URL: process.env['NATS_URL'] ?? '' }
    const first = await startBackgroundProgram(directory, 'worker.js', env)
    onTestFinished(() => void first.end('SIGKILL'))
    expect(await acknowledged(receiver, 1)).toBe(1)
    await vi.waitFor(() => expect(first.reports()).toHaveLength(1), 20_000)
    await opened.manager.consumers.delete('TRUEDY', 'workers')
    await vi.waitFor(() => expect(first.isRunning()).toBe(false), 20_000)
    expect(first.errorOutput()).toContain('consumer deleted')
    expect(await acknowledged(receiver, 1)).toBe(1)
    const second = await startBackgroundProgram(directory, 'worker.js', env)
    onTestFinished(() => void second.end('SIGKILL'))
    await vi.waitFor(() => expect(second.reports()).toHaveLength(1), 20_000)
    expect(await second.end('SIGTERM')).toBe(0)
  })

  it('responds with 500 if the stream is full or missing', async () => {
    const { config } = await opened.manager.streams.info('TRUEDY')
    await opened.manager.streams.update('TRUEDY', { ...config, max_msgs: 5 })
    const count = await acknowledged(receiver, 20)
    expect(count).toBe(5)
    expect(await held()).toBe(count)
    await opened.manager.streams.delete('TRUEDY')
    expect(await acknowledged(receiver, 3)).toBe(0)
  })
})

describe('examples/queue-rabbitmq', () => {
  interface Connection {
    queueDeclare(params: object): Promise<{ readonly messageCount: number }>
    queueDelete(params: object): Promise<unknown>
    queuePurge(params: object): Promise<unknown>
    basicGet(params: object): Promise<{ readonly body: { readonly key: string } } | undefined>
    close(): Promise<void>
  }
  const queue = 'truedy-events'
  let rabbit: ServerProgram
  let directory: string
  let receiver: Server
  let connection: Connection
  beforeAll(async () => {
    const server = await startRabbitMq()
    rabbit = server
    directory = await installExample('queue-rabbitmq', tarball, workspace)
    // A job that failed waits for 30 s, as the example has it, in the full version only.
    const wait = process.env['FULL'] === '1' ? {} : { RETRY_SECONDS: '1' }
    const env = { AMQP_URL: server.url, ...wait }
    receiver = await startServer(directory, { command: 'exec node receiver.js', env })
    for (const [name, value] of Object.entries({ ...env, ATTEMPTS: String(ATTEMPTS) }))
      vi.stubEnv(name, value)
    const client = dependency<{ Connection: new (url: string) => Connection }>(directory, 'rabbitmq-client')
    connection = new client.Connection(server.url)
  })
  afterAll(async () => {
    await connection?.close()
    await receiver?.stop()
    await rabbit?.stop()
  })

  const held = async () => (await connection.queueDeclare({ queue, passive: true })).messageCount

  it('keeps acknowledged jobs while there is no worker', async () => {
    expect(await acknowledged(receiver, 10)).toBe(10)
    await vi.waitFor(async () => expect(await held()).toBe(10), 10_000)
    await connection.queuePurge({ queue })
  })

  it('retries a failed job, and moves a job that always fails to the queue of failed jobs', async () => {
    const count = async (name: string) =>
      (await connection.queueDeclare({ queue: name, passive: true })).messageCount
    const names = [queue, `${queue}-retry`, `${queue}-failed`]
    const isDone = async () => expect(await Promise.all(names.map(count))).toEqual([0, 0, 1])
    await tryJobs(receiver, await importConsumer(directory), isDone, 150_000)
    const message = await connection.basicGet({ queue: `${queue}-failed`, noAck: true })
    expect(message?.body.key).toMatch(/^call\.ended:/)
  }, 180_000)

  it('responds with 500 if the queue is missing', async () => {
    await connection.queueDelete({ queue })
    expect(await acknowledged(receiver, 3)).toBe(0)
  })

  it('responds with 500 once the queue is full', async () => {
    const limits = { 'x-queue-type': 'quorum', 'x-max-length': 5, 'x-overflow': 'reject-publish' }
    await connection.queueDeclare({ queue, durable: true, arguments: limits })
    // A quorum queue may take a few more than its limit.
    const count = await acknowledged(receiver, 40)
    expect(count).toBeLessThan(40)
    await vi.waitFor(async () => expect(await held()).toBe(count), 10_000)
  })
})
