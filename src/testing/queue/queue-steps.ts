/** The steps of queue cases. Every case uses keys of its own, so that one engine serves them all, in any order and in parallel. */

import { dedupeKey } from '../../dedupe/key.js'
import { parseEvent } from '../../events/parse.js'
import { type QueueJob, readJob } from '../../receive/job.js'
import { pythonJson } from '../python-json.js'
import { sampleEvent } from '../samples.js'
import type { QueueEngine } from './queue-case.js'

/** The time that a job may take from `add` to where it can be seen. */
const VISIBLE_MS = 10_000
const LONGEST_WAIT_MS = 500
/** The deadline of a delivery, before which `add` must have settled. */
const SETTLED_MS = 9000

/** A job as a receiver creates it. */
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

/** The jobs that the engine holds. What is no job of a receiver is passed over. */
export async function findJobs({ jobs }: QueueEngine): Promise<QueueJob[]> {
  return (await jobs()).flatMap((held) => {
    try {
      return [readJob(held)]
    } catch {
      return []
    }
  })
}

/** A job, or those of its fields that count. */
type ExpectedJob = Pick<QueueJob, 'key'> & Partial<QueueJob>

/** Throws unless each job arrives as it was added, sooner or later. */
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
        `add resolved for ${what}, and jobs() doesn't show its key ${quote(missing.key)} within ${VISIBLE_MS / 1000} s. add must resolve only once the engine holds the job, and leave its fields as they are.`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
}

/** Adds a job, and compares what arrives. Throws if they differ. */
export async function expectCarried(engine: QueueEngine, job: QueueJob, what: string): Promise<void> {
  await engine.queue.add(job)
  await expectArrival(engine, [job], what)
}

/** Throws unless each field of a job arrived as it was. */
function expectSame(arrived: QueueJob | undefined, job: ExpectedJob, what: string): void {
  // Whatever fields a job has, they are JSON.
  const fields = arrived as unknown as Readonly<Record<string, unknown>>
  for (const [field, value] of Object.entries(job)) {
    if (JSON.stringify(fields[field]) === JSON.stringify(value)) continue
    throw new Error(
      `${field} of ${what} must arrive as it was added, but arrived as ${quote(fields[field])}.`,
    )
  }
}

/** Why `add` rejected; `undefined` if it resolved. Throws if it does neither in the time of a delivery. */
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

/** The beginning of a value, for a message. */
function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
