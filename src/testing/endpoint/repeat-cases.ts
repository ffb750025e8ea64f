/**
 * What an endpoint must do with events that come again, or that look as if they did. Two answers of 204 look alike
 * whether an event was handled twice or once; the time that they took does not, where the handler takes some.
 */

import { type SampleEvent, sampleEvent } from '../samples.js'
import { signDelivery } from '../sign.js'
import type { Endpoint, EndpointCase, EndpointFinding } from './endpoint-case.js'
import { type Answer, isSuccess, send, sendEvent } from './send.js'

/** From here on the time of a handler can be told from the noise of a network, in milliseconds. */
const TELLING_MS = 100
/** Of a handler's time: what takes longer than this was handled, … */
const HANDLED = 0.75
/** … and what takes less than this was not. */
const NOT_HANDLED = 0.4

const TOO_QUICK = 'by status only: a handler that takes 200 ms in a test set-up would show more'

const REMEMBER_FIX =
  'The duplicate took as long as the event: it was handled twice. Remember what was handled, in one atomic step (processOnce).'
const STILL_BUSY_FIX =
  'Answer 503 while the first one is still being handled: should it fail now, the event is lost.'
const RACE_FIX = 'Both were handled: look-up and record must be one atomic step (claim of a DedupeStore).'

export const repeatCases: readonly EndpointCase[] = [
  {
    name: 'the same event twice, one after the other',
    expected: '2xx',
    async run(endpoint) {
      const event = sampleEvent('call.ended')
      const idleMs = await measureIdle(endpoint, event)
      const first = await sendEvent(endpoint, event)
      const second = await sendEvent(endpoint, event)
      const answers = [first, second]
      if (!answers.every(isSuccess)) {
        return failed(answers, 'Acknowledge a duplicate with 2xx; otherwise Truedy goes on sending it.')
      }
      const handlingMs = first.durationMs - idleMs
      if (handlingMs < TELLING_MS) return passed(answers, TOO_QUICK)
      const isHandledAgain = ({ durationMs }: Answer) => durationMs - idleMs >= HANDLED * handlingMs
      // A third one, since the second may have been slow for another reason.
      const isFaulty = isHandledAgain(second) && isHandledAgain(await sendEvent(endpoint, event))
      return isFaulty ? failed(answers, REMEMBER_FIX) : passed(answers)
    },
  },
  {
    name: 'the same event while the first is still being handled',
    expected: '2xx once the first is done, or 503',
    async run(endpoint) {
      const { kind, answers } = await sendMeanwhile(endpoint)
      if (kind === 'too quick') return passed(answers, TOO_QUICK)
      if (kind === 'acknowledged') return failed(answers, STILL_BUSY_FIX)
      if (kind === 'handled') return failed(answers, RACE_FIX)
      if (kind === 'failed')
        return failed(answers, 'Answer 503 while the event is being handled, 2xx afterwards.')
      return passed(answers)
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
      const answers = [...both, last]
      const refused = both.filter((answer) => !isSuccess(answer))
      if (refused.length > 1 || refused.some(({ status }) => !isBusy(status)) || !isSuccess(last)) {
        const fix = 'Claim the event in one atomic step; answer 503 while another request is handling it.'
        return failed(answers, fix)
      }
      if (refused.length === 1) return passed(answers)
      const handlingMs = Math.min(...both.map(({ durationMs }) => durationMs)) - idleMs
      if (handlingMs < TELLING_MS) return passed(answers, TOO_QUICK)
      // Both took their time: both were handled, or one has waited for the other. Which it is shows where they overlap by half.
      const { kind } = await sendMeanwhile(endpoint)
      return kind === 'waited' ? passed(answers) : failed(answers, RACE_FIX)
    },
  },
  swallowCase(
    'two types of event of one call',
    'The second was acknowledged and not handled: it is lost. The type belongs to the key of a duplicate, not only the id of the call (dedupeKey).',
    () => {
      const started = sampleEvent('call.started')
      const ended = sampleEvent('call.ended')
      return [
        started,
        { ...ended, data: { ...ended.data, call: { ...objectAt(ended, 'call'), ...idOf(started) } } },
      ]
    },
  ),
  swallowCase(
    'two changes of one campaign',
    'The second was acknowledged and not handled: it is lost. batch.status.changed repeats for one batch; status and time belong to its key (dedupeKey).',
    () => {
      // Without an event id, which Truedy does not promise.
      const { id: _, ...first } = sampleEvent('batch.status.changed')
      const timestamp = new Date(Date.parse(first.timestamp) + 1000).toISOString()
      return [first, { ...first, timestamp, data: { ...first.data, status: 'PAUSED', completedCount: 60 } }]
    },
  ),
]

function objectAt({ data }: SampleEvent, name: string): Record<string, unknown> {
  // The samples are ours: what lies there is an object.
  return data[name] as Record<string, unknown>
}

function idOf(event: SampleEvent): { callId: unknown } {
  return { callId: objectAt(event, 'call')['callId'] }
}

/** Two events that are not the same, though something in them is: both must be handled. */
function swallowCase(
  name: string,
  fix: string,
  make: () => readonly [SampleEvent, SampleEvent],
): EndpointCase {
  async function isSwallowed(endpoint: Endpoint): Promise<{ verdict?: boolean; answers: readonly Answer[] }> {
    const [first, second] = make()
    const [, alone] = make()
    const idleMs = await measureIdle(endpoint, first)
    const answers: Answer[] = []
    for (const event of [first, second, alone]) answers.push(await sendEvent(endpoint, event))
    const [secondMs = 0, aloneMs = 0] = answers.slice(1).map(({ durationMs }) => durationMs - idleMs)
    return aloneMs < TELLING_MS ? { answers } : { answers, verdict: secondMs < NOT_HANDLED * aloneMs }
  }

  return {
    name,
    expected: '2xx',
    async run(endpoint) {
      const { verdict, answers } = await isSwallowed(endpoint)
      if (!answers.every(isSuccess)) return failed(answers, 'Acknowledge every event with 2xx.')
      if (verdict === undefined) return passed(answers, TOO_QUICK)
      // Once more, since the other may have been slow for another reason.
      return verdict && (await isSwallowed(endpoint)).verdict ? failed(answers, fix) : passed(answers)
    },
  }
}

interface Meanwhile {
  readonly kind: 'too quick' | 'busy' | 'waited' | 'acknowledged' | 'handled' | 'failed'
  readonly answers: readonly Answer[]
}

/** Sends an event again when the first one is half done, and tells what was made of the second. */
async function sendMeanwhile(endpoint: Endpoint): Promise<Meanwhile> {
  const trial = sampleEvent('call.ended')
  const idleMs = await measureIdle(endpoint, trial)
  const alone = await sendEvent(endpoint, trial)
  if (!isSuccess(alone)) return { kind: 'failed', answers: [alone] }
  const handlingMs = alone.durationMs - idleMs
  if (handlingMs < TELLING_MS) return { kind: 'too quick', answers: [alone] }

  const event = sampleEvent('call.ended')
  const pending = sendEvent(endpoint, event)
  await new Promise((resolve) => setTimeout(resolve, alone.durationMs / 2))
  const second = await sendEvent(endpoint, event)
  const first = await pending
  return { kind: kindOf(first, second, second.durationMs - idleMs, handlingMs), answers: [first, second] }
}

function kindOf(first: Answer, second: Answer, secondMs: number, handlingMs: number): Meanwhile['kind'] {
  if (!isSuccess(first)) return 'failed'
  if (!isSuccess(second)) return isBusy(second.status) ? 'busy' : 'failed'
  if (second.endedAt < first.endedAt) return 'acknowledged'
  return secondMs >= HANDLED * handlingMs ? 'handled' : 'waited'
}

/** Statuses that ask to try again later, and say that it is nobody's fault. */
function isBusy(status: number): boolean {
  return [409, 425, 429, 503].includes(status)
}

/** How long an answer takes that needs no handler, in milliseconds: that to the event with a wrong signature. */
async function measureIdle({ url, secret }: Endpoint, event: SampleEvent): Promise<number> {
  const durations: number[] = []
  for (let count = 0; count < 3; count++) {
    const { durationMs } = await send(url, await signDelivery(event, `${secret}x`))
    durations.push(durationMs)
  }
  return Math.min(...durations)
}

function statusesOf(answers: readonly Answer[]): string {
  return answers.map(({ status }) => status).join(', ')
}

function passed(answers: readonly Answer[], note?: string): EndpointFinding {
  return { passed: true, actual: statusesOf(answers), ...(note !== undefined && { note }) }
}

function failed(answers: readonly Answer[], fix: string): EndpointFinding {
  return { passed: false, actual: statusesOf(answers), fix }
}
