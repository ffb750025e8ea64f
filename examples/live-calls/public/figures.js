/** Computes durations and totals of calls at a given moment, in milliseconds since 1970 by the server's clock. */

/** @import { Call } from '../calls.js' */

/** @param {Call} call */
export function isInProgress({ state }) {
  return state === 'started' || state === 'joined'
}

/**
 * Returns how long a call took, or has taken so far. Before somebody joins, returns how long it has waited.
 *
 * @param {Call} call
 * @param {number} now
 * @returns {number | undefined} seconds
 */
export function secondsOf(call, now) {
  if (!isInProgress(call)) return call.durationSeconds
  const start = call.joinedAt ?? call.createdAt
  // Truedy's clock may be ahead of the server's.
  return start === undefined ? undefined : Math.max(0, now - start) / 1000
}

/**
 * @param {Iterable<Call>} calls
 * @param {number} now
 */
export function totalsOf(calls, now) {
  const totals = {
    all: 0,
    inProgress: 0,
    joined: 0,
    ended: 0,
    failed: 0,
    talkSeconds: 0,
    costUsd: 0,
  }
  for (const call of calls) {
    totals.all += 1
    if (isInProgress(call)) totals.inProgress += 1
    if (call.state !== 'started') {
      totals[call.state] += 1
      totals.talkSeconds += secondsOf(call, now) ?? 0
    }
    totals.costUsd += call.costUsd ?? 0
  }
  return totals
}
