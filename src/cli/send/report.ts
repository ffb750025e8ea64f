/** How a run shows itself: as text for people, or as JSON for scripts. */

import type { Surroundings } from '../surroundings.js'
import { jsonReport } from './json-report.js'
import type { Plan } from './plan.js'
import type { Attempt } from './sender.js'
import type { Statistics } from './statistics.js'
import { textReport } from './text-report.js'

/** What is told of a run. */
export interface Report {
  attempt(attempt: Attempt): void
  /** Tells the summary. */
  end(): void
}

/** The report of a run; `isJson` for scripts. */
export function openReport(
  plan: Plan,
  statistics: Statistics,
  surroundings: Surroundings,
  isJson: boolean,
): Report {
  return isJson ? jsonReport(plan, statistics, surroundings) : textReport(plan, statistics, surroundings)
}
