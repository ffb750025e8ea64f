/** Counts what a run of `listen` comes to. */

import type { ListenedDelivery } from './listened-delivery.js'

/** The deliveries of a run, counted. */
export interface OutcomeCounts {
  readonly outcomes: Readonly<Record<ListenedDelivery['outcome'], number>>
  /** The rejected ones, by error code. */
  readonly rejections: ReadonlyMap<string, number>
  readonly total: number
  add(delivery: ListenedDelivery): void
}

/** Starts counting. */
export function createOutcomeCounts(): OutcomeCounts {
  const outcomes = { processed: 0, duplicate: 0, busy: 0, rejected: 0, failed: 0 }
  const rejections = new Map<string, number>()
  let total = 0
  return {
    outcomes,
    rejections,
    get total() {
      return total
    },
    add({ outcome, code }) {
      total += 1
      outcomes[outcome] += 1
      if (code) rejections.set(code, (rejections.get(code) ?? 0) + 1)
    },
  }
}
