/** Tells screen readers what arrives: all of a moment together. */

import type { DeliveryLine } from '../delivery-line.js'
import { byId } from './dom.js'
import { VERDICTS } from './verdicts.js'

/** How long deliveries are gathered before they are announced. */
const GATHERING_MS = 1500

const live = byId('live', HTMLDivElement)

let unsaid: DeliveryLine[] = []
let timer: number | undefined

/** Announces deliveries soon. */
export function announce(deliveries: readonly DeliveryLine[]): void {
  unsaid.push(...deliveries)
  if (timer !== undefined || unsaid.length === 0) return
  timer = window.setTimeout(() => {
    timer = undefined
    live.textContent = announcementOf(unsaid)
    unsaid = []
  }, GATHERING_MS)
}

function announcementOf(deliveries: readonly DeliveryLine[]): string {
  const [only] = deliveries
  if (only && deliveries.length === 1) {
    return `${VERDICTS[only.outcome]}: ${only.event ?? only.code ?? 'a delivery'}`
  }
  const rejected = deliveries.filter(({ outcome }) => outcome === 'rejected').length
  return `${deliveries.length} new deliveries${rejected > 0 ? `, ${rejected} refused` : ''}`
}
