/**
 * The state of one call, out of its events in whatever order they arrive.
 *
 * Each event type has a place of its own, and the state is read from all places at once. So the order of arrival
 * cannot matter, a repetition changes nothing, and a late `call.joined` finds the call ended, as it is.
 */

import { callDetails, eventIds, eventTime } from 'truedy-webhooks'

/** @import { TruedyEvent } from 'truedy-webhooks' */

/**
 * What one event says. Times are milliseconds since 1970.
 *
 * @typedef {object} Facts
 * @property {number} [at] - when the event happened
 * @property {number} [createdAt]
 * @property {number} [joinedAt]
 * @property {number} [endedAt]
 * @property {string} [agentId]
 * @property {string} [agentName]
 * @property {number} [durationSeconds]
 * @property {number} [costUsd]
 * @property {string} [endReason]
 * @property {string} [errorMessage]
 */

/** @typedef {{ readonly [eventType: string]: Facts }} History - of one call: a place for each type that has come */

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
 * @property {number} [durationSeconds] - of a call that is over
 * @property {number} [costUsd] - so far, unless it is billed
 * @property {boolean} isBilled
 * @property {string} [endReason]
 * @property {string} [errorMessage]
 */

/** What the later types say is nearer to the truth. */
const LATEST_FIRST = ['call.billed', 'call.failed', 'call.ended', 'call.joined', 'call.started']

/** How long a conversation was, and why it ended. Billing may round, so its duration comes last. */
const CONVERSATION = ['call.failed', 'call.ended', 'call.billed']

/** In characters. A payload may be large, and a thousand calls are kept. */
const MAX_TEXT = 200

/**
 * The id of the call that an event is about.
 *
 * @param {TruedyEvent} event
 * @returns {string | undefined} `undefined` where the event tells nothing about the state of a call
 */
export function callIdOf(event) {
  const { callId } = eventIds(event)
  const isUsable = callId !== undefined && callId.length <= MAX_TEXT
  return isUsable && LATEST_FIRST.includes(event.event) ? callId : undefined
}

/**
 * A call's history with one more event in it; the same object where that changes nothing.
 *
 * @param {History} history - `{}` for a call of which nothing is known
 * @param {TruedyEvent} event
 * @returns {History}
 */
export function withEvent(history, event) {
  const facts = factsOf(event)
  const known = history[event.event]
  if (known && !isLater(facts, known)) return history
  return { ...history, [event.event]: facts }
}

/**
 * @param {string} id
 * @param {History} history
 * @returns {Call}
 */
export function callOf(id, history) {
  /** @type {<Name extends keyof Facts>(name: Name, types?: string[]) => Facts[Name]} */
  const read = (name, types = LATEST_FIRST) =>
    types.map((type) => history[type]?.[name]).find((value) => value !== undefined)

  const state = stateOf(history)
  const isOver = state === 'ended' || state === 'failed'
  const joinedAt = read('joinedAt') ?? history['call.joined']?.at
  const endedAt = read('endedAt') ?? read('at', CONVERSATION)
  return {
    id,
    state,
    createdAt: read('createdAt') ?? read('at', ['call.started', 'call.joined', ...CONVERSATION]),
    joinedAt,
    endedAt: isOver ? endedAt : undefined,
    agentId: read('agentId'),
    agentName: read('agentName'),
    durationSeconds: isOver
      ? (read('durationSeconds', CONVERSATION) ?? between(joinedAt, endedAt))
      : undefined,
    costUsd: read('costUsd'),
    isBilled: 'call.billed' in history,
    endReason: read('endReason', CONVERSATION),
    errorMessage: read('errorMessage', CONVERSATION),
  }
}

/**
 * @param {History} history
 * @returns {Call['state']}
 */
function stateOf(history) {
  if ('call.failed' in history) return 'failed'
  // A call is billed when it is over, though its end may be still on the way.
  if ('call.ended' in history || 'call.billed' in history) return 'ended'
  return 'call.joined' in history ? 'joined' : 'started'
}

/**
 * @param {TruedyEvent} event
 * @returns {Facts}
 */
function factsOf(event) {
  const details = callDetails(event) ?? {}
  const call = /** @type {Record<string, unknown>} */ (event.data.call ?? {})
  /** @param {unknown} time */
  const timeOf = (time) =>
    typeof time === 'string' ? eventTime({ ...event, timestamp: time })?.getTime() : undefined
  return {
    at: eventTime(event)?.getTime(),
    createdAt: timeOf(call.created),
    joinedAt: timeOf(call.joined),
    endedAt: timeOf(call.ended),
    agentId: shortened(details.agentId),
    agentName: shortened(details.agentName),
    durationSeconds: details.durationSeconds,
    costUsd: details.costUsd,
    endReason: shortened(details.endReason),
    errorMessage: shortened(details.errorMessage),
  }
}

/**
 * Whether one event of a type replaces another. Where both are of the same moment any rule will do that
 * does not depend on which came first.
 *
 * @param {Facts} facts
 * @param {Facts} known
 */
function isLater(facts, known) {
  const [at, knownAt] = [facts.at ?? 0, known.at ?? 0]
  return at === knownAt ? JSON.stringify(facts) > JSON.stringify(known) : at > knownAt
}

/**
 * @param {number} [start]
 * @param {number} [end]
 */
function between(start, end) {
  return start === undefined || end === undefined ? undefined : Math.max(0, end - start) / 1000
}

/** @param {string} [text] */
function shortened(text) {
  return text !== undefined && text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text
}
