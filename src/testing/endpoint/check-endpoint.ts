/** Runs the endpoint cases. */

import { createProbe, isRejection, isSignatureAccepted, RESERIALIZED } from '../reserialization.js'
import type { Endpoint, EndpointCase, EndpointFinding } from './endpoint-case.js'
import { endpointCases } from './endpoint-cases.js'
import { sendRequest } from './timed-request.js'

/** The finding of a case, with the case. */
export interface EndpointResult extends EndpointFinding {
  /** The request. */
  readonly name: string
  /** The statuses that are right, in words. */
  readonly expected: string
}

/**
 * Sends an endpoint every kind of delivery (valid, forged, stale, malformed, retried …) and tells for each case whether the response
 * was right. The endpoint processes the valid ones: point it at a test setup.
 *
 * @param url - where the endpoint listens
 * @param secret - the secret that it verifies with
 * @param cases - default: all {@link endpointCases}
 * @returns a result for each case, in order; it never rejects
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

/** The results of cases one by one, as they come. */
export async function* runCases(
  endpoint: Endpoint,
  cases: readonly EndpointCase[],
): AsyncGenerator<EndpointResult> {
  let first: EndpointResult | undefined
  for (const one of cases) {
    const result = await runCase(endpoint, one)
    const isGenuineFailure =
      !result.passed && result.expected === '2xx' && !ALL_SUCCESSFUL.test(result.actual)
    if (!isGenuineFailure) yield result
    // If one valid delivery fails, the others mostly fail for the same reason.
    else if (first) yield { ...result, fix: `Fix "${first.name}" first.` }
    else {
      first = result
      yield (await isReserializing(endpoint, result)) ? { ...result, fix: RESERIALIZED } : result
    }
  }
}

/** Tells whether the endpoint rejected a valid delivery because it verifies something other than the raw body. */
async function isReserializing({ url, secret }: Endpoint, { actual }: EndpointResult): Promise<boolean> {
  const rejected = Number(actual)
  if (!isRejection(rejected)) return false
  try {
    const { status } = await sendRequest(url, await createProbe(secret))
    return isSignatureAccepted(status, rejected)
  } catch {
    return false
  }
}

const ALL_SUCCESSFUL = /^2\d\d(, 2\d\d)*$/

async function runCase(endpoint: Endpoint, { name, expected, run }: EndpointCase): Promise<EndpointResult> {
  try {
    const finding = await run(endpoint)
    const isRedirect = /^3\d\d\b/.test(finding.actual)
    return { name, expected, ...finding, ...(!finding.passed && isRedirect && { fix: REDIRECT_FIX }) }
  } catch (error) {
    const actual = `no answer: ${reason(error)}`
    return { name, expected, passed: false, actual, fix: NO_ANSWER_FIX }
  }
}

const REDIRECT_FIX = 'It redirects, and a redirect is no 2xx: give the address that it leads to.'
const NO_ANSWER_FIX = 'Is it running, and is the URL right? Did it crash?'

/** Why fetch failed: its own message says only "fetch failed", the cause says why. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
