import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { EndpointFinding } from '../../../../src/testing/endpoint/endpoint-case.js'
import { repeatCases } from '../../../../src/testing/endpoint/repeat-cases.js'
import { sign } from '../../support/delivery.js'
import { type Run, simulateTime } from '../../support/simulated-time.js'

const SECRET = 'whsec_repeat'

/** A response: how many milliseconds it takes, and its status. */
type Scripted = readonly [ms: number, status?: number]

// The response times of forged deliveries, in turn. The fastest shows how long a response takes without a handler.
const IDLE_MS = [90, 50, 70]

let run: Run

beforeEach(() => {
  run = simulateTime()
  return () => void vi.unstubAllGlobals()
})

/**
 * The finding of a case at an endpoint that gives valid deliveries these responses in turn. There is no network,
 * because its times can't be chosen to the millisecond. test/tools runs the cases against real faulty receivers.
 */
async function find(name: string, answers: readonly Scripted[]): Promise<EndpointFinding> {
  let forged = 0
  let valid = 0
  vi.stubGlobal(
    'fetch',
    async (_: string, { body, headers }: { body: string; headers: Record<string, string> }) => {
      const signature = sign(body, headers['x-truedy-timestamp'] ?? '', SECRET)
      const isGenuine = headers['x-truedy-signature'] === signature
      const [ms, status = 204] = isGenuine
        ? (answers[valid++] ?? [0, 599])
        : [IDLE_MS[forged++ % 3] ?? 0, 401]
      await new Promise((resolve) => setTimeout(resolve, ms))
      // A real body is read in turns of the event loop, in which time passes.
      return new Response(null, { status })
    },
  )
  const repeatCase = repeatCases.find((each) => each.name.includes(name))
  if (!repeatCase) throw new Error(`There is no case "${name}".`)
  return run(() => repeatCase.run({ url: 'http://127.0.0.1/', secret: SECRET }))
}

const race = 'Both deliveries were processed. Look up and mark the event in one atomic step.'
const note =
  'judged by status only, because the responses are too quick to tell more (with a queue, they always are); in the test setup, make the handlers of call.ended and batch.status.changed take 200 ms'

function passed(actual: string): EndpointFinding {
  return { passed: true, actual }
}

function failed(actual: string, fix: string): EndpointFinding {
  return { passed: false, actual, fix }
}

/** The responses to an event alone, then to an event and to its retry. */
const WAITED = [[250], [250], [125]] as const
const ACKNOWLEDGED = [[250], [250], [124]] as const
const PROCESSED = [[250], [250], [200]] as const

/** The tests of a case: a description, the responses, and the finding. */
function itFinds(name: string, rows: readonly [what: string, readonly Scripted[], EndpointFinding][]): void {
  it.each(rows)('is judged for %s', async (_, answers, expected) => {
    expect(await find(name, answers)).toStrictEqual(expected)
  })
}

describe('a retry of a processed event', () => {
  const acknowledge = 'Respond with 2xx to a duplicate. Otherwise, Truedy may keep retrying.'
  const remember =
    'The duplicate took as long as the first delivery, so the event was processed twice. Claim each event in one atomic step.'

  itFinds('a retry of a processed event', [
    ['a handler of 99 ms', [[149], [149], [149]], { ...passed('204, 204'), note }],
    ['a handler that runs for 100 ms twice', [[150], [150], [150]], failed('204, 204', remember)],
    ['a repeat that takes three quarters of the time', [[250], [200], [200]], failed('204, 204', remember)],
    ['a repeat that takes less than three quarters of the time', [[250], [199], [250]], passed('204, 204')],
    ['one of two repeats that was slow for another reason', [[250], [250], [199]], passed('204, 204')],
    ['a first delivery that is rejected', [[250, 400], [60]], failed('400, 204', acknowledge)],
    [
      'a first delivery that is redirected',
      [[250, 300], [60]],
      failed('300, 204', expect.stringContaining('a redirect')),
    ],
    ['a retry that is rejected', [[250], [60, 409]], failed('204, 409', acknowledge)],
  ])
})

describe('a retry while the event is being processed', () => {
  const wait = 'Respond with 503 while the event is being processed, and with 2xx afterward.'
  const lost =
    'Respond with 503 while the first delivery is being processed. After a 2xx, the event is lost if that processing fails.'

  itFinds('a retry while', [
    ['a handler of 99 ms', [[149]], { ...passed('204'), note }],
    ['a handler of 100 ms', [[150], [150], [75]], passed('204, 204')],
    ['a single delivery that fails', [[250, 500]], failed('500', wait)],
    ['a first delivery that fails', [[250], [250, 500], [200]], failed('500, 204', wait)],
    ['a retry that gets a 503', [[250], [250], [10, 503]], passed('204, 503')],
    ['a retry that gets a 409', [[250], [250], [10, 409]], passed('204, 409')],
    ['a retry that fails', [[250], [250], [10, 500]], failed('204, 500', wait)],
    ['a retry that is acknowledged at once', [...ACKNOWLEDGED, ...ACKNOWLEDGED], failed('204, 204', lost)],
    ['a retry that waits for the first delivery', [[250], [250], [125]], passed('204, 204')],
    ['a retry that takes less than three quarters of the time', [[250], [250], [199]], passed('204, 204')],
    ['a retry that takes three quarters of the time', [...PROCESSED, ...PROCESSED], failed('204, 204', race)],
    ['a response that was slow for another reason', [...PROCESSED, ...WAITED], passed('204, 204')],
    ['a response that was quick by chance', [...ACKNOWLEDGED, ...WAITED], passed('204, 204')],
  ])
})

describe('two deliveries of one event at once', () => {
  const claim = 'Claim the event in one atomic step. Respond with 503 while another request processes it.'

  itFinds('two deliveries of one event', [
    ['one delivery that gets a 503', [[250], [10, 503], [10]], passed('204, 503, 204')],
    ['two deliveries that get a 503', [[10, 503], [10, 503], [10]], failed('503, 503, 204', claim)],
    ['one delivery that fails', [[250], [10, 500], [10]], failed('204, 500, 204', claim)],
    ['a later delivery that fails', [[250], [10, 503], [10, 500]], failed('204, 503, 500', claim)],
    ['a later delivery that gets a 503', [[250], [250], [10, 503]], failed('204, 204, 503', claim)],
    ['a handler that runs for less than 100 ms', [[149], [300], [10]], { ...passed('204, 204, 204'), note }],
    [
      'two deliveries of 100 ms, one of which waits for the other',
      [[150], [150], [10], [250], [250], [125]],
      passed('204, 204, 204'),
    ],
    [
      'two deliveries that are both processed',
      [[250], [250], [10], ...PROCESSED, ...PROCESSED],
      failed('204, 204, 204', race),
    ],
    [
      'two deliveries and a response that was slow for another reason',
      [[250], [250], [10], ...PROCESSED, ...WAITED],
      passed('204, 204, 204'),
    ],
    [
      'two deliveries and a handler that is quick the next time',
      [[250], [250], [10], [149]],
      { ...passed('204, 204, 204'), note },
    ],
  ])
})

describe.each([
  [
    'two event types of one call',
    'The second event was acknowledged but not processed, so it is lost. Put the event type into the dedupe key, beside the id of the call (see dedupeKey).',
  ],
  [
    'two status changes of one campaign',
    'The second event was acknowledged but not processed, so it is lost. A batch changes its status several times: put the status and the time into the dedupe key (see dedupeKey).',
  ],
])('%s', (name, lost) => {
  const acknowledge = 'Respond with 2xx to every event.'
  const actual = '204, 204, 204'

  itFinds(name, [
    ['a handler of 99 ms', [[149], [60], [149]], { ...passed(actual), note }],
    [
      'a handler of 100 ms for the first event only',
      [[150], [89], [150], [150], [89], [150]],
      failed(actual, lost),
    ],
    [
      'a second event that takes four tenths of the time',
      [[250], [130], [250], [250], [129], [250]],
      passed(actual),
    ],
    [
      'a second event that takes less than four tenths both times',
      [[250], [129], [250], [250], [129], [250]],
      failed(actual, lost),
    ],
    [
      'a second event that takes less than four tenths only once',
      [[250], [129], [250], [250], [130], [250]],
      passed(actual),
    ],
    ['a second event that is rejected', [[250], [250, 500], [250]], failed('204, 500, 204', acknowledge)],
  ])
})
