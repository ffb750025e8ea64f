/** Creates the findings of cases with several requests. */

import type { EndpointFinding } from './endpoint-case.js'
import type { TimedResponse } from './timed-request.js'

/** Creates the finding of a case that passed. `note` says what it couldn't check. */
export function passed(responses: readonly TimedResponse[], note?: string): EndpointFinding {
  return { passed: true, actual: statusesOf(responses), ...(note !== undefined && { note }) }
}

/** Creates the finding of a case that failed. `fix` says what to fix in the receiver. */
export function failed(responses: readonly TimedResponse[], fix: string): EndpointFinding {
  return { passed: false, actual: statusesOf(responses), fix }
}

function statusesOf(responses: readonly TimedResponse[]): string {
  return responses.map(({ status }) => status).join(', ')
}
