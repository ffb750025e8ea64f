/** Events for the stores, and a check that every store must pass. */

import { expect } from 'vitest'
import { type DedupeStore, parseEvent, processOnce } from '../../src/index.js'

export function newEvent() {
  return parseEvent({ event: 'call.ended', timestamp: 1, id: crypto.randomUUID(), data: {} })
}

/** Many workers, each with its own store on the same records, get one event at the same moment. */
export async function expectHandledOnce(openStore: () => DedupeStore): Promise<void> {
  const event = newEvent()
  let processed = 0
  const work = async () => {
    processed += 1
  }
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => processOnce(event, openStore(), work)))
  expect(processed).toBe(1)
  expect(outcomes.filter(({ status }) => status === 'processed')).toEqual([
    { status: 'processed', value: undefined, recorded: true },
  ])
  expect(await processOnce(event, openStore(), work)).toEqual({ status: 'duplicate' })
}
