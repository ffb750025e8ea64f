/** Sums up the verdict on a delivery in one word. The page uses this file, too, so it must not import anything from Node. */

import type { ListenedDelivery } from './listened-delivery.js'

/** The facts that decide a verdict. */
interface Judged extends Pick<ListenedDelivery, 'outcome' | 'isValid'> {
  readonly app?: object
}

/**
 * Returns the outcome; or `valid` instead of `processed` or `failed` if deliveries are forwarded, because the verdict is about
 * the delivery and not about the app.
 */
export function verdictOf({ outcome, app, isValid }: Judged): string {
  return app && isValid && (outcome === 'processed' || outcome === 'failed') ? 'valid' : outcome
}
