/** Creates the findings of cases. */

import { isRedirect } from '../redirect.js'
import { hintForStatus } from '../response-hints.js'
import type { EndpointFinding } from './endpoint-case.js'
import type { TimedResponse } from './timed-request.js'

/** Creates the finding of a case that passed. `note` says what it couldn't check. */
export function passed(responses: readonly TimedResponse[], note?: string): EndpointFinding {
  return { passed: true, actual: statusesOf(responses), ...(note !== undefined && { note }) }
}

/** Creates the finding of a case that failed. `fix` says what to fix in the receiver, unless the endpoint redirects. */
export function failed(responses: readonly TimedResponse[], fix: string): EndpointFinding {
  const [first] = responses
  const isRedirected = first !== undefined && isRedirect(first.status)
  return { passed: false, actual: statusesOf(responses), fix: isRedirected ? fixForRedirect(first) : fix }
}

function fixForRedirect(response: TimedResponse): string {
  const { location } = response
  return `${location === undefined ? '' : `The endpoint redirects to ${location}. `}${hintForStatus(response)}`
}

function statusesOf(responses: readonly TimedResponse[]): string {
  return responses.map(({ status }) => status).join(', ')
}
