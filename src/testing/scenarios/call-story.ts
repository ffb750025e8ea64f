/** The story of a call: created, started, joined, ended, billed. */

import type { SampleName } from '../sample-types.js'
import type { Random } from './random.js'
import { eventId, eventOf, type Moment, type Shape } from './story.js'

/** The course of a call. */
export type CallCourse = 'talk' | 'unjoined' | 'failed'

/** US dollars per second. */
const PRICE = 0.001

const AGENTS = ['Front desk', 'Order line', 'Appointments'] as const

const TALKS = [
  ['Asked for the opening hours.', 'The caller asked for the opening hours on Saturday and was content.'],
  ['Moved an appointment.', 'The caller moved an appointment from Tuesday to Thursday, half past nine.'],
  ['Ordered for pick-up.', 'The caller ordered two pizzas for pick-up at seven and paid by card.'],
  ['Wants to be called back.', 'The caller – Zoë Müller – asks to be called back about an invoice.'],
] as const

/**
 * Creates the story of one call.
 *
 * @param course - `talk`: a complete call; `unjoined`: nobody joined; `failed`: the connection was lost
 * @param metadata - the metadata of the call
 */
export function callStory(
  random: Random,
  shape: Shape,
  course: CallCourse,
  metadata: Readonly<Record<string, string>> = {},
): Moment[] {
  const callId = random.uuid()
  const agentId = random.uuid()
  const agentName = random.of(AGENTS)
  const [shortSummary, summary] = random.of(TALKS)
  const endReason = random.of(['hangup', 'agent_hangup'])
  const startedMs = random.between(20, 400)
  const joinedMs = startedMs + random.between(1500, 8000)
  const talkSeconds = course === 'unjoined' ? 0 : random.between(20, 400)
  // If nobody joins, the call ends when its joinTimeout expires.
  const endedMs = course === 'unjoined' ? 30_000 : joinedMs + talkSeconds * 1000
  const billedMs = endedMs + random.between(1000, 5000)
  const isJoined = course !== 'unjoined'
  const costUsd = Math.round(talkSeconds * PRICE * 100) / 100
  const reason = { talk: endReason, unjoined: 'unjoined', failed: 'connection_error' }[course]
  const pending = isJoined ? 'BILLING_STATUS_PENDING' : 'BILLING_STATUS_FREE_ZERO_EFFECTIVE_DURATION'

  function moment(sample: SampleName, atMs: number, name?: string): Moment {
    const id = eventId(random)
    const isOver = atMs >= endedMs
    const isBilled = sample === 'call.billed'
    const outcome = {
      duration_seconds: talkSeconds,
      cost_usd: costUsd,
      end_reason: reason,
      recording_url: isJoined ? `https://example.com/recordings/${callId}.wav` : null,
    }
    return {
      atMs,
      tell: (time) =>
        eventOf(sample, shape, {
          id,
          time: time(atMs),
          ...(name !== undefined && { name }),
          data: shape === 'flat' ? { call_id: callId, agent_id: agentId, ...(isOver && outcome) } : {},
          call: {
            callId,
            agent: { agentId, name: agentName },
            created: time(0),
            joined: isJoined && atMs >= joinedMs ? time(joinedMs) : null,
            ended: isOver ? time(endedMs) : null,
            endReason: isOver ? reason : null,
            duration: isOver ? talkSeconds : null,
            costUsd: isOver ? costUsd : null,
            billedDuration: isBilled ? `${talkSeconds}s` : null,
            billingStatus: isBilled ? 'BILLING_STATUS_BILLED' : pending,
            shortSummary: isOver && isJoined ? shortSummary : null,
            summary: isOver && isJoined ? summary : null,
            metadata,
          },
        }),
    }
  }

  // Truedy uses the name `call.created` only internally, so to receivers it is an unknown event (src/CONTRACT.md §4).
  const begin = [moment('call.started', 0, 'call.created'), moment('call.started', startedMs)]
  switch (course) {
    case 'unjoined':
      return [...begin, moment('call.ended', endedMs)]
    case 'failed':
      return [...begin, moment('call.joined', joinedMs), moment('call.failed', endedMs)]
    case 'talk':
      return [
        ...begin,
        moment('call.joined', joinedMs),
        moment('call.ended', endedMs),
        moment('call.billed', billedMs),
      ]
  }
}
