/** Merges the events of a call, in any order, into its state. */

import { type CallDetails, callFields, findCallFields } from '../events/call-details.js'
import type { EventName, EventOf, TruedyEvent } from '../events/catalogue.js'
import { eventIds } from '../events/ids.js'
import type { ReportedCallStatus } from '../events/payloads.js'
import { eventTime } from '../events/time.js'
import { type Candidate, mergeFields } from './merge-fields.js'

/** An event of a call. */
export type CallEvent = EventOf<Extract<EventName, `call.${string}`>>

/** The stage of a call. A call that has `ended` can still become `failed`, which is final. */
export type CallStatus = 'created' | 'ongoing' | 'ended' | 'failed'

/** The state of a call. It is plain JSON, so you can store it. */
export interface CallState extends Omit<CallDetails, 'status' | 'callId'> {
  readonly callId: string
  /** The furthest stage of all events seen. */
  readonly status: CallStatus
  /** The `status` in the payload, as it was sent. */
  readonly reportedStatus?: ReportedCallStatus
  /** The rank of each field's value, which merging needs. It is plain JSON; its shape isn't part of the API. */
  readonly provenance: Readonly<Record<string, unknown>>
}

/** What the type of an event says about its call. */
interface EventMeaning {
  /** The rank of its fields: the later in the life of a call, the higher. Above 0, because a value without a rank counts as 0. */
  readonly rank: number
  readonly status: CallStatus
  /** The field that gets the event's `timestamp` if no payload has the field. */
  readonly timeOf?: 'createdAt' | 'joinedAt' | 'endedAt'
}

const MEANINGS: Readonly<Record<CallEvent['event'], EventMeaning>> = {
  'call.started': { rank: 10, status: 'created', timeOf: 'createdAt' },
  'call.joined': { rank: 20, status: 'ongoing', timeOf: 'joinedAt' },
  'call.ended': { rank: 40, status: 'ended', timeOf: 'endedAt' },
  'call.failed': { rank: 50, status: 'failed', timeOf: 'endedAt' },
  'call.analyzed': { rank: 60, status: 'ended' },
  'call.billed': { rank: 70, status: 'ended' },
}

/** The stages, from the first to the furthest. */
const STATUSES: readonly CallStatus[] = ['created', 'ongoing', 'ended', 'failed']

/**
 * The number that is added to the rank of a `call.billed`. The prefix of its billing status selects it. A refund has the highest
 * one, because it corrects the bill.
 */
const BILLING_RANKS: readonly (readonly [status: string, rank: number])[] = [
  ['BILLING_STATUS_REFUNDED', 5],
  ['BILLING_STATUS_BILLED', 4],
  ['BILLING_STATUS_FREE', 3],
  ['BILLING_STATUS_PENDING', 1],
  ['BILLING_STATUS_UNSPECIFIED', 0],
]
/** The number for a billing status that this version doesn't know. */
const OTHER_BILLING_RANK = 2
const REFUNDED_RANK = 5

/** The rank of `duration` in `call.billed`. It may be rounded, so the `duration` in `call.ended` ranks higher. */
const BILLED_DURATION_RANK = 30

/** The rank of an event's `timestamp` as a field: lower than the rank of any value in a payload. */
const TIMESTAMP_RANK = -10

/** The fields, in the order that they have in a state. */
const FIELD_NAMES = ['agentId', ...Object.keys(callFields)].map((name) =>
  name === 'status' ? 'reportedStatus' : name,
)

/**
 * Returns the state of a call after one more event. The same events give the same state, in any order and with any repetition, even
 * if a retry has a fresh `timestamp` or `id`.
 *
 * - The status is the furthest one of all events seen, so a late `call.joined` doesn't reopen a call that has ended.
 * - A field has its value from the type of event that comes first in this list: `call.billed`, `call.analyzed`, `call.failed`,
 *   `call.ended`, `call.joined`, `call.started`. A field that is missing or `null` overwrites nothing.
 * - `duration` counts more than `billedDuration`, and `summary` more than `shortSummary`, whatever the type of the event.
 * - As an exception to the list, a `duration` from `call.ended` counts more than one from `call.billed`, which may be rounded.
 * - Of several `call.billed`, a refund counts more than a bill, and a bill more than a pending one.
 * - If no payload has `joinedAt`, it is the earliest `timestamp` of a `call.joined`. The same applies to `createdAt` and `endedAt`.
 *
 * @param state - the state before the event, or `undefined` if there is none yet
 * @param event - a parsed event. An event that isn't about this call doesn't change the state
 * @returns the new state, or the same object if nothing changed. An event without a call id doesn't change an existing state. If
 * there is no state yet, it gives a state whose `callId` is empty
 *
 * @example
 * ```ts
 * import { parseEvent } from 'truedy-webhooks'
 * import { type CallState, mergeCall } from 'truedy-webhooks/state'
 *
 * let state: CallState | undefined
 * for (const name of ['call.ended', 'call.joined'] as const) {
 *   const event = parseEvent({ event: name, timestamp: 1773844320, data: { call_id: 'c1' } })
 *   state = mergeCall(state, event)
 * }
 * console.log(state?.status) // ended
 * ```
 */
export function mergeCall(state: CallState | undefined, event: CallEvent): CallState
export function mergeCall(state: CallState | undefined, event: TruedyEvent): CallState | undefined
export function mergeCall(state: CallState | undefined, event: TruedyEvent): CallState | undefined {
  if (!isCallEvent(event)) return state
  const { callId = '', agentId } = eventIds(event)
  // A state without an id doesn't belong to a call, so it is ignored.
  const known = state?.callId ? state : undefined
  if (known && known.callId !== callId) return known
  const status = furthest(known?.status, MEANINGS[event.event].status)
  const { fields, provenance, isChanged } = mergeFields(known, FIELD_NAMES, candidatesOf(event, agentId))
  if (known && !isChanged && known.status === status) return known
  return { callId, status, ...fields, provenance }
}

function isCallEvent(event: TruedyEvent): event is CallEvent {
  return Object.hasOwn(MEANINGS, event.event)
}

function furthest(one: CallStatus | undefined, other: CallStatus): CallStatus {
  return one !== undefined && STATUSES.indexOf(one) > STATUSES.indexOf(other) ? one : other
}

/** Returns the facts about a call in an event, with their ranks. */
function candidatesOf(event: CallEvent, agentId: string | undefined): Candidate[] {
  const found = findCallFields(event)
  const { rank, timeOf } = MEANINGS[event.event]
  const isBilled = event.event === 'call.billed'
  const billing = isBilled ? billingRank(found.find(({ name }) => name === 'billingStatus')?.value) : 0
  const all = agentId === undefined ? found : [...found, { name: 'agentId', value: agentId, source: 0 }]
  const candidates = all.map(({ name, value, source }): Candidate => {
    const typeRank = isBilled && name === 'durationSeconds' ? BILLED_DURATION_RANK : rank
    return {
      name: name === 'status' ? 'reportedStatus' : name,
      value,
      rank: [0 - source, typeRank + billing],
      // After each further refund, the cost is lower.
      lessWins: billing === REFUNDED_RANK,
    }
  })
  const time = eventTime(event)
  if (timeOf && time) {
    const value = time.toISOString()
    candidates.push({ name: timeOf, value, rank: [TIMESTAMP_RANK], lessWins: true })
  }
  return candidates
}

function billingRank(status: unknown): number {
  if (typeof status !== 'string') return 0
  return BILLING_RANKS.find(([start]) => status.startsWith(start))?.[1] ?? OTHER_BILLING_RANK
}
