/** The verdict on a delivery in a word. The page uses it, too, so it imports nothing of Node. */

import type { ListenedDelivery } from './listened-delivery.js'

/** The facts that decide a verdict. */
interface Judged extends Pick<ListenedDelivery, 'outcome' | 'isValid'> {
  readonly app?: object
}

/**
 * The outcome; or `valid` instead of `processed` or `failed` if an app responds, because the app's success is not part of the
 * verdict.
 */
export function verdictOf({ outcome, app, isValid }: Judged): string {
  return app && isValid && (outcome === 'processed' || outcome === 'failed') ? 'valid' : outcome
}
