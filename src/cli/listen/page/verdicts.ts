/** What the page calls the outcome of a delivery. */

import type { DeliveryLine } from '../delivery-line.js'

export const VERDICTS: Readonly<Record<DeliveryLine['outcome'], string>> = {
  processed: 'processed',
  duplicate: 'duplicate',
  busy: 'busy',
  rejected: 'refused',
  failed: 'failed',
}
