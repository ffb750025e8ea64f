/** The words of the page for the outcome of a delivery. */

import type { DeliveryLine } from '../delivery-line.js'

export const VERDICTS: Readonly<Record<DeliveryLine['outcome'], string>> = {
  processed: 'processed',
  duplicate: 'duplicate',
  busy: 'busy',
  rejected: 'rejected',
  failed: 'failed',
}

/** The verdict of a delivery in a word. If an app responds, its success is no part of the verdict. */
export function verdictOf({
  outcome,
  app,
  isValid,
}: Pick<DeliveryLine, 'outcome' | 'app' | 'isValid'>): string {
  const isAppAsked = app !== undefined && isValid && (outcome === 'processed' || outcome === 'failed')
  return isAppAsked ? 'valid' : VERDICTS[outcome]
}
