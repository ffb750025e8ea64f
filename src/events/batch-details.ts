/** Reads the facts of a campaign's batch into one shape (src/CONTRACT.md §4). */

import { isText } from '../json.js'
import type { TruedyEvent } from './catalogue.js'
import {
  asAmount,
  asFlag,
  asTime,
  containersOf,
  type FieldsOf,
  type FoundField,
  findFields,
  valuesOf,
} from './fields.js'
import { eventIds } from './ids.js'
import type { BatchStatus } from './payloads.js'

/** The facts of a batch in one shape, whichever payload was sent. Times are ISO 8601 in UTC. */
export interface BatchDetails {
  batchId?: string
  /** In lower case. */
  status?: BatchStatus
  paused?: boolean
  totalCount?: number
  /** Calls that have ended. May include the failed ones (src/CONTRACT.md §4). */
  completedCount?: number
  failedCount?: number
  /** Contacts that were called. */
  calledCount?: number
  /** Contacts that are still to be called. */
  pendingCount?: number
  createdAt?: string
  endedAt?: string
  /** The start of the time window for the calls. */
  windowStart?: string
  /** The end of the time window for the calls. */
  windowEnd?: string
}

/** The fields of {@link BatchDetails}, except the id. */
export const batchFields: FieldsOf<Omit<BatchDetails, 'batchId'>> = {
  status: [asLowerCase, 'status'],
  paused: [asFlag, 'paused'],
  totalCount: [asAmount, 'totalCount total_count total_contacts'],
  completedCount: [asAmount, 'completedCount completed_count completed'],
  failedCount: [asAmount, 'failedCount failed_count failed'],
  calledCount: [asAmount, 'calledCount called_count called'],
  pendingCount: [asAmount, 'pendingCount pending_count pending'],
  createdAt: [asTime, 'created createdAt created_at'],
  endedAt: [asTime, 'endedAt ended_at'],
  windowStart: [asTime, 'windowStart window_start'],
  windowEnd: [asTime, 'windowEnd window_end'],
}

/**
 * Returns the facts of a campaign's batch. A field that is missing, `null` or of the wrong type in the payload is absent in the
 * result.
 *
 * @param event - a parsed event
 * @returns the facts in the event, or `undefined` if the event is not about a batch. An event of a call that belongs to a batch is
 * about the call
 *
 * @example
 * ```ts
 * import { batchDetails, parseEvent } from 'truedy-webhooks'
 *
 * const data = { batch_id: 'b1', status: 'RUNNING', totalCount: 200, completedCount: 50 }
 * const event = parseEvent({ event: 'batch.status.changed', timestamp: 1773844320, data })
 * console.log(batchDetails(event)?.status) // running
 * ```
 */
export function batchDetails(event: TruedyEvent): BatchDetails | undefined {
  const { batchId, callId, voiceId } = eventIds(event)
  const hasOnlyBatchId = batchId !== undefined && callId === undefined && voiceId === undefined
  const isBatch = event.rawEvent.startsWith('batch.') || (event.event === 'unknown' && hasOnlyBatchId)
  if (!isBatch) return undefined
  return { ...(batchId !== undefined && { batchId }), ...valuesOf(findBatchFields(event)) }
}

/** Finds the facts of a batch, except its id, each with the source that it comes from. */
export function findBatchFields(event: TruedyEvent): FoundField[] {
  return findFields(batchFields, containersOf(event, 'batch'))
}

function asLowerCase(value: unknown): string | undefined {
  return isText(value) ? value.toLowerCase() : undefined
}
