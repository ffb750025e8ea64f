/** Findings of a case with several requests. */

import type { EndpointFinding } from './endpoint-case.js'
import type { TimedResponse } from './timed-request.js'

/** The case passed, as far as `note` says. */
export function passed(responses: readonly TimedResponse[], note?: string): EndpointFinding {
  return { passed: true, actual: statusesOf(responses), ...(note !== undefined && { note }) }
}

/** The case failed, and `fix` says what to look at in the receiver. */
export function failed(responses: readonly TimedResponse[], fix: string): EndpointFinding {
  return { passed: false, actual: statusesOf(responses), fix }
}

function statusesOf(responses: readonly TimedResponse[]): string {
  return responses.map(({ status }) => status).join(', ')
}
