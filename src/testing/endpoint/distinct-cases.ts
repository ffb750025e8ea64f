/** Cases: two different events that have an id in common. An endpoint must process both. */

import { sampleEvent } from '../samples.js'
import type { Endpoint, EndpointCase } from './endpoint-case.js'
import { failed, passed } from './findings.js'
import { isTelling, isUnprocessed, measureIdle, TOO_QUICK } from './handling-time.js'
import { isSuccess, sendEvent, type TimedResponse } from './timed-request.js'

export const distinctCases: readonly EndpointCase[] = [
  distinctCase(
    'two event types of one call',
    'The second event was acknowledged but not processed, so it is lost. Put the event type into the dedupe key, beside the id of the call (see dedupeKey).',
    () => {
      const started = sampleEvent('call.started')
      const { callId } = started.data.call
      return [started, sampleEvent('call.ended', { data: { call: { callId } } })]
    },
  ),
  distinctCase(
    'two status changes of one campaign',
    'The second event was acknowledged but not processed, so it is lost. A batch changes its status several times: put the status and the time into the dedupe key (see dedupeKey).',
    () => {
      // Without an event id, because Truedy doesn't promise one.
      const { id: _, ...first } = sampleEvent('batch.status.changed')
      const timestamp = new Date(Date.parse(first.timestamp) + 1000).toISOString()
      return [first, { ...first, timestamp, data: { ...first.data, status: 'PAUSED', completedCount: 60 } }]
    },
  ),
]

/** Creates a case of two events that an endpoint could mistake for one. */
function distinctCase(name: string, fix: string, make: () => readonly [object, object]): EndpointCase {
  /** Sends both events, and a third one for comparison. Returns no verdict if the handler is too quick. */
  async function isSecondLost(
    endpoint: Endpoint,
  ): Promise<{ verdict?: boolean; responses: readonly TimedResponse[] }> {
    const [first, second] = make()
    const [, alone] = make()
    const idleMs = await measureIdle(endpoint, first)
    const responses: TimedResponse[] = []
    for (const event of [first, second, alone]) responses.push(await sendEvent(endpoint, event))
    const [secondMs = 0, aloneMs = 0] = responses.slice(1).map(({ durationMs }) => durationMs - idleMs)
    return isTelling(aloneMs) ? { responses, verdict: isUnprocessed(secondMs, aloneMs) } : { responses }
  }

  return {
    name,
    expected: '2xx',
    async run(endpoint) {
      const { verdict, responses } = await isSecondLost(endpoint)
      if (!responses.every(isSuccess)) return failed(responses, 'Respond with 2xx to every event.')
      if (verdict === undefined) return passed(responses, TOO_QUICK)
      // Confirm it with a second try, because the third event may have been slow for another reason.
      return verdict && (await isSecondLost(endpoint)).verdict ? failed(responses, fix) : passed(responses)
    },
  }
}
