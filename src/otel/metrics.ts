/** The histogram and the counter of deliveries and jobs. */

import type { OtelCounter, OtelHistogram, OtelMeter } from './api.js'

/** The bucket boundaries, in seconds. Truedy waits 10 s for a response, and a job may take minutes. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

/**
 * Creates the function that records a delivery or job.
 *
 * @param getMeter - called each time, because the program may register its SDK after it created its handlers. Until then, the meter
 * does nothing
 */
export function createMetrics(
  getMeter: () => OtelMeter,
): (seconds: number, attributes: Record<string, string>) => void {
  let current: ({ readonly meter: OtelMeter } & Instruments) | undefined
  return (seconds, attributes) => {
    const meter = getMeter()
    if (current?.meter !== meter) current = { meter, ...createInstruments(meter) }
    current.duration.record(seconds, attributes)
    current.deliveries.add(1, attributes)
  }
}

interface Instruments {
  readonly duration: OtelHistogram
  readonly deliveries: OtelCounter
}

function createInstruments(meter: OtelMeter): Instruments {
  return {
    duration: meter.createHistogram('truedy.webhooks.duration', {
      description: 'Time from a request to its response, or from the start of a job to its end.',
      unit: 's',
      advice: { explicitBucketBoundaries: BUCKETS },
    }),
    deliveries: meter.createCounter('truedy.webhooks.deliveries', {
      description: 'Deliveries and jobs.',
      unit: '{delivery}',
    }),
  }
}
