/** The state of a campaign's batch, from its events in any order. */

import { type BatchDetails, batchFields, findBatchFields } from '../events/batch-details.js'
import type { EventName, EventOf, TruedyEvent } from '../events/catalogue.js'
import type { FoundField } from '../events/fields.js'
import { eventIds } from '../events/ids.js'
import { eventTime } from '../events/time.js'
import { type Candidate, mergeFields } from './merge-fields.js'

/** An event of a batch. */
export type BatchEvent = EventOf<Extract<EventName, `batch.${string}`>>

/** The state of a batch: plain JSON, to be stored as it is. */
export interface BatchState extends Omit<BatchDetails, 'batchId'> {
  readonly batchId: string
  /** The origin of each field, as far as merging needs it. Plain JSON; its shape is not part of the API. */
  readonly provenance: Readonly<Record<string, unknown>>
}

/** A batch with one of these is over. */
const FINAL_STATUSES = new Set(['completed', 'failed', 'cancelled', 'canceled'])

/** Counters that only grow, so that the greatest is the latest, whatever time an event has. */
const COUNTERS = new Set(['totalCount', 'completedCount', 'failedCount', 'calledCount'])

/** An event without a readable time is older than any other. */
const NO_TIME = 0

/** The fields in the order in which a state has them. */
const FIELD_NAMES = Object.keys(batchFields)

/**
 * The state of a batch after one more event. Any order and any repetition of the same deliveries gives the same state.
 *
 * - A final status (`completed`, `failed`, `cancelled`) never falls back. Of the others, the one with the latest `timestamp` counts.
 * - Counters take the greatest value seen.
 * - `paused`, `pendingCount` and the window are those with the latest `timestamp`.
 * - Fields that are missing or `null` overwrite nothing.
 *
 * A batch can be paused and resumed, so only the `timestamp` tells which came last. If a retry has a fresh `timestamp`, a late retry
 * of `running` can look like a resume until the next event.
 *
 * @param state - the state before; `undefined` for a batch of which nothing is known
 * @param event - a parsed event. Other events, and events of another batch, leave the state as it is
 * @returns the state: the same object if nothing changes. An event
 * without a batch id leaves an existing state as it is. If there is no state yet, it gives one whose `batchId` is empty
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
  // A state without an id is of no batch.
  const known = state?.batchId ? state : undefined
  if (known && known.batchId !== batchId) return known
  const { fields, provenance, isChanged } = mergeFields(known, FIELD_NAMES, candidatesOf(event))
  return known && !isChanged ? known : { batchId, ...fields, provenance }
}

function isBatchEvent(event: TruedyEvent): event is BatchEvent {
  return event.event === 'batch.status.changed' || event.event === 'batch.completed'
}

/** The facts of a batch in an event, with their weight. */
function candidatesOf(event: BatchEvent): Candidate[] {
  const eventAt = eventTime(event)
  const time = eventAt?.getTime() ?? NO_TIME
  const isCompleted = event.event === 'batch.completed'
  const found = findBatchFields(event)
  const candidates = found
    .filter(({ name, value }) => name !== 'status' || !isCompleted || isFinal(value))
    .map((each) => toCandidate(each, time))
  if (isCompleted) {
    // Whatever else the payload says, the batch is over. A final status in it is more exact.
    if (!candidates.some(({ name }) => name === 'status')) {
      candidates.push({ name: 'status', value: 'completed', rank: [1, time] })
    }
    // The event's timestamp stands in if no payload has the time; of several timestamps, the earliest. Its rank is -1, and
    // that of a time in a payload is 0, which wins.
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
