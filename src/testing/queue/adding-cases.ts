/** Cases: when `add` may resolve, when it must reject, and what it must leave alone. */

import type { QueueCase } from './queue-case.js'
import { expectArrival, findJobs, newJob, rejectionOf } from './queue-steps.js'

export const addingCases: readonly QueueCase[] = [
  {
    name: 'resolves only once the engine holds the job',
    async run(engine) {
      // Repeated, because an `add` that resolves too early may pass once by luck.
      for (let count = 0; count < 10; count++) {
        const job = newJob()
        await engine.queue.add(job)
        await expectArrival(engine, [job], 'a job')
      }
    },
  },
  {
    name: 'does not change the job that it is given',
    async run(engine) {
      const job = newJob({ trace: { traceparent: '00-1-2-01' } })
      const before = JSON.stringify(job)
      await engine.queue.add(job)
      if (JSON.stringify(job) !== before)
        throw new Error('add must not change the job that it is given, but it did.')
    },
  },
  {
    name: 'adds one job for a key that is added twice',
    run: (engine) =>
      expectOne(engine, async (job) => {
        await engine.queue.add(job)
        await engine.queue.add({ ...job, receivedAt: new Date(Date.now() + 1000).toISOString() })
      }),
  },
  {
    name: 'adds one job for a key that is added 20 times at the same moment',
    run: (engine) =>
      expectOne(engine, (job) => Promise.all(Array.from({ length: 20 }, () => engine.queue.add(job)))),
  },
  {
    name: 'adds events with the same body but different keys as separate jobs',
    async run(engine) {
      const job = newJob({ scope: 'a' })
      const other = { ...job, key: `${job.key}-b`, scope: 'b' }
      await Promise.all([engine.queue.add(job), engine.queue.add(other)])
      await expectArrival(engine, [job, other], 'one of two jobs with the same body')
    },
  },
  {
    name: 'rejects if the engine rejects the job',
    async run(engine) {
      const { rejecting } = engine
      if (!rejecting) return
      const job = newJob()
      if ((await rejectionOf(() => rejecting.add(job))) === undefined) {
        throw new Error(
          'add must reject if the engine rejects the job, but it resolved. The delivery would be lost.',
        )
      }
    },
  },
]

/**
 * Adds one job several times with `add`. Throws unless the engine then holds one job, or at least one if it recognizes no
 * duplicates.
 */
async function expectOne(
  engine: Parameters<QueueCase['run']>[0],
  add: (job: ReturnType<typeof newJob>) => Promise<unknown>,
): Promise<void> {
  const job = newJob()
  await add(job)
  // Jobs arrive roughly in order. When this one is there, so are the others.
  const last = newJob()
  await engine.queue.add(last)
  // The copies differ in receivedAt, and any of them may be the one that is kept.
  const { key, body } = job
  await expectArrival(engine, [{ key, body }, last], 'a key that was added several times')
  const found = (await findJobs(engine)).filter((each) => each.key === key).length
  if (found === 1 || engine.hasDuplicates) return
  throw new Error(
    `A key that was added several times must become one job, but became ${found}. If the engine recognizes no duplicates, set hasDuplicates.`,
  )
}
