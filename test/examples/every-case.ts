/** The endpoint cases, with the responses that an example must give. */

import { dedupeKey, parseEvent } from 'truedy-webhooks'
import { checkEndpoint, type EndpointCase, endpointCases } from 'truedy-webhooks/testing'
import { expect } from 'vitest'
import type { Launch } from '../support/driver.js'
import { withSentBodies } from '../support/sent-bodies.js'

/** The endpoint cases, with the changes that an example's host makes to them. */
export function casesFor({ answers = {} }: Pick<Launch, 'answers'>): EndpointCase[] {
  return endpointCases.map((endpointCase) => {
    const status = answers[endpointCase.name]
    if (status === undefined) return endpointCase
    const run: EndpointCase['run'] = async (endpoint) => {
      const { actual } = await endpointCase.run(endpoint)
      return { passed: actual === String(status), actual }
    }
    return { ...endpointCase, expected: String(status), run }
  })
}

/** Expects the correct response to every case. Returns the keys of the events that must be processed, each once. */
export async function sendEveryCase(
  url: string,
  secret: string,
  launch: Pick<Launch, 'answers'> = {},
): Promise<string[]> {
  const keys = new Set<string>()
  for (const endpointCase of casesFor(launch)) {
    const { result, bodies } = await withSentBodies(() => checkEndpoint(url, secret, [endpointCase]))
    expect(result[0]).toMatchObject({ name: endpointCase.name, passed: true })
    if (!endpointCase.expected.startsWith('2xx')) continue
    for (const body of bodies) keys.add(dedupeKey(parseEvent(body)))
  }
  return [...keys]
}
