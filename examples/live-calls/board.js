/** Keeps the calls that the page shows: those of a day, at most a thousand, so that memory is bounded. */

import { callIdOf, callOf, withEvent } from './calls.js'

/** @import { TruedyEvent } from 'truedy-webhooks' */
/** @import { Call, History } from './calls.js' */

/** @typedef {{ call?: Call, removed: string[] }} Change - a new or changed call, and the ids of calls that the page must remove */

const DAY_MS = 86_400_000

/**
 * @param {object} [options]
 * @param {number} [options.maxCalls] - finished calls are removed first
 * @param {number} [options.maxAgeMs] - how long a call is kept after its latest event, even if its end was never reported
 * @param {number} [options.maxRemoved] - how many removed calls are remembered
 * @param {() => number} [options.now] - milliseconds since 1970
 */
export function createBoard({
  maxCalls = 1000,
  maxAgeMs = DAY_MS,
  maxRemoved = 10_000,
  now = Date.now,
} = {}) {
  /**
   * In the order of their latest events, the oldest first.
   *
   * @type {Map<string, { history: History, call: Call, changedAt: number }>}
   */
  const entries = new Map()
  /** The ids of removed calls. A late event must not bring such a call back. */
  const removedIds = new Set()

  /**
   * Adds an event to its call.
   *
   * @param {TruedyEvent} event
   * @returns {Change | undefined} `undefined` if nothing changes
   */
  function record(event) {
    const id = callIdOf(event)
    if (id === undefined || removedIds.has(id)) return undefined
    const known = entries.get(id)
    const history = withEvent(known?.history ?? {}, event)
    if (history === known?.history) return undefined
    const call = callOf(history)
    entries.delete(id)
    entries.set(id, { history, call, changedAt: now() })
    return { call, removed: entries.size > maxCalls ? [remove(longestQuiet())] : [] }
  }

  /**
   * Removes calls that are too old.
   *
   * @returns {Change | undefined}
   */
  function expire() {
    const removed = []
    for (const [id, { changedAt }] of entries) {
      if (changedAt > now() - maxAgeMs) break
      removed.push(remove(id))
    }
    return removed.length > 0 ? { removed } : undefined
  }

  /** Finds the call to remove: of the finished calls, or of all if none is finished, the one without news for the longest time. */
  function longestQuiet() {
    let first
    for (const [id, { call }] of entries) {
      if (call.state === 'ended' || call.state === 'failed') return id
      first ??= id
    }
    return /** @type {string} */ (first)
  }

  /** @param {string} id */
  function remove(id) {
    entries.delete(id)
    removedIds.add(id)
    const [oldest] = removedIds
    if (removedIds.size > maxRemoved) removedIds.delete(oldest)
    return id
  }

  return {
    record,
    expire,
    /** @returns {Call[]} */
    calls: () => [...entries.values()].map(({ call }) => call),
  }
}
