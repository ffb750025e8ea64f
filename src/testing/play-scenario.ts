/** Plays a scenario of the command line in a test. */

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
  /** Which story is told, from 0 to 4294967295: the same seed gives the same ids, values and order. Default 1. */
  readonly seed?: number | undefined
}

/** One delivery of a scenario, with what the app replied. */
export interface ScenarioDelivery {
  readonly event: object
  readonly reply: Reply
}

/** The number of attempts to get a 2xx for an event. */
const MOST_ATTEMPTS = 3

const NAMES = [...DELIVER_OPTION_NAMES, 'seed']

/**
 * Delivers a believable sequence of events to an app: the scenarios of `npx truedy-webhooks send --scenario`, without their waits.
 *
 * `call` is one call from creation to bill, `campaign` a campaign with some of its calls, `voice` the training of a voice. `chaos` is several
 * of them with everything that webhooks bring: no order, duplicates, two at the same moment, late repeats. A delivery without a 2xx is
 * repeated up to twice, as Truedy would.
 *
 * @param target - as for `deliver`
 * @param name - `call`, `campaign`, `voice` or `chaos`
 * @param options - those of `deliver`, and `seed` (1). If `timestamp` is a valid time, each run also has the same times in
 * its events
 * @returns each delivery in the order in which it was sent, with its reply
 * @throws `WebhookError` `invalid_options`, `invalid_secret`; what the app throws
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
    for (let attempt = 1; attempt <= MOST_ATTEMPTS && events.length > 0; attempt++) {
      const deliveries = await Promise.all(
        events.map(async (event) => ({ event, reply: await deliverTo(known, event, options) })),
      )
      log.push(...deliveries)
      events = deliveries.filter(({ reply }) => !isSuccess(reply)).map(({ event }) => event)
    }
  }
  return log
}

/** The events of the steps; events that are sent at the same moment are grouped together. */
function sameMoments(steps: readonly ScenarioStep[]): object[][] {
  const moments: object[][] = []
  for (const { gapMs, event } of steps) {
    const last = moments.at(-1)
    if (last && gapMs === 0) last.push(event)
    else moments.push([event])
  }
  return moments
}

/** When the story ends. */
function millisecondsOf(timestamp: DeliverOptions['timestamp']): number {
  if (timestamp === undefined) return Date.now()
  return timestamp instanceof Date ? timestamp.getTime() : (parseTimestamp(String(timestamp)) ?? Date.now())
}
