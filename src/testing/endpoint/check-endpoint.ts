/** Runs the endpoint cases. */

import { createProbe, isRejection, isSignatureAccepted, RESERIALIZED } from '../reserialization.js'
import type { Endpoint, EndpointCase, EndpointFinding } from './endpoint-case.js'
import { endpointCases } from './endpoint-cases.js'
import { sendRequest } from './timed-request.js'

/** A case and what it found. */
export interface EndpointResult extends EndpointFinding {
  /** The name of the case. */
  readonly name: string
  /** The correct statuses, in words. */
  readonly expected: string
}

/**
 * Sends an endpoint every kind of delivery (valid, forged, stale, malformed, retried and more), and checks each response. The
 * endpoint processes the valid ones, so use a test setup.
 *
 * @param url - where the endpoint listens
 * @param secret - the secret that it verifies with
 * @param cases - the cases to run; default: all {@link endpointCases}
 * @returns a result for each case, in order; the promise never rejects
 *
 * @example
 * ```ts
 * import { checkEndpoint } from 'truedy-webhooks/testing'
 *
 * const results = await checkEndpoint('http://127.0.0.1:3000/webhooks/truedy', 'whsec_example')
 * for (const { name, passed, expected, actual } of results) {
 *   if (!passed) console.log(`${name}: expected ${expected}, got ${actual}`)
 * }
 * ```
 */
export async function checkEndpoint(
  url: string,
  secret: string,
  cases: readonly EndpointCase[] = endpointCases,
): Promise<EndpointResult[]> {
  const results: EndpointResult[] = []
  for await (const result of runCases({ url, secret }, cases)) results.push(result)
  return results
}

/** Runs cases, and yields each result at once. */
export async function* runCases(
  endpoint: Endpoint,
  cases: readonly EndpointCase[],
): AsyncGenerator<EndpointResult> {
  let first: EndpointResult | undefined
  let hasAccepted = false
  for (const one of cases) {
    const result = await runCase(endpoint, one)
    const hasRejectedValid =
      !result.passed && result.expected === '2xx' && !ALL_SUCCESSFUL.test(result.actual)
    hasAccepted ||= SUCCESSFUL.test(result.actual)
    // If one valid delivery gets no 2xx, the others usually fail for the same reason. If nothing ever gets a 2xx, the reason
    // may be one that every request meets, such as a wrong path.
    const isAlsoRejected = !hasAccepted && !result.passed && first && isAlike(result, first)
    if (first && (hasRejectedValid || isAlsoRejected)) {
      yield { ...result, fix: `Fix "${first.name}" first.` }
    } else if (hasRejectedValid) {
      first = result
      yield (await isReserializing(endpoint, result)) ? { ...result, fix: RESERIALIZED } : result
    } else yield result
  }
}

/** Tells whether all responses of a case are also responses of another case. */
function isAlike({ actual }: EndpointResult, other: EndpointResult): boolean {
  return actual.split(', ').every((status) => other.actual.split(', ').includes(status))
}

/** Tells whether the endpoint rejected a valid delivery because it verifies something other than the raw body. */
async function isReserializing({ url, secret }: Endpoint, { actual }: EndpointResult): Promise<boolean> {
  const rejectionStatus = Number(actual)
  if (!isRejection({ status: rejectionStatus })) return false
  try {
    return isSignatureAccepted(await sendRequest(url, await createProbe(secret)), rejectionStatus)
  } catch {
    return false
  }
}

const SUCCESSFUL = /\b2\d\d\b/
const ALL_SUCCESSFUL = /^2\d\d(, 2\d\d)*$/

async function runCase(endpoint: Endpoint, { name, expected, run }: EndpointCase): Promise<EndpointResult> {
  try {
    return { name, expected, ...(await run(endpoint)) }
  } catch (error) {
    const actual = `no response: ${reasonOf(error)}`
    return { name, expected, passed: false, actual, fix: NO_RESPONSE_FIX }
  }
}

const NO_RESPONSE_FIX =
  'Check that the endpoint is running, that the URL is right, and that this request does not crash it.'

/** Returns why a request failed. The error of `fetch` says only "fetch failed"; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
