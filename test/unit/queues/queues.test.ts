/** The calls of each adapter to its engine's client. test/queues runs the adapters on the real engines. */

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Queue, QueueJob } from '../../../src/index.js'
import { bullmqQueue, cloudflareQueue, graphileQueue, pgBossQueue } from '../../../src/queues/index.js'

const job: QueueJob = {
  key: '@acme/call.ended:call:c1',
  type: 'call.ended',
  body: '{}',
  sentAt: '2026-11-29T12:00:00.000Z',
  receivedAt: '2026-11-29T12:00:01.000Z',
}
const withKey = (key: string): QueueJob => ({ ...job, key })

const getJobState = async () => 'waiting'
const retry = async () => {}
const getJobById = async () => ({})

describe('bullmqQueue', () => {
  it('adds a job with the options, under an id that BullMQ allows', async () => {
    const add = vi.fn(async (_name: string, _data: unknown, _options?: { attempts?: number }) => undefined)
    await bullmqQueue({ add, getJobState }, { attempts: 3 }).add(job)
    expect(add).toHaveBeenCalledWith('call.ended', job, {
      attempts: 3,
      jobId: '@acme/call.ended%3Acall%3Ac1',
    })
  })

  it('maps different keys to different ids that BullMQ allows', async () => {
    const idOf = async (key: string) => {
      const add = vi.fn(async (_name: string, _data: unknown, _options?: { jobId?: string }) => undefined)
      await bullmqQueue({ add, getJobState }).add(withKey(key))
      return add.mock.calls[0]?.[2]?.jobId
    }
    // The characters that matter to the escapes.
    const keys = fc.string({ unit: fc.constantFrom(...'%:253AN-a'), minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(keys, keys, async (one, other) => {
        const id = await idOf(one)
        // BullMQ itself rejects these two.
        expect(id).not.toContain(':')
        expect(id).not.toBe(String(Number.parseInt(id ?? '', 10)))
        expect((await idOf(other)) === id).toBe(other === one)
      }),
      {
        examples: [
          ['25', '%'],
          ['-5', 'NaN'],
        ],
        numRuns: 500,
      },
    )
  })

  it('retries a failed job with the same id', async () => {
    const retry = vi.fn(async () => {})
    const add = async () => ({ retry })
    await bullmqQueue({ add, getJobState: async () => 'failed' }).add(job)
    expect(retry).toHaveBeenCalledWith('failed', { resetAttemptsMade: true })
    await bullmqQueue({ add, getJobState }).add(job)
    expect(retry).toHaveBeenCalledTimes(1)
  })

  it('accepts the job that it added, even if it failed and has no retry()', async () => {
    const add = async (_name: string, _data: unknown, options?: { jobId?: string }) => ({
      id: options?.jobId,
    })
    for (const state of ['waiting', 'failed']) {
      const queue = bullmqQueue({ add, getJobState: async () => state })
      await expect(queue.add(job)).resolves.toBeUndefined()
    }
  })

  it('accepts a client whose add() resolves with nothing', async () => {
    const queue = bullmqQueue({ add: async () => undefined, getJobState: async () => 'failed' })
    await expect(queue.add(job)).resolves.toBeUndefined()
  })

  it('rejects if BullMQ returns another job', async () => {
    const queue = bullmqQueue({ add: async () => ({ id: 'another' }), getJobState })
    await expect(queue.add(job)).rejects.toThrow('another')
  })
})

describe('pgBossQueue', () => {
  it('sends a job with the options, under a UUID derived from the key', async () => {
    const send = vi.fn(async (_name: string, _data: object, _options?: { retryLimit?: number }) => null)
    await pgBossQueue({ send, retry, getJobById }, 'truedy', { retryLimit: 3 }).add(job)
    const [[name, data, options] = []] = send.mock.calls
    expect([name, data]).toEqual(['truedy', job])
    expect(options).toEqual({
      retryLimit: 3,
      id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
    })
    await pgBossQueue({ send, retry, getJobById }, 'truedy').add(job)
    await pgBossQueue({ send, retry, getJobById }, 'truedy').add(withKey('another'))
    const ids = send.mock.calls.map(([, , each]) => (each as { id?: string }).id)
    expect(ids[1]).toBe(ids[0])
    expect(ids[2]).not.toBe(ids[0])
  })

  it('keeps the digits of the SHA-256 digest, apart from the version and the variant', async () => {
    for (const key of Array.from({ length: 20 }, (_, number) => `key ${number}`)) {
      const send = vi.fn(async (_name: string, _data: object, _options?: object) => 'added')
      await pgBossQueue({ send, retry, getJobById }, 'truedy').add(withKey(key))
      const { id = '' } = (send.mock.calls[0]?.[2] ?? {}) as { id?: string }
      const digest = createHash('sha256').update(key).digest('hex')
      const digits = id.replaceAll('-', '')
      expect([digits.slice(0, 12), digits.slice(13, 16), digits.slice(17)]).toEqual([
        digest.slice(0, 12),
        digest.slice(13, 16),
        digest.slice(17, 32),
      ])
      // The two high bits of this digit are the variant, and the others are kept (RFC 9562 §4.1).
      expect(Number(`0x${digits[16]}`)).toBe(8 + (Number(`0x${digest[16]}`) % 4))
    }
  })
})

describe('pgBossQueue, for a job that the queue already has,', () => {
  it('retries it in case it has failed', async () => {
    const retry = vi.fn(async () => {})
    await pgBossQueue({ send: async () => 'new', retry, getJobById }, 'truedy').add(job)
    expect(retry).not.toHaveBeenCalled()
    await pgBossQueue({ send: async () => null, retry, getJobById }, 'truedy').add(job)
    expect(retry).toHaveBeenCalledWith('truedy', expect.stringMatching(/^[\da-f-]{36}$/))
  })
})

describe('pgBossQueue, for a job that pg-boss did not add,', () => {
  const addTo = (getJobById: () => Promise<object | null>) =>
    pgBossQueue({ send: async () => null, retry, getJobById }, 'truedy').add(job)

  it('resolves if the queue has the job, and rejects otherwise', async () => {
    await expect(addTo(async () => ({ id: 'known' }))).resolves.toBeUndefined()
    await expect(addTo(async () => null)).rejects.toThrow('"truedy"')
  })
})

describe("pgBossQueue, for characters that PostgreSQL can't store in JSON,", () => {
  it('replaces them in the type and the scope', async () => {
    const sent: unknown[] = []
    const send = async (_: string, data: object) => String(sent.push(data))
    const queue = pgBossQueue({ send, retry, getJobById }, 'truedy')
    await queue.add({ ...job, type: 'a\0b\ud800c\udc00\u{1f600}' })
    await queue.add({ ...job, scope: 'a\0b' })
    expect(sent).toEqual([
      { ...job, type: 'a\ufffdb\ufffdc\ufffd\u{1f600}' },
      { ...job, scope: 'a\ufffdb' },
    ])
  })
})

describe('graphileQueue', () => {
  it('adds a job under its key, or under a digest of a long key', async () => {
    const addJob = vi.fn(async (_task: string, _payload: unknown, _spec?: { maxAttempts?: number }) => ({}))
    const queue = graphileQueue({ addJob }, 'truedy', { maxAttempts: 3 })
    await queue.add(job)
    expect(addJob).toHaveBeenCalledWith('truedy', job, {
      maxAttempts: 3,
      jobKey: job.key,
      jobKeyMode: 'preserve_run_at',
    })
    await queue.add(withKey('x'.repeat(512)))
    await queue.add(withKey('x'.repeat(513)))
    expect(addJob.mock.calls.slice(1).map(([, , spec]) => spec)).toMatchObject([
      { jobKey: 'x'.repeat(512) },
      { jobKey: expect.stringMatching(/^[\da-f]{64}$/) },
    ])
  })
})

describe('cloudflareQueue', () => {
  it('sends a job, and rejects one that is over the limit of a message', async () => {
    const send = vi.fn(async (_message: unknown, _options?: { delaySeconds?: number }) => {})
    const queue = cloudflareQueue({ send }, { delaySeconds: 1 })
    await queue.add(job)
    expect(send).toHaveBeenCalledWith(job, { delaySeconds: 1 })
    const bodyOf = (bytes: number) => 'x'.repeat(bytes - JSON.stringify({ ...job, body: '' }).length)
    await queue.add({ ...job, body: bodyOf(128_000) })
    await expect(queue.add({ ...job, body: bodyOf(128_001) })).rejects.toThrow(
      'The job has 128001 bytes, and Cloudflare Queues takes at most 128000.',
    )
    await expect(queue.add({ ...job, body: 'ü'.repeat(64_000) })).rejects.toThrow('bytes, and Cloudflare')
    expect(send).toHaveBeenCalledTimes(2)
  })
})

describe('an adapter', () => {
  const adapters: readonly (readonly [string, (client: never) => Queue, example: string])[] = [
    ['bullmqQueue', (client) => bullmqQueue(client), "new Queue('truedy-events', { connection })"],
    ['pgBossQueue', (client) => pgBossQueue(client, 'truedy'), 'a pg-boss instance'],
    ['graphileQueue', (client) => graphileQueue(client, 'truedy'), 'await makeWorkerUtils({ … })'],
    ['cloudflareQueue', (client) => cloudflareQueue(client), 'the binding of a queue, such as env.JOBS'],
  ]
  it.each(adapters)('%s names the methods that its client needs, and the client', (name, make, example) => {
    for (const client of [undefined, null, {}, () => {}]) {
      expect(() => make(client as never)).toThrow(`${name} needs a client with`)
      expect(() => make(client as never)).toThrow(`Pass ${example}.`)
    }
  })

  it.each([
    ['getJobState', () => bullmqQueue({ add: async () => {} } as never)],
    ['retry', () => pgBossQueue({ send: async () => null, getJobById } as never, 'truedy')],
    ['getJobById', () => pgBossQueue({ send: async () => null, retry } as never, 'truedy')],
  ])('requires %s, without which a failed job would never run again', (method, make) => {
    expect(make).toThrow(`needs a client with ${method}()`)
  })

  it.each(adapters)('%s rejects with the error of its engine', async (_, make) => {
    const error = new Error('down')
    const fail = () => Promise.reject(error)
    const client = { add: fail, send: fail, addJob: fail, getJobState, retry, getJobById }
    await expect(make(client as never).add(job)).rejects.toBe(error)
  })
})
