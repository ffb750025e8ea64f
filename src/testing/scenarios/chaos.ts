/** Everything that at-least-once delivery without an order can bring: disorder, duplicates, two at once, late repeats. */

import type { Random } from './random.js'
import type { StoryEvent } from './story.js'

/** One delivery within the disorder. */
export interface ChaosStep {
  readonly event: StoryEvent
  /** True if it is sent at the same moment as the one before, which is the same event. */
  readonly isTwin: boolean
}

/**
 * Several stories in disorder, with duplicates.
 *
 * @param events - the events of all stories; each comes up at least once
 */
export function inChaos(events: readonly StoryEvent[], random: Random): ChaosStep[] {
  const steps: ChaosStep[] = random.shuffled(events).map((event) => ({ event, isTwin: false }))
  const some = (share: number) =>
    random.shuffled(events).slice(0, Math.max(2, Math.round(events.length * share)))
  // Some are delivered again soon: one to four steps after the first time.
  for (const event of some(0.25)) {
    const first = steps.findIndex((step) => step.event === event)
    steps.splice(first + random.between(1, 4), 0, { event, isTwin: false })
  }
  // Twins are inserted last, so that nothing gets between the two deliveries.
  for (const event of some(0.3)) {
    const first = steps.findIndex((step) => step.event === event)
    steps.splice(first + 1, 0, { event, isTwin: true })
  }
  // Some are repeated late, when everything has been delivered.
  return [...steps, ...some(0.25).map((event) => ({ event, isTwin: false }))]
}
