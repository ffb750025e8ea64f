/** Announces new deliveries to screen readers. Deliveries that arrive together share one announcement. */

import type { DeliveryLine } from '../delivery-line.js'
import { verdictOf } from '../verdict.js'
import { byId } from './dom.js'

/** How long deliveries are collected before they are announced. */
const COLLECTING_MS = 1500

const live = byId('live', HTMLDivElement)

let unannounced: DeliveryLine[] = []
let timer: number | undefined

/** Adds deliveries to the next announcement. */
export function announce(deliveries: readonly DeliveryLine[]): void {
  unannounced.push(...deliveries)
  if (timer !== undefined || unannounced.length === 0) return
  timer = window.setTimeout(() => {
    timer = undefined
    live.textContent = announcementOf(unannounced)
    unannounced = []
  }, COLLECTING_MS)
}

function announcementOf(deliveries: readonly DeliveryLine[]): string {
  const [only] = deliveries
  if (only && deliveries.length === 1) {
    return `${verdictOf(only)}: ${only.event ?? only.code ?? 'a delivery'}`
  }
  const rejected = deliveries.filter(({ outcome }) => outcome === 'rejected').length
  return `${deliveries.length} new deliveries${rejected > 0 ? `, ${rejected} rejected` : ''}`
}
