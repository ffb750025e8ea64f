/** The limits that the library must meet. */

import { floor, ours, peers, webFloor, webOurs } from './candidates.mjs'

/**
 * @typedef {object} Limit
 * @property {string} label
 * @property {import('./candidates.mjs').Candidate} candidate
 * @property {import('./candidates.mjs').Candidate} base what it is compared with
 * @property {(number | undefined)[]} most the highest ratio, size by size; `undefined` where there is no limit
 */

/** @type {Limit[]} */
export const FLOOR_LIMITS = [
  { label: ours.sync.name, candidate: ours.sync, base: floor, most: [0.92, 1, 1] },
  { label: ours.async.name, candidate: ours.async, base: floor, most: [0.97, undefined, undefined] },
  { label: webOurs.name, candidate: webOurs, base: webFloor, most: [1.15, 1.15, 1.15] },
]

/**
 * Faster than every peer: `verifyAndParseSync` than those that return, `verifyAndParse` than those that promise.
 *
 * @type {Limit[]}
 */
export const PEER_LIMITS = peers.map((peer) => ({
  label: peer.name,
  candidate: peer.isAsync ? ours.async : ours.sync,
  base: peer,
  most: [1, 1, 1],
}))

export const MEMORY_LIMITS = { leastClaimsPerSecond: 1_000_000, mostBytesPerKey: 250 }

/** Multiples of the start of an empty program of the same kind. */
export const COLD_START_LIMITS = { require: 1.12, import: 1.15 }

/** A multiple of `node -e 0`, and milliseconds for 100 kB and for 1 MB. */
export const TOOL_LIMITS = { slowestStart: 1.5, diagnosisMs: 50, keyMs: 40 }
