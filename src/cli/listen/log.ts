/** Keeps the newest deliveries of a run in memory, and announces new ones. */

import type { ListenedDelivery } from './listened-delivery.js'

/** The newest deliveries. */
export interface DeliveryLog {
  add(delivery: ListenedDelivery): void
  find(number: number): ListenedDelivery | undefined
  /** Returns the deliveries with a higher number, in order. */
  after(number: number): readonly ListenedDelivery[]
  /** Calls a function for each new delivery until the returned function is called. */
  subscribe(listener: (delivery: ListenedDelivery) => void): () => void
}

const MAX_DELIVERIES = 1000
/** The maximum total size of bodies and headers, in bytes. */
const MAX_BYTES = 32 * 1_048_576

/** Creates an empty log. It keeps the newest 1,000 deliveries, or fewer if those would take more than 32 MiB. */
export function createLog(): DeliveryLog {
  const deliveries: ListenedDelivery[] = []
  const listeners = new Set<(delivery: ListenedDelivery) => void>()
  let bytes = 0
  return {
    add(delivery) {
      deliveries.push(delivery)
      bytes += sizeOf(delivery)
      while (deliveries.length > MAX_DELIVERIES || bytes > MAX_BYTES) {
        const oldest = deliveries.shift()
        bytes -= oldest ? sizeOf(oldest) : 0
      }
      for (const listener of listeners) listener(delivery)
    },
    find: (number) => deliveries.find((delivery) => delivery.number === number),
    after: (number) => deliveries.filter((delivery) => delivery.number > number),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function sizeOf({ body, rawHeaders }: ListenedDelivery): number {
  return rawHeaders.reduce((size, text) => size + text.length, body.length)
}
