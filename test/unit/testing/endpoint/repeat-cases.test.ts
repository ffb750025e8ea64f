import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { EndpointFinding } from '../../../../src/testing/endpoint/endpoint-case.js'
import { repeatCases } from '../../../../src/testing/endpoint/repeat-cases.js'
import { sign } from '../../support/delivery.js'
import { type Run, simulateTime } from '../../support/simulated-time.js'

const SECRET = 'whsec_repeat'

/** An answer: how long it takes, in milliseconds, and its status. */
type Scripted = readonly [ms: number, status?: number]

// Of forged deliveries, over and over: the quickest tells how long an answer takes that needs no handler.
const IDLE_MS = [90, 50, 70]

let run: Run

beforeEach(() => {
  run = simulateTime()
  return () => void vi.unstubAllGlobals()
})

/**
 * What a case finds at an endpoint that gives genuine deliveries these answers in turn, to the millisecond. Without a network,
 * which has no milliseconds to choose; how they find real receivers wrong is in test/tools.
 */
async function find(name: string, answers: readonly Scripted[]): Promise<EndpointFinding> {
  let forged = 0
  let genuine = 0
  vi.stubGlobal(
    'fetch',
    async (_: string, { body, headers }: { body: string; headers: Record<string, string> }) => {
      const signature = sign(body, headers['x-truedy-timestamp'] ?? '', SECRET)
      const isGenuine = headers['x-truedy-signature'] === signature
      const [ms, status = 204] = isGenuine
        ? (answers[genuine++] ?? [0, 599])
        : [IDLE_MS[forged++ % 3] ?? 0, 401]
      await new Promise((resolve) => setTimeout(resolve, ms))
      // A real one is read in turns of the event loop, while the time goes on.
      return { status, arrayBuffer: async () => new ArrayBuffer(0) }
    },
  )
  const repeatCase = repeatCases.find((each) => each.name.includes(name))
  if (!repeatCase) throw new Error(`There is no case "${name}".`)
  return run(() => repeatCase.run({ url: 'http://127.0.0.1/', secret: SECRET }))
}

const race = 'Both were handled: look-up and record must be one atomic step (claim of a DedupeStore).'
const note = 'by status only: a handler that takes 200 ms in a test set-up would show more'

function passed(actual: string): EndpointFinding {
  return { passed: true, actual }
}

function failed(actual: string, fix: string): EndpointFinding {
  return { passed: false, actual, fix }
}

/** The tests of a case: what the answers are, and what it finds. */
function itFinds(name: string, rows: readonly [what: string, readonly Scripted[], EndpointFinding][]): void {
  it.each(rows)('%s', async (_, answers, expected) => {
    expect(await find(name, answers)).toStrictEqual(expected)
  })
}

describe('the same event twice', () => {
  const acknowledge = 'Acknowledge a duplicate with 2xx; otherwise Truedy goes on sending it.'
  const remember =
    'The duplicate took as long as the event: it was handled twice. Remember what was handled, in one atomic step (processOnce).'

  itFinds('one after the other', [
    ['a handler of 99 ms', [[149], [149], [149]], { ...passed('204, 204'), note }],
    ['a handler of 100 ms, twice', [[150], [150], [150]], failed('204, 204', remember)],
    ['three quarters of its time', [[250], [200], [200]], failed('204, 204', remember)],
    ['less than that', [[250], [199], [250]], passed('204, 204')],
    ['a second that was slow for another reason', [[250], [250], [199]], passed('204, 204')],
    ['a first that is refused', [[250, 300], [60]], failed('300, 204', acknowledge)],
    ['a second that is refused', [[250], [60, 409]], failed('204, 409', acknowledge)],
  ])
})

describe('the same event while the first is still being handled', () => {
  const wait = 'Answer 503 while the event is being handled, 2xx afterwards.'
  const lost = 'Answer 503 while the first one is still being handled: should it fail now, the event is lost.'

  itFinds('still being handled', [
    ['a handler of 99 ms', [[149]], { ...passed('204'), note }],
    ['a handler of 100 ms', [[150], [150], [75]], passed('204, 204')],
    ['one that fails alone', [[250, 500]], failed('500', wait)],
    ['a first that fails', [[250], [250, 500], [200]], failed('500, 204', wait)],
    ['a second that is told to wait', [[250], [250], [10, 503]], passed('204, 503')],
    ['a second that conflicts', [[250], [250], [10, 409]], passed('204, 409')],
    ['a second that fails', [[250], [250], [10, 500]], failed('204, 500', wait)],
    ['a second that is acknowledged', [[250], [250], [124]], failed('204, 204', lost)],
    ['a second that waits for the first', [[250], [250], [125]], passed('204, 204')],
    ['less than three quarters of the time', [[250], [250], [199]], passed('204, 204')],
    ['three quarters of it', [[250], [250], [200]], failed('204, 204', race)],
  ])
})

describe('the same event twice at the same moment', () => {
  const claim = 'Claim the event in one atomic step; answer 503 while another request is handling it.'

  itFinds('at the same moment', [
    ['one that is told to wait', [[250], [10, 503], [10]], passed('204, 503, 204')],
    ['both told to wait', [[10, 503], [10, 503], [10]], failed('503, 503, 204', claim)],
    ['one that fails', [[250], [10, 500], [10]], failed('204, 500, 204', claim)],
    ['a later one that fails', [[250], [10, 503], [10, 500]], failed('204, 503, 500', claim)],
    ['a later one that is told to wait', [[250], [250], [10, 503]], failed('204, 204, 503', claim)],
    ['one of less than 100 ms', [[149], [300], [10]], { ...passed('204, 204, 204'), note }],
    [
      'both of 100 ms, one of which waits',
      [[150], [150], [10], [250], [250], [125]],
      passed('204, 204, 204'),
    ],
    ['both handled', [[250], [250], [10], [250], [250], [200]], failed('204, 204, 204', race)],
  ])
})

describe.each([
  [
    'two types of event of one call',
    'The second was acknowledged and not handled: it is lost. The type belongs to the key of a duplicate, not only the id of the call (dedupeKey).',
  ],
  [
    'two changes of one campaign',
    'The second was acknowledged and not handled: it is lost. batch.status.changed repeats for one batch; status and time belong to its key (dedupeKey).',
  ],
])('%s', (name, lost) => {
  const acknowledge = 'Acknowledge every event with 2xx.'
  const actual = '204, 204, 204'

  itFinds(name, [
    ['a handler of 99 ms', [[149], [60], [149]], { ...passed(actual), note }],
    ['one of 100 ms that swallows', [[150], [89], [150], [150], [89], [150]], failed(actual, lost)],
    ['four tenths of the time', [[250], [130], [250], [250], [129], [250]], passed(actual)],
    ['less, twice', [[250], [129], [250], [250], [129], [250]], failed(actual, lost)],
    ['less, once', [[250], [129], [250], [250], [130], [250]], passed(actual)],
    ['one that is refused', [[250], [250, 500], [250]], failed('204, 500, 204', acknowledge)],
  ])
})
