/** The calls that the page shows, in bounded memory: those of a day, and no more than a thousand. */

import { callIdOf, callOf, withEvent } from './calls.js'

/** @import { TruedyEvent } from 'truedy-webhooks' */
/** @import { Call, History } from './calls.js' */

/** @typedef {{ call?: Call, removed: string[] }} Change - what the page has to change: ids in `removed` are gone */

const DAY_MS = 86_400_000

/**
 * @param {object} [options]
 * @param {number} [options.maxCalls] - finished ones are removed first
 * @param {number} [options.maxAgeMs] - how long a call without news is kept. This also removes calls whose end was never reported
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
   * Those without news for the longest time come first.
   *
   * @type {Map<string, { history: History, call: Call, changedAt: number }>}
   */
  const entries = new Map()
  /** A late event must not open a call again that was removed. */
  const removedIds = new Set()

  /**
   * Takes an event in.
   *
   * @param {TruedyEvent} event
   * @returns {Change | undefined} `undefined` where nothing changes
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
   * Removes the calls that are too old.
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
