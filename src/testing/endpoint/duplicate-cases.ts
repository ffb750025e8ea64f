/** One event that is delivered several times: it must be processed once. */

import { sampleEvent } from '../samples.js'
import type { EndpointCase } from './endpoint-case.js'
import { failed, passed } from './findings.js'
import { isBusy, isProcessed, isTelling, measureIdle, sendOverlapping, TOO_QUICK } from './handling-time.js'
import { isSuccess, sendEvent, type TimedResponse } from './timed-request.js'

const REMEMBER_FIX =
  'The duplicate took as long as the event: it was handled twice. Remember what was handled, in one atomic step (processOnce).'
const STILL_BUSY_FIX =
  'Answer 503 while the first one is still being handled: should it fail now, the event is lost.'
const RACE_FIX = 'Both were handled: look-up and record must be one atomic step (claim of a DedupeStore).'

export const duplicateCases: readonly EndpointCase[] = [
  {
    name: 'the same event twice, one after the other',
    expected: '2xx',
    async run(endpoint) {
      const event = sampleEvent('call.ended')
      const idleMs = await measureIdle(endpoint, event)
      const first = await sendEvent(endpoint, event)
      const second = await sendEvent(endpoint, event)
      const responses = [first, second]
      if (!responses.every(isSuccess)) {
        return failed(responses, 'Acknowledge a duplicate with 2xx; otherwise Truedy goes on sending it.')
      }
      const handlerMs = first.durationMs - idleMs
      if (!isTelling(handlerMs)) return passed(responses, TOO_QUICK)
      const isProcessedAgain = ({ durationMs }: TimedResponse) => isProcessed(durationMs - idleMs, handlerMs)
      // A third one confirms it, because the second may have been slow for another reason.
      const isFaulty = isProcessedAgain(second) && isProcessedAgain(await sendEvent(endpoint, event))
      return isFaulty ? failed(responses, REMEMBER_FIX) : passed(responses)
    },
  },
  {
    name: 'the same event while the first is still being handled',
    expected: '2xx once the first is done, or 503',
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
          return failed(responses, 'Answer 503 while the event is being handled, 2xx afterwards.')
        case 'busy':
        case 'waited':
          return passed(responses)
      }
    },
  },
  {
    name: 'the same event twice at the same moment, then once more',
    expected: '2xx (503 for one of the two)',
    async run(endpoint) {
      const event = sampleEvent('call.ended')
      const idleMs = await measureIdle(endpoint, event)
      const both = await Promise.all([sendEvent(endpoint, event), sendEvent(endpoint, event)])
      const last = await sendEvent(endpoint, event)
      const responses = [...both, last]
      const rejected = both.filter((response) => !isSuccess(response))
      if (rejected.length > 1 || !rejected.every(isBusy) || !isSuccess(last)) {
        const fix = 'Claim the event in one atomic step; answer 503 while another request is handling it.'
        return failed(responses, fix)
      }
      if (rejected.length === 1) return passed(responses)
      const handlerMs = Math.min(...both.map(({ durationMs }) => durationMs)) - idleMs
      if (!isTelling(handlerMs)) return passed(responses, TOO_QUICK)
      // Both took their time: either both were processed, or one waited for the other. Two that overlap by half show which.
      const { kind } = await sendOverlapping(endpoint)
      return kind === 'waited' ? passed(responses) : failed(responses, RACE_FIX)
    },
  },
]
