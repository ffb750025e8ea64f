/** Defines the report of a run of `send`: text for people, or JSON for scripts. */

import type { Attempt } from './sender.js'

/** Reports a run. */
export interface SendReport {
  attempt(attempt: Attempt): void
  /** Reports the summary. */
  end(): void
}
