/** The story of a campaign: several progress events, some of its calls in between, and its end. */

import { callStory } from './call-story.js'
import type { Random } from './random.js'
import { eventId, eventOf, lengthOf, type Moment, postponed, type Shape } from './story.js'

const LENGTH_MS = 30 * 60_000

const CAMPAIGN_NAMES = ['spring', 'reminders', 'follow-up'] as const

/**
 * Creates the story of one campaign.
 *
 * @param calls - the number of its calls that are part of the story
 */
export function campaignStory(random: Random, shape: Shape, calls: number): Moment[] {
  const batchId = random.uuid()
  const totalCount = random.between(40, 240)
  const steps = random.between(4, 6)
  const failedInHundred = random.between(1, 8)
  const metadata = { campaign: random.of(CAMPAIGN_NAMES), batchId }

  function moment(step: number): Moment {
    const id = eventId(random)
    const atMs = Math.round((LENGTH_MS * step) / steps)
    const isOver = step === steps
    const completedCount = Math.floor((totalCount * step) / steps)
    const failedCount = Math.floor((completedCount * failedInHundred) / 100)
    return {
      atMs,
      tell: (time) =>
        eventOf(isOver ? 'batch.completed' : 'batch.status.changed', shape, {
          id,
          time: time(atMs),
          data: {
            ...(shape === 'flat' ? { batch_id: batchId } : { batchId }),
            created: time(0),
            totalCount,
            // Includes the failed calls.
            completedCount,
            failedCount,
            endedAt: isOver ? time(atMs) : null,
          },
        }),
    }
  }

  const progress = Array.from({ length: steps + 1 }, (_, step) => moment(step))
  const callMoments = Array.from({ length: calls }, () => {
    const call = callStory(random, shape, random.of(['talk', 'talk', 'unjoined', 'failed']), metadata)
    return postponed(call, random.between(1, LENGTH_MS - lengthOf(call) - 1))
  })
  return [...progress, ...callMoments.flat()]
}
