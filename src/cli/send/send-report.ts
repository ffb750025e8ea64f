/** Reports a run of `send`: as text for people, or as JSON for scripts. */

import type { Attempt } from './sender.js'

/** Reports a run. */
export interface SendReport {
  attempt(attempt: Attempt): void
  /** Reports the summary. */
  end(): void
}
