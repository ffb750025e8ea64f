/** Builds a call as the page shows it, from its events in any order. `mergeCall` of truedy-webhooks merges them. */

import { eventIds } from 'truedy-webhooks'
import { mergeCall } from 'truedy-webhooks/state'

/** @import { TruedyEvent } from 'truedy-webhooks' */
/** @import { CallState } from 'truedy-webhooks/state' */

/** @typedef {{ readonly state?: CallState, readonly isBilled?: boolean }} History - what is known about one call */

/**
 * A call as the page shows it. Times are milliseconds since 1970.
 *
 * @typedef {object} Call
 * @property {string} id
 * @property {'started' | 'joined' | 'ended' | 'failed'} state
 * @property {number} [createdAt]
 * @property {number} [joinedAt]
 * @property {number} [endedAt]
 * @property {string} [agentId]
 * @property {string} [agentName]
 * @property {number} [durationSeconds] - only of a call that is over
 * @property {number} [costUsd] - the cost so far, or the final one if `isBilled`
 * @property {boolean} isBilled
 * @property {string} [endReason]
 * @property {string} [errorMessage]
 */

const STATES = /** @type {const} */ ({
  created: 'started',
  ongoing: 'joined',
  ended: 'ended',
  failed: 'failed',
})

/** In characters. Payloads may be large, and a thousand calls are kept. */
const MAX_TEXT = 200

/** Fields that the page doesn't use. */
const HIDDEN = new Set(['summary', 'shortSummary', 'short_summary', 'metadata', 'sipDetails', 'sip_details'])

/**
 * Returns the id of the call that an event is about.
 *
 * @param {TruedyEvent} event
 * @returns {string | undefined} `undefined` if the event isn't about the state of a call
 */
export function callIdOf(event) {
  const { callId } = eventIds(event)
  const isUsable = callId !== undefined && callId.length <= MAX_TEXT
  return isUsable && event.event.startsWith('call.') ? callId : undefined
}

/**
 * Adds an event to a call's history. Returns the same object if nothing changes.
 *
 * @param {History} history - `{}` for an unknown call
 * @param {TruedyEvent} event
 * @returns {History}
 */
export function withEvent(history, event) {
  const state = mergeCall(history.state, withShortTexts(event))
  const isBilled = history.isBilled || event.event === 'call.billed'
  return state === history.state && isBilled === history.isBilled ? history : { state, isBilled }
}

/**
 * Returns a call as the page shows it.
 *
 * @param {History} history - with at least one event
 * @returns {Call}
 */
export function callOf({ state, isBilled = false }) {
  const { callId, status, agentId, agentName, costUsd, endReason, errorMessage } = state
  const isOver = status === 'ended' || status === 'failed'
  const joinedAt = timeOf(state.joinedAt)
  const endedAt = isOver ? timeOf(state.endedAt) : undefined
  return {
    id: callId,
    state: STATES[status],
    createdAt: timeOf(state.createdAt) ?? joinedAt ?? endedAt,
    joinedAt,
    endedAt,
    agentId,
    agentName,
    durationSeconds: isOver ? (state.durationSeconds ?? between(joinedAt, endedAt)) : undefined,
    costUsd,
    isBilled,
    endReason,
    errorMessage,
  }
}

/**
 * Shortens the long strings of an event. This happens to each event before it is merged, so that the order still doesn't matter.
 *
 * @param {TruedyEvent} event
 * @returns {TruedyEvent}
 */
function withShortTexts(event) {
  const { call, ...data } = event.data
  return {
    ...event,
    data: { ...shortened(data), call: call && { ...shortened(call), agent: shortened(call.agent ?? {}) } },
  }
}

/** @param {object} fields */
function shortened(fields) {
  const shown = Object.entries(fields).filter(([name]) => !HIDDEN.has(name))
  return Object.fromEntries(
    shown.map(([name, value]) => [
      name,
      typeof value === 'string' && value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT - 1)}…` : value,
    ]),
  )
}

/** @param {string} [time] - ISO 8601 */
function timeOf(time) {
  return time === undefined ? undefined : Date.parse(time)
}

/**
 * @param {number} [start]
 * @param {number} [end]
 */
function between(start, end) {
  return start === undefined || end === undefined ? undefined : Math.max(0, end - start) / 1000
}
