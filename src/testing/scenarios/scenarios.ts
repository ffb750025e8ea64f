/** Creates scenarios by name: what is sent, in which order, and with which gaps. */

import { callStory } from './call-story.js'
import { campaignStory } from './campaign-story.js'
import { inChaos } from './chaos.js'
import { createRandom } from './random.js'
import { type Shape, type StoryEvent, toldAt } from './story.js'
import { voiceStory } from './voice-story.js'

/** The name of a scenario. */
export type ScenarioName = 'call' | 'campaign' | 'voice' | 'chaos'

export const scenarioNames: readonly ScenarioName[] = ['call', 'campaign', 'voice', 'chaos']

/** One delivery of a scenario. */
export interface ScenarioStep {
  /** The wait before this delivery, in milliseconds; 0 means at the same moment as the one before it. */
  readonly gapMs: number
  readonly event: StoryEvent
}

/**
 * Creates the steps of a scenario. The same seed gives the same ids, values, order and gaps.
 *
 * @param now - the time at which the stories end, in milliseconds since 1970
 */
export function scenarioSteps(name: ScenarioName, seed: number, shape: Shape, now: number): ScenarioStep[] {
  const random = createRandom(seed)
  const inOrder = (events: readonly StoryEvent[]) =>
    events.map((event, index) => ({ gapMs: index === 0 ? 0 : random.between(300, 1500), event }))
  switch (name) {
    case 'call':
      return inOrder(toldAt(callStory(random, shape, 'talk'), now))
    case 'campaign':
      return inOrder(toldAt(campaignStory(random, shape, random.between(2, 3)), now))
    case 'voice':
      return inOrder(toldAt(voiceStory(random, shape), now))
    case 'chaos': {
      const stories = [
        callStory(random, shape, 'talk'),
        callStory(random, shape, random.of(['talk', 'unjoined', 'failed'])),
        callStory(random, shape, random.of(['talk', 'unjoined', 'failed'])),
        campaignStory(random, shape, 0),
        voiceStory(random, shape),
      ]
      const steps = inChaos(
        stories.flatMap((story) => toldAt(story, now)),
        random,
      )
      return steps.map(({ event, isTwin }, index) => ({
        gapMs: index === 0 || isTwin ? 0 : random.between(300, 1500),
        event,
      }))
    }
  }
}
