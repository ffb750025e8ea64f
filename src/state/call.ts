/** The state of a call, from its events in any order. */

import { type CallDetails, callFields, findCallFields } from '../events/call-details.js'
import type { EventName, EventOf, TruedyEvent } from '../events/catalogue.js'
import { eventIds } from '../events/ids.js'
import type { ReportedCallStatus } from '../events/payloads.js'
import { eventTime } from '../events/time.js'
import { type Candidate, mergeFields } from './merge-fields.js'

/** An event of a call. */
export type CallEvent = EventOf<Extract<EventName, `call.${string}`>>

/** The stage of a call. `ended` and `failed` are final. */
export type CallStatus = 'created' | 'ongoing' | 'ended' | 'failed'

/** The state of a call: plain JSON, to be stored as it is. */
export interface CallState extends Omit<CallDetails, 'status' | 'callId'> {
  readonly callId: string
  /** The stage of the call, by the furthest event seen. */
  readonly status: CallStatus
  /** The `status` of the payload, as it was sent. */
  readonly reportedStatus?: ReportedCallStatus
  /** The origin of each field, as far as merging needs it. Plain JSON; its shape is not part of the API. */
  readonly provenance: Readonly<Record<string, unknown>>
}

/** The facts that the type of an event tells about its call. */
interface EventMeaning {
  /** The weight of its fields: the later in the life of a call, the more. Above 0. */
  readonly rank: number
  readonly status: CallStatus
  /** The field for which the event's `timestamp` stands in if no payload has it. */
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
 * What is added to the rank of a `call.billed`, depending on how its billing status begins. A refund gets the most, because
 * it corrects the bill.
 */
const BILLING_RANKS: readonly (readonly [status: string, rank: number])[] = [
  ['BILLING_STATUS_REFUNDED', 5],
  ['BILLING_STATUS_BILLED', 4],
  ['BILLING_STATUS_FREE', 3],
  ['BILLING_STATUS_PENDING', 1],
  ['BILLING_STATUS_UNSPECIFIED', 0],
]
/** A status that this version doesn't know. */
const OTHER_BILLING_RANK = 2
const REFUNDED_RANK = 5

/** A `duration` in `call.billed` may be rounded, so it counts less than that of `call.ended`. */
const BILLED_DURATION_RANK = 30

/** The rank of a timestamp that stands in: lower than that of any value in a payload. */
const STAND_IN = -10

/** The fields in the order in which a state has them. */
const FIELD_NAMES = ['agentId', ...Object.keys(callFields)].map((name) =>
  name === 'status' ? 'reportedStatus' : name,
)

/**
 * The state of a call after one more event. Any order and any repetition of the same events gives the same state, also if a retry
 * has a fresh `timestamp` or `id`.
 *
 * - The status is that of the furthest event seen, so a late `call.joined` doesn't reopen a call that has ended.
 * - Each field is that of the latest type of event that has it: `call.billed` over `call.ended` over `call.joined` over `call.started`.
 *   Fields that are missing or `null` overwrite nothing.
 * - Of several `call.billed`, a refund counts more than a bill, and a bill more than a pending one.
 * - If no payload has `joinedAt`, the earliest timestamp of a `call.joined` stands in for it; likewise `createdAt` and `endedAt`.
 *
 * @param state - the state before; `undefined` for a call of which nothing is known
 * @param event - a parsed event. Other events, and events of another call, leave the state as it is
 * @returns the state: the same object if nothing changes. An event
 * without a call id leaves an existing state as it is. If there is no state yet, it gives one whose `callId` is empty
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
  // A state without an id is of no call.
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

/** The facts of a call in an event, with their weight. */
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
      // Each further refund leaves less to pay.
      lessWins: billing === REFUNDED_RANK,
    }
  })
  const time = eventTime(event)
  if (timeOf && time) {
    const value = time.toISOString()
    candidates.push({ name: timeOf, value, rank: [STAND_IN], lessWins: true })
  }
  return candidates
}

function billingRank(status: unknown): number {
  if (typeof status !== 'string') return 0
  return BILLING_RANKS.find(([start]) => status.startsWith(start))?.[1] ?? OTHER_BILLING_RANK
}
