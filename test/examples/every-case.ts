/** Sends every endpoint case to a running example that has a test of its own. */

import { dedupeKey, parseEvent } from 'truedy-webhooks'
import { checkEndpoint, endpointCases } from 'truedy-webhooks/testing'
import { expect, vi } from 'vitest'

/** Expects the right response to every case; the keys of the events that must be processed, each once. */
export async function sendEveryCase(url: string, secret: string): Promise<string[]> {
  const keys = new Set<string>()
  for (const endpointCase of endpointCases) {
    const fetched = vi.spyOn(globalThis, 'fetch')
    const [result] = await checkEndpoint(url, secret, [endpointCase])
    expect(result).toMatchObject({ name: endpointCase.name, passed: true })
    const bodies = fetched.mock.calls.map(([, init]) => String(init?.body))
    fetched.mockRestore()
    if (!endpointCase.expected.startsWith('2xx')) continue
    for (const body of bodies) keys.add(dedupeKey(parseEvent(body)))
  }
  return [...keys]
}
