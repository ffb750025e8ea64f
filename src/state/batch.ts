/** Merges the events of a campaign's batch, in any order, into its state. */

import { type BatchDetails, batchFields, findBatchFields } from '../events/batch-details.js'
import type { EventName, EventOf, TruedyEvent } from '../events/catalogue.js'
import type { FoundField } from '../events/fields.js'
import { eventIds } from '../events/ids.js'
import { eventTime } from '../events/time.js'
import { type Candidate, mergeFields } from './merge-fields.js'

/** An event of a batch. */
export type BatchEvent = EventOf<Extract<EventName, `batch.${string}`>>

/** The state of a batch. It is plain JSON, so you can store it. */
export interface BatchState extends Omit<BatchDetails, 'batchId'> {
  readonly batchId: string
  /** The rank of each field's value, which merging needs. It is plain JSON; its shape isn't part of the API. */
  readonly provenance: Readonly<Record<string, unknown>>
}

/** A batch with one of these statuses is over. */
const FINAL_STATUSES = new Set(['completed', 'failed', 'cancelled', 'canceled'])

/** Counters that only grow. Their greatest value is the latest one, whatever the `timestamp` of its event. */
const COUNTERS = new Set(['totalCount', 'completedCount', 'failedCount', 'calledCount'])

/** The time of an event whose `timestamp` can't be read: older than any other. */
const NO_TIME = 0

/** The fields, in the order that they have in a state. */
const FIELD_NAMES = Object.keys(batchFields)

/**
 * Returns the state of a batch after one more event. The same deliveries give the same state, in any order and with any repetition.
 *
 * - A final status (`completed`, `failed`, `cancelled`) is never replaced by one that isn't final. Otherwise, the status with the
 *   latest `timestamp` counts.
 * - A counter has the greatest value seen.
 * - `paused`, `pendingCount` and the time window come from the event with the latest `timestamp`.
 * - A field that is missing or `null` overwrites nothing.
 *
 * A batch can be paused and resumed, so the order of its statuses is known only from the `timestamp`. If a retry has a fresh
 * `timestamp`, a late retry of `running` can look like a resume until the next event.
 *
 * @param state - the state before the event, or `undefined` if there is none yet
 * @param event - a parsed event. An event that isn't about this batch doesn't change the state
 * @returns the new state, or the same object if nothing changed. An event without a batch id doesn't change an existing state. If
 * there is no state yet, it gives a state whose `batchId` is empty
 *
 * @example
 * ```ts
 * import { parseEvent } from 'truedy-webhooks'
 * import { mergeBatch } from 'truedy-webhooks/state'
 *
 * const data = { batch_id: 'b1', status: 'RUNNING', totalCount: 200, completedCount: 50 }
 * const event = parseEvent({ event: 'batch.status.changed', timestamp: 1773844320, data })
 * console.log(mergeBatch(undefined, event).completedCount) // 50
 * ```
 */
export function mergeBatch(state: BatchState | undefined, event: BatchEvent): BatchState
export function mergeBatch(state: BatchState | undefined, event: TruedyEvent): BatchState | undefined
export function mergeBatch(state: BatchState | undefined, event: TruedyEvent): BatchState | undefined {
  if (!isBatchEvent(event)) return state
  const { batchId = '' } = eventIds(event)
  // A state without an id doesn't belong to a batch, so it is ignored.
  const known = state?.batchId ? state : undefined
  if (known && known.batchId !== batchId) return known
  const { fields, provenance, isChanged } = mergeFields(known, FIELD_NAMES, candidatesOf(event))
  return known && !isChanged ? known : { batchId, ...fields, provenance }
}

function isBatchEvent(event: TruedyEvent): event is BatchEvent {
  return event.event === 'batch.status.changed' || event.event === 'batch.completed'
}

/** Returns the facts about a batch in an event, with their ranks. */
function candidatesOf(event: BatchEvent): Candidate[] {
  const eventAt = eventTime(event)
  const time = eventAt?.getTime() ?? NO_TIME
  const isCompleted = event.event === 'batch.completed'
  const found = findBatchFields(event)
  const candidates = found
    .filter(({ name, value }) => name !== 'status' || !isCompleted || isFinal(value))
    .map((each) => toCandidate(each, time))
  if (isCompleted) {
    // The batch is over, whatever the payload says. If the payload has a final status, that is more exact than `completed`.
    if (!candidates.some(({ name }) => name === 'status')) {
      candidates.push({ name: 'status', value: 'completed', rank: [1, time] })
    }
    // If no payload has `endedAt`, the earliest timestamp of such an event takes its place. Its rank of -1 is below that of a
    // payload's time, which is 0.
    if (eventAt)
      candidates.push({ name: 'endedAt', value: eventAt.toISOString(), rank: [-1], lessWins: true })
  }
  return candidates
}

function toCandidate({ name, value }: FoundField, time: number): Candidate {
  if (name === 'status') return { name, value, rank: [isFinal(value) ? 1 : 0, time] }
  if (COUNTERS.has(name) || name === 'endedAt') return { name, value, rank: [0] }
  if (name === 'createdAt') return { name, value, rank: [0], lessWins: true }
  return { name, value, rank: [0, time] }
}

function isFinal(status: unknown): boolean {
  return typeof status === 'string' && FINAL_STATUSES.has(status)
}
