/** Counts the deliveries of a run of `listen`. */

import type { ListenedDelivery } from './listened-delivery.js'

/** The numbers of deliveries in a run. */
export interface OutcomeCounts {
  readonly outcomes: Readonly<Record<ListenedDelivery['outcome'], number>>
  /** The number of rejected deliveries by error code. */
  readonly rejections: ReadonlyMap<string, number>
  readonly total: number
  /** The number of deliveries that `--events` hid. */
  readonly hidden: number
  add(delivery: ListenedDelivery, isHidden: boolean): void
}

/** Starts counting. */
export function createOutcomeCounts(): OutcomeCounts {
  const outcomes = { processed: 0, duplicate: 0, busy: 0, rejected: 0, failed: 0 }
  const rejections = new Map<string, number>()
  let total = 0
  let hidden = 0
  return {
    outcomes,
    rejections,
    get total() {
      return total
    },
    get hidden() {
      return hidden
    },
    add({ outcome, code }, isHidden) {
      total += 1
      hidden += isHidden ? 1 : 0
      outcomes[outcome] += 1
      if (code) rejections.set(code, (rejections.get(code) ?? 0) + 1)
    },
  }
}
