/** A worker that is paused for longer than its lease, and then continues. */

import { setTimeout as delay } from 'node:timers/promises'
import { dedupeKey, parseEvent } from '../../src/index.js'
import { type SampleEvent, sampleEvent } from '../../src/testing/index.js'
import type { Run, Scenario } from './run.js'
import type { OutcomeEvent, StepEvent, WorkerEvent } from './worker-events.js'

const ROUNDS = 8

/** Longer than a worker that continues needs to see that its lease has expired. */
const NOTICE_MS = 300

/**
 * In each round, a worker is stopped in the middle of a handler until another one has claimed the event or, in half of
 * the rounds, has processed it. Half of the handlers give up when they learn of it. The other half return as if they
 * had done something.
 */
export const pauseWorkers: Scenario['play'] = async (run) => {
  const ids: string[] = []
  const counts = {
    complete: { done: 0, rejected: 0, failed: 0 },
    release: { done: 0, rejected: 0, failed: 0 },
  }
  for (let round = 0; round < ROUNDS; round++) {
    const sample = sampleEvent('call.ended')
    const id = String(sample.id)
    ids.push(id)
    const returnsWhenLost = round % 2 === 0
    const isDoneMeanwhile = round % 4 < 2
    run.sender.send({ ...sample, data: { ...sample.data, returnsWhenLost } }, 2)
    const { step, result } = await takeOver(run, { id, key: keyOf(sample), isDoneMeanwhile })
    counts[step][result] += 1
  }
  const { complete, release } = counts
  const rejected = `${complete.rejected} completes and ${release.rejected} releases rejected`
  return { ids, faults: `${ROUNDS} pauses, ${rejected}, ${complete.done} of what was done` }
}

const keyOf = (sample: SampleEvent) => dedupeKey(parseEvent(JSON.stringify(sample)))

/**
 * Stops the worker that has an event until another one has it. Resolves with what the first one then does to the
 * record.
 */
async function takeOver(
  { workers, ledger }: Run,
  { id, key, isDoneMeanwhile }: { id: string; key: string; isDoneMeanwhile: boolean },
): Promise<StepEvent> {
  const first = await ledger.nextHeld()
  process.kill(first.pid, 'SIGSTOP')
  const second = await ledger.nextHeld()
  if (second.id !== id || second.pid === first.pid)
    throw new Error('Another worker takes the same event over.')
  const finishSecond = async () => {
    second.proceed()
    await workers.event(
      (event: WorkerEvent): event is OutcomeEvent =>
        event.type === 'outcome' && event.pid === second.pid && event.id === id && event.recorded,
    )
  }
  const finishFirst = async () => {
    process.kill(first.pid, 'SIGCONT')
    await delay(NOTICE_MS)
    first.proceed()
    return workers.event(
      (event): event is StepEvent => event.type === 'step' && event.pid === first.pid && event.key === key,
    )
  }
  if (isDoneMeanwhile) await finishSecond()
  const step = await finishFirst()
  if (!isDoneMeanwhile) await finishSecond()
  return step
}
