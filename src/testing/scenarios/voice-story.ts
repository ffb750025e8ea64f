/** The story of a voice: its training, which succeeds three times out of four. */

import type { Random } from './random.js'
import { eventId, eventOf, type Moment, type Shape } from './story.js'

/** Creates the story of one voice. */
export function voiceStory(random: Random, shape: Shape): Moment[] {
  const voiceId = random.uuid()
  const ultravoxVoiceId = random.uuid()
  const isReady = random.between(1, 4) > 1
  const trainedMs = random.between(120_000, 900_000)

  function moment(atMs: number, status: 'training' | 'active' | 'failed'): Moment {
    const id = eventId(random)
    return {
      atMs,
      tell: (time) =>
        eventOf(status === 'failed' ? 'voice.training.failed' : 'voice.training.completed', shape, {
          id,
          time: time(atMs),
          // Truedy uses this name internally: to receivers it is an unknown event (src/CONTRACT.md §4).
          ...(status === 'training' && { name: 'voice.training.started' }),
          data: {
            ...(shape === 'flat' ? { voice_id: voiceId } : { voiceId }),
            ultravox_voice_id: ultravoxVoiceId,
            status,
            timestamp: time(atMs),
          },
        }),
    }
  }

  return [moment(0, 'training'), moment(trainedMs, isReady ? 'active' : 'failed')]
}
