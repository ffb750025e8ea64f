/** Plays one of the scenarios of `send --scenario` in a test. */

import { invalidOption, requireObject, requireOptions, wrongValue } from '../checks.js'
import { didYouMean } from '../did-you-mean.js'
import type { Reply } from '../receive/reply.js'
import { parseTimestamp } from '../timestamp.js'
import { DELIVER_OPTION_NAMES, type DeliverOptions, deliverTo } from './deliver.js'
import { isSuccess } from './endpoint/timed-request.js'
import { MAX_SEED } from './scenarios/random.js'
import { type ScenarioName, type ScenarioStep, scenarioNames, scenarioSteps } from './scenarios/scenarios.js'
import { requireTarget, type Target } from './target.js'

/** Options of {@link playScenario}. */
export interface ScenarioOptions extends DeliverOptions {
  /** A whole number from 0 to 4294967295. The same seed gives the same ids, values and order. Default 1. */
  readonly seed?: number | undefined
}

/** One delivery of a scenario, with the app's reply. */
export interface ScenarioDelivery {
  readonly event: object
  readonly reply: Reply
}

/** The most attempts to deliver an event. */
const MAX_ATTEMPTS = 3

const NAMES = [...DELIVER_OPTION_NAMES, 'seed']

/**
 * Delivers a realistic sequence of events to an app: the scenarios of `npx truedy-webhooks send --scenario`, but without pauses.
 *
 * `call` is one call from creation to bill, `campaign` a campaign with some of its calls, `voice` the training of a voice.
 * `chaos` mixes several of these: out of order, with duplicates, simultaneous deliveries and late retries. A delivery that gets
 * no 2xx is retried up to two times, as Truedy may do.
 *
 * @param target - as for `deliver`
 * @param name - `call`, `campaign`, `voice` or `chaos`
 * @param options - those of `deliver`, and `seed` (1). With a valid `timestamp`, the times in the events are also the same in
 * each run
 * @returns all deliveries in the order in which they were sent, each with its reply
 * @throws `WebhookError` `invalid_options`, `invalid_secret`; what the app throws; an `Error` if a server or a `(req, res)` handler
 * doesn't respond within 10 seconds
 *
 * @example
 * ```ts
 * import { createReceiver, dedupeKey } from 'truedy-webhooks'
 * import { playScenario } from 'truedy-webhooks/testing'
 *
 * const secret = 'whsec_test'
 * const keys: string[] = []
 * const receive = createReceiver({ secret, onEvent: (event) => void keys.push(dedupeKey(event)) })
 *
 * const log = await playScenario({ receive }, 'chaos', { secret, seed: 7 })
 * console.log(log.length, keys.length === new Set(keys).size)
 * ```
 */
export async function playScenario(
  target: Target,
  name: ScenarioName,
  options: ScenarioOptions,
): Promise<readonly ScenarioDelivery[]> {
  if (!scenarioNames.includes(name)) {
    const hint = didYouMean(String(name), scenarioNames)
    throw invalidOption(
      `There is no scenario "${String(name)}".${hint} The scenarios are ${scenarioNames.join(', ')}.`,
    )
  }
  requireObject('options', options)
  requireOptions(options, NAMES, (option) => didYouMean(option, NAMES))
  const { seed = 1, timestamp } = options
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED)) {
    throw wrongValue('seed', `a whole number from 0 to ${MAX_SEED}`, seed)
  }
  const known = requireTarget(target)
  const log: ScenarioDelivery[] = []
  for (const moment of sameMoments(scenarioSteps(name, seed, 'nested', millisecondsOf(timestamp)))) {
    let events = moment
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && events.length > 0; attempt++) {
      const deliveries = await Promise.all(
        events.map(async (event) => ({ event, reply: await deliverTo(known, event, options) })),
      )
      log.push(...deliveries)
      events = deliveries.filter(({ reply }) => !isSuccess(reply)).map(({ event }) => event)
    }
  }
  return log
}

/** Groups the events that are sent at the same moment. */
function sameMoments(steps: readonly ScenarioStep[]): object[][] {
  const moments: object[][] = []
  for (const { gapMs, event } of steps) {
    const last = moments.at(-1)
    if (last && gapMs === 0) last.push(event)
    else moments.push([event])
  }
  return moments
}

/** Returns the time at which the story ends: `timestamp` if that is a valid time, otherwise now. */
function millisecondsOf(timestamp: DeliverOptions['timestamp']): number {
  if (timestamp === undefined) return Date.now()
  return timestamp instanceof Date ? timestamp.getTime() : (parseTimestamp(String(timestamp)) ?? Date.now())
}
