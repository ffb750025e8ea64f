/** The steps of queue cases. Each case uses its own keys, so all can run on one engine, in any order and in parallel. */

import { dedupeKey } from '../../dedupe/key.js'
import { parseEvent } from '../../events/parse.js'
import { type QueueJob, readJob } from '../../receive/job.js'
import { pythonJson } from '../python-json.js'
import { sampleEvent } from '../samples.js'
import type { QueueEngine } from './queue-case.js'

/** The time after `add` within which a job must be visible. */
const VISIBLE_MS = 10_000
const LONGEST_WAIT_MS = 500
/** The deadline of a delivery, by which `add` must have settled. */
const SETTLED_MS = 9000

/** Creates a job as a receiver does. */
export function newJob(changes: Partial<QueueJob> = {}): QueueJob {
  const event = sampleEvent('call.ended')
  const now = new Date().toISOString()
  return {
    key: dedupeKey(parseEvent(event)),
    type: event.event,
    body: pythonJson(event),
    sentAt: now.replace(/\.\d+Z$/, '.000Z'),
    receivedAt: now,
    ...changes,
  }
}

/** Returns the jobs that the engine holds. Ignores anything that isn't a receiver's job. */
export async function findJobs({ jobs }: QueueEngine): Promise<QueueJob[]> {
  return (await jobs()).flatMap((held) => {
    try {
      return [readJob(held)]
    } catch {
      return []
    }
  })
}

/** The fields of a job to compare. */
type ExpectedJob = Pick<QueueJob, 'key'> & Partial<QueueJob>

/** Waits until each job has arrived. Throws if one doesn't in time, or was changed. */
export async function expectArrival(
  engine: QueueEngine,
  jobs: readonly ExpectedJob[],
  what: string,
): Promise<void> {
  const endsAt = performance.now() + VISIBLE_MS
  for (let waitMs = 20; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    const held = new Map((await findJobs(engine)).map((job) => [job.key, job]))
    const missing = jobs.find(({ key }) => !held.has(key))
    if (!missing) {
      for (const job of jobs) expectSame(held.get(job.key), job, what)
      return
    }
    if (performance.now() > endsAt) {
      throw new Error(
        `add resolved for ${what}, but jobs() didn't return its key ${quote(missing.key)} within ${VISIBLE_MS / 1000} s. add must resolve only once the engine holds the job, with its fields unchanged.`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}

/** Adds a job. Throws unless it arrives unchanged. */
export async function expectCarried(engine: QueueEngine, job: QueueJob, what: string): Promise<void> {
  await engine.queue.add(job)
  await expectArrival(engine, [job], what)
}

/** Throws unless each field of a job arrived unchanged. */
function expectSame(arrived: QueueJob | undefined, job: ExpectedJob, what: string): void {
  // A job may have fields that its type doesn't name. All of them are JSON.
  const fields = arrived as unknown as Readonly<Record<string, unknown>>
  for (const [field, value] of Object.entries(job)) {
    if (JSON.stringify(fields[field]) === JSON.stringify(value)) continue
    throw new Error(
      `The ${field} of ${what} must arrive as it was added, but arrived as ${quote(fields[field])}.`,
    )
  }
}

/** Returns why `add` rejected, or `undefined` if it resolved. Throws if it does neither by the deadline of a delivery. */
export async function rejectionOf(adding: () => PromiseLike<unknown>): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`add must resolve or reject within ${SETTLED_MS / 1000} s, but did neither.`)),
      SETTLED_MS,
    )
  })
  const settled = (async () => adding())().then(
    () => undefined,
    (error: unknown) => error ?? new Error('add rejected without a reason.'),
  )
  try {
    return await Promise.race([settled, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Returns the beginning of a value, for a message. */
function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
