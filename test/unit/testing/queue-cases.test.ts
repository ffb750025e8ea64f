import { describe, expect, it } from 'vitest'
import type { QueueJob } from '../../../src/index.js'
import { type QueueEngine, queueCases } from '../../../src/testing/index.js'
import { simulateTime } from '../support/simulated-time.js'

/** A queue in memory that keeps jobs as JSON, by their key. */
function memoryEngine(changes: Partial<QueueEngine> = {}): QueueEngine {
  const held = new Map<string, string>()
  return {
    queue: {
      async add(job) {
        if (!held.has(job.key)) held.set(job.key, JSON.stringify(job))
      },
    },
    jobs: async () => [...held.values()].map((text): unknown => JSON.parse(text)),
    rejecting: { add: () => Promise.reject(new Error('The server is down.')) },
    ...changes,
  }
}

/** An engine that changes each job as it is added. */
function changing(change: (job: QueueJob) => object): QueueEngine {
  const engine = memoryEngine()
  // Some changes make the job invalid on purpose.
  return { ...engine, queue: { add: (job) => engine.queue.add(change(job) as QueueJob) } }
}

/** An engine that changes the list of its jobs. */
function showing(show: (jobs: readonly QueueJob[]) => readonly unknown[]): QueueEngine {
  const engine = memoryEngine()
  return { ...engine, jobs: async () => show((await engine.jobs()) as readonly QueueJob[]) }
}

const CARRIES = 'carries a job as it was added'
const UNICODE = 'carries every Unicode character in the body'
const ESCAPES = 'carries the escapes of NUL and of half a surrogate pair in the body'
const KEYS = 'carries keys of any length and content'
const ALIKE = 'tells apart keys that differ in one character'
const LARGE = 'carries a body of one mebibyte, or rejects it'
const MANY = 'carries 200 jobs that are added at the same moment'
const LATER = 'carries fields that a later version may add'
const HOLDS = 'resolves only once the engine holds the job'
const UNCHANGED = 'does not change the job that it is given'
const AGAIN = 'adds one job for a key that is added twice'
const AT_ONCE = 'adds one job for a key that is added 20 times at the same moment'
const APART = 'adds events with the same body but different keys as separate jobs'
const REFUSES = 'rejects if the engine rejects the job'

/** Mistakes in an adapter, and exactly the cases that must fail. */
const MISTAKES: Readonly<Record<string, readonly [create: () => QueueEngine, failing: readonly string[]]>> = {
  'keeps nothing': [
    () => memoryEngine({ queue: { add: async () => {} } }),
    [CARRIES, UNICODE, ESCAPES, KEYS, ALIKE, LARGE, MANY, LATER, HOLDS, AGAIN, AT_ONCE, APART],
  ],
  'adds every job, whatever its key': [
    () => {
      const held: string[] = []
      const add = async (job: QueueJob) => held.push(JSON.stringify(job))
      return memoryEngine({ queue: { add }, jobs: async () => held })
    },
    [AGAIN, AT_ONCE],
  ],
  'checks for a key before it adds the job': [
    () => {
      const held: string[] = []
      const keys = new Set<string>()
      const add = async (job: QueueJob) => {
        const isKnown = keys.has(job.key)
        await new Promise((resolve) => setTimeout(resolve, 1))
        keys.add(job.key)
        if (!isKnown) held.push(JSON.stringify(job))
      }
      return memoryEngine({ queue: { add }, jobs: async () => held })
    },
    [AT_ONCE],
  ],
  're-serializes the body': [
    () => changing((job) => ({ ...job, body: JSON.stringify(JSON.parse(job.body)) })),
    [CARRIES, ESCAPES, KEYS, ALIKE, MANY, LATER, HOLDS, APART, AGAIN, AT_ONCE],
  ],
  'keeps only ASCII': [
    () => changing((job) => ({ ...job, body: job.body.replace(/[^ -~]/g, '?') })),
    [UNICODE],
  ],
  'decodes escapes': [
    () => changing((job) => ({ ...job, body: job.body.replaceAll('\\u0000', '') })),
    [ESCAPES, UNICODE],
  ],
  'keeps only 64 kB of the body': [
    () => changing((job) => ({ ...job, body: job.body.slice(0, 65_536) })),
    [LARGE],
  ],
  'keeps only the fields that it knows': [
    () => changing(({ key, type, body, sentAt, receivedAt }) => ({ key, type, body, sentAt, receivedAt })),
    [CARRIES, LATER, APART],
  ],
  'lowercases and truncates keys': [
    () => {
      const engine = memoryEngine()
      const idOf = (key: string) => key.toLowerCase().slice(0, 500)
      const held = new Map<string, string>()
      const add = async (job: QueueJob) => {
        if (!held.has(idOf(job.key))) held.set(idOf(job.key), JSON.stringify(job))
      }
      return { ...engine, queue: { add }, jobs: async () => [...held.values()] }
    },
    [ALIKE],
  ],
  'escapes keys in one direction only': [
    () => {
      const held = new Map<string, string>()
      const add = async (job: QueueJob) => {
        const id = job.key.replaceAll(':', '%3A')
        if (!held.has(id)) held.set(id, JSON.stringify(job))
      }
      return memoryEngine({ queue: { add }, jobs: async () => [...held.values()] })
    },
    [ALIKE, KEYS],
  ],
  'changes keys': [
    () => changing((job) => ({ ...job, key: job.key.replaceAll(':', '-') })),
    [CARRIES, UNICODE, ESCAPES, KEYS, ALIKE, LARGE, MANY, LATER, HOLDS, AGAIN, AT_ONCE, APART],
  ],
  'drops some of many concurrent jobs': [
    () => {
      const engine = memoryEngine()
      let adding = 0
      const add = async (job: QueueJob) => {
        adding += 1
        await new Promise((resolve) => setTimeout(resolve, 1))
        if (adding <= 100) await engine.queue.add(job)
        adding -= 1
      }
      return { ...engine, queue: { add } }
    },
    [MANY],
  ],
  'resolves although the engine rejects': [
    () => memoryEngine({ rejecting: { add: async () => {} } }),
    [REFUSES],
  ],
  'never settles while the server is down': [
    () => memoryEngine({ rejecting: { add: () => new Promise(() => {}) } }),
    [REFUSES],
  ],
  'rejects every large job': [
    () => {
      const engine = memoryEngine()
      const add = async (job: QueueJob) => {
        if (job.body.length > 100_000) throw new Error('The job is too large.')
        await engine.queue.add(job)
      }
      return { ...engine, queue: { add } }
    },
    // This is allowed, because the delivery gets a 500.
    [],
  ],
  'changes the job that it is given': [
    () => {
      const engine = memoryEngine()
      return {
        ...engine,
        queue: {
          add: (job) => {
            Object.assign(job, { addedAt: 1 })
            return engine.queue.add(job)
          },
        },
      }
    },
    [UNCHANGED],
  ],
  "returns the engine's own job": [
    () => showing((jobs) => jobs.map((data) => ({ id: '1', data }))),
    [CARRIES, UNICODE, ESCAPES, KEYS, ALIKE, LARGE, MANY, LATER, HOLDS, AGAIN, AT_ONCE, APART],
  ],
}

/** The names of the failing cases, each with its message. */
async function failures(create: () => QueueEngine): Promise<Record<string, string>> {
  const run = simulateTime()
  const failed: Record<string, string> = {}
  for (const queueCase of queueCases) {
    await run(() => queueCase.run(create())).catch((error: unknown) => {
      failed[queueCase.name] = error instanceof Error ? error.message : 'no Error'
    })
  }
  return failed
}

describe('queueCases', () => {
  it('have exactly these names', () => {
    expect(queueCases.map(({ name }) => name).sort()).toEqual(
      [
        CARRIES,
        UNICODE,
        ESCAPES,
        KEYS,
        ALIKE,
        LARGE,
        MANY,
        LATER,
        HOLDS,
        UNCHANGED,
        AGAIN,
        AT_ONCE,
        APART,
        REFUSES,
      ].sort(),
    )
  })

  it.each([
    ['objects', (job: unknown): unknown => job],
    ['strings', (job: unknown): unknown => JSON.stringify(job)],
    ['bytes', (job: unknown): unknown => new TextEncoder().encode(JSON.stringify(job))],
  ])('pass for a correct queue whose jobs are %s, beside foreign jobs', async (_, form) => {
    const others = [undefined, null, 5, 'text', '{}', { key: 'k' }, new Uint8Array([0xff])]
    expect(await failures(() => showing((jobs) => [...others, ...jobs.map(form)]))).toEqual({})
  })

  it('pass in sequence and concurrently on one engine', async () => {
    const engine = memoryEngine()
    const run = simulateTime()
    await run(() => Promise.all(queueCases.map((each) => each.run(engine))))
    await run(() => Promise.all(queueCases.map((each) => each.run(engine))))
  })

  it('pass for a queue that declares that it recognizes no duplicates', async () => {
    const held: string[] = []
    const add = async (job: QueueJob) => held.push(JSON.stringify(job))
    expect(
      await failures(() => memoryEngine({ queue: { add }, jobs: async () => held, hasDuplicates: true })),
    ).toEqual({})
  })

  it.each(Object.entries(MISTAKES))('fail for a queue that %s', async (_, [create, failing]) => {
    const failed = await failures(create)
    expect(Object.keys(failed).sort()).toEqual([...failing].sort())
    for (const message of Object.values(failed)) {
      expect(message).toMatch(/\.$/)
      // A whole body would fill the terminal.
      expect(message.length).toBeLessThan(400)
    }
  })
})
