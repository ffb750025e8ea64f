/** The load of a run: 1,400 events in 2,000 deliveries, 30% of which are simultaneous duplicates. */

import { setTimeout as delay } from 'node:timers/promises'
import { eventNames } from '../../src/events/catalogue.js'
import { type SampleEvent, sampleEvent } from '../../src/testing/index.js'
import type { Sender } from './sender.js'

const EVENTS = 1400

/** An event, and how many deliveries of it are sent at once. */
interface Delivery {
  readonly event: SampleEvent
  readonly copies: number
}

const deliveries = (events: number): Delivery[] =>
  Array.from({ length: events }, (_, index) => ({
    event: sampleEvent(eventNames[index % eventNames.length] ?? 'unknown'),
    // Three of seven: 600 of 1,400.
    copies: index % 7 < 3 ? 2 : 1,
  }))

/**
 * Sends the load in batches, and runs `between` after each; by default, it pauses.
 *
 * @param events - how many events, in 10 deliveries for 7
 * @returns the ids of the events
 */
export async function sendLoad(
  sender: Sender,
  batches = 1,
  afterBatch: () => Promise<unknown> = () => delay(100),
  events = EVENTS,
): Promise<string[]> {
  const all = deliveries(events)
  const size = Math.ceil(all.length / batches)
  for (let start = 0; start < all.length; start += size) {
    for (const { event, copies } of all.slice(start, start + size)) sender.send(event, copies)
    await afterBatch()
  }
  return all.map(({ event }) => String(event.id))
}
