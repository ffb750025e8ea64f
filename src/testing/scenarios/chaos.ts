/** Mixes up events, as at-least-once delivery may: out of order, with duplicates, simultaneous deliveries and late retries. */

import type { Random } from './random.js'
import type { StoryEvent } from './story.js'

/** One delivery of a disordered sequence. */
export interface ChaosStep {
  readonly event: StoryEvent
  /** True if it is sent at the same moment as the delivery before it, which is of the same event. */
  readonly isTwin: boolean
}

/**
 * Mixes several stories, and adds duplicates.
 *
 * @param events - the events of all stories; each is delivered at least once
 */
export function inChaos(events: readonly StoryEvent[], random: Random): ChaosStep[] {
  const steps: ChaosStep[] = random.shuffled(events).map((event) => ({ event, isTwin: false }))
  const some = (share: number) =>
    random.shuffled(events).slice(0, Math.max(2, Math.round(events.length * share)))
  // Some are delivered again soon: one to four steps after the first delivery.
  for (const event of some(0.25)) {
    const first = steps.findIndex((step) => step.event === event)
    steps.splice(first + random.between(1, 4), 0, { event, isTwin: false })
  }
  // Twins are inserted last, so that nothing gets between the two deliveries.
  for (const event of some(0.3)) {
    const first = steps.findIndex((step) => step.event === event)
    steps.splice(first + 1, 0, { event, isTwin: true })
  }
  // Some are delivered again late, after everything else.
  return [...steps, ...some(0.25).map((event) => ({ event, isTwin: false }))]
}
