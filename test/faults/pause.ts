/** A worker that stands still for longer than its lease, and then goes on. */

import { setTimeout as delay } from 'node:timers/promises'
import { sampleEvent } from '../../src/testing/index.js'
import type { Run, Scenario } from './run.js'
import type { OutcomeEvent, StepEvent, WorkerEvent } from './worker-events.js'

const ROUNDS = 6

/** Longer than it takes a worker that goes on to see that its lease is over. */
const NOTICE_MS = 300

/**
 * In each round a worker is stopped in the middle of a handler until another one has done the event. Half of the handlers give up
 * when they learn of it; the other half return, as if they had done something.
 */
export const pauseWorkers: Scenario['play'] = async (run) => {
  const ids: string[] = []
  const refused = { complete: 0, release: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    const sample = sampleEvent('call.ended')
    const id = String(sample.id)
    ids.push(id)
    const returnsWhenLost = round % 2 === 0
    run.sender.send({ ...sample, data: { ...sample.data, returnsWhenLost } }, 2)
    const pid = await takeOver(run, id)
    const step = await run.workers.event(
      (event): event is StepEvent => event.type === 'step' && event.pid === pid && event.key.endsWith(id),
    )
    if (step.result === 'refused') refused[step.step] += 1
  }
  return {
    ids,
    faults: `${ROUNDS} pauses, ${refused.complete} completes and ${refused.release} releases refused`,
  }
}

/** Stops the worker that has an event, until another one has done it; resolves with the pid of the first. */
async function takeOver({ workers, ledger }: Run, id: string): Promise<number> {
  const first = await ledger.nextHeld()
  process.kill(first.pid, 'SIGSTOP')
  const second = await ledger.nextHeld()
  if (second.id !== id || second.pid === first.pid)
    throw new Error('Another worker takes the same event over.')
  second.proceed()
  await workers.event(
    (event: WorkerEvent): event is OutcomeEvent =>
      event.type === 'outcome' && event.pid === second.pid && event.id === id && event.recorded,
  )
  process.kill(first.pid, 'SIGCONT')
  await delay(NOTICE_MS)
  first.proceed()
  return first.pid
}
