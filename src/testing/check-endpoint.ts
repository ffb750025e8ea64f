/** Running the endpoint cases. */

import { type Endpoint, type EndpointCase, endpointCases } from './endpoint-cases.js'

/** What a case found. */
export interface EndpointResult {
  /** What was sent. */
  readonly name: string
  readonly passed: boolean
  /** The statuses that are right, in words. */
  readonly expected: string
  /** The statuses that came, or why none did. */
  readonly actual: string
  /** What to look at in the receiver, where the case did not pass. */
  readonly fix?: string
}

/**
 * Sends an endpoint all that a webhook endpoint meets (genuine, forged, stale, doubled, malformed …) and tells for each
 * case whether the answer was right. The endpoint handles the genuine ones: point it at a test set-up.
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
  for (const one of cases) {
    const result = await checkCase({ url, secret }, one)
    const first = results.find(isGenuineFailure)
    // What one genuine delivery failed of, the next ones mostly fail of too.
    const isFollowing = first !== undefined && isGenuineFailure(result)
    results.push(isFollowing ? { ...result, fix: `First mend "${first.name}".` } : result)
  }
  return results
}

async function checkCase(endpoint: Endpoint, one: EndpointCase): Promise<EndpointResult> {
  const { name, expected, fix } = one
  try {
    const statuses = await one.run(endpoint)
    const passed = one.accepts(statuses)
    return { name, passed, expected, actual: statuses.join(', '), ...(!passed && { fix }) }
  } catch (error) {
    return {
      name,
      passed: false,
      expected,
      actual: `no answer: ${reason(error)}`,
      fix: 'Is it running, and is the URL right?',
    }
  }
}

function isGenuineFailure({ passed, expected }: EndpointResult): boolean {
  return !passed && expected === '2xx'
}

/** fetch says only "fetch failed"; why stands in its cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
