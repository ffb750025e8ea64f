/** Cases: one event that is delivered several times. An endpoint must process it once. */

import { sampleEvent } from '../samples.js'
import type { EndpointCase } from './endpoint-case.js'
import { failed, passed } from './findings.js'
import { isBusy, isProcessed, isTelling, measureIdle, sendOverlapping, TOO_QUICK } from './handling-time.js'
import { isSuccess, sendEvent, type TimedResponse } from './timed-request.js'

const REPROCESSED_FIX =
  'The duplicate took as long as the first delivery, so the event was processed twice. Claim each event in one atomic step.'
const STILL_BUSY_FIX =
  'Respond with 503 while the first delivery is being processed. After a 2xx, the event is lost if that processing fails.'
const RACE_FIX = 'Both deliveries were processed. Look up and mark the event in one atomic step.'

export const duplicateCases: readonly EndpointCase[] = [
  {
    name: 'a retry of a processed event',
    expected: '2xx',
    async run(endpoint) {
      const event = sampleEvent('call.ended')
      const idleMs = await measureIdle(endpoint, event)
      const first = await sendEvent(endpoint, event)
      const second = await sendEvent(endpoint, event)
      const responses = [first, second]
      if (!responses.every(isSuccess)) {
        return failed(responses, 'Respond with 2xx to a duplicate. Otherwise, Truedy may keep retrying.')
      }
      const handlerMs = first.durationMs - idleMs
      if (!isTelling(handlerMs)) return passed(responses, TOO_QUICK)
      const isProcessedAgain = ({ durationMs }: TimedResponse) => isProcessed(durationMs - idleMs, handlerMs)
      // Confirm it with a third delivery, because the second may have been slow for another reason.
      const isFaulty = isProcessedAgain(second) && isProcessedAgain(await sendEvent(endpoint, event))
      return isFaulty ? failed(responses, REPROCESSED_FIX) : passed(responses)
    },
  },
  {
    name: 'a retry while the event is being processed',
    expected: '2xx after the first response, or 503',
    async run(endpoint) {
      const { kind, responses } = await sendOverlapping(endpoint)
      switch (kind) {
        case 'too quick':
          return passed(responses, TOO_QUICK)
        case 'acknowledged':
          return failed(responses, STILL_BUSY_FIX)
        case 'processed':
          return failed(responses, RACE_FIX)
        case 'failed':
          return failed(
            responses,
            'Respond with 503 while the event is being processed, and with 2xx afterward.',
          )
        case 'busy':
        case 'waited':
          return passed(responses)
      }
    },
  },
  {
    name: 'two deliveries of one event at once, then a retry',
    expected: '2xx, or 503 for one of the first two',
    async run(endpoint) {
      const event = sampleEvent('call.ended')
      const idleMs = await measureIdle(endpoint, event)
      const both = await Promise.all([sendEvent(endpoint, event), sendEvent(endpoint, event)])
      const last = await sendEvent(endpoint, event)
      const responses = [...both, last]
      const rejected = both.filter((response) => !isSuccess(response))
      if (rejected.length > 1 || !rejected.every(isBusy) || !isSuccess(last)) {
        const fix = 'Claim the event in one atomic step. Respond with 503 while another request processes it.'
        return failed(responses, fix)
      }
      if (rejected.length === 1) return passed(responses)
      const handlerMs = Math.min(...both.map(({ durationMs }) => durationMs)) - idleMs
      if (!isTelling(handlerMs)) return passed(responses, TOO_QUICK)
      // Both took as long as a handler: either both were processed, or one waited for the other. Two deliveries that overlap by
      // half show which.
      const { kind } = await sendOverlapping(endpoint)
      if (kind === 'too quick') return passed(responses, TOO_QUICK)
      return kind === 'waited' ? passed(responses) : failed(responses, RACE_FIX)
    },
  },
]
