/** From the command line to what is sent, and when. */

import { eventNames } from '../../events/catalogue.js'
import { pythonJson } from '../../testing/python-json.js'
import type { SampleName } from '../../testing/sample-types.js'
import { sampleNames } from '../../testing/samples.js'
import { MAX_SEED } from '../../testing/scenarios/random.js'
import { type ScenarioName, scenarioSteps } from '../../testing/scenarios/scenarios.js'
import type { Shape } from '../../testing/scenarios/story.js'
import { requireKey } from '../../verify/keys.js'
import { requireOneOf } from '../choices.js'
import { UsageError } from '../errors.js'
import { readBytes } from '../files.js'
import { requireSecret, requireUrl } from '../requirements.js'
import type { Surroundings } from '../surroundings.js'
import { type BackOff, impatient, likeTruedy } from './back-off.js'
import { bodiesAround, type MakeBody, requireObjectText, sampleBodies } from './delivery-bodies.js'
import { DEFAULT_EVENT, type SendArguments } from './options.js'
import { atRate, oneAfterTheOther, type Schedule, withGaps } from './schedules.js'

/** What a run does. */
export interface Plan {
  readonly url: URL
  readonly secret: string
  /** How many deliveries. */
  readonly total: number
  readonly makeBody: MakeBody
  readonly schedule: Schedule
  /** The rate that was asked for, a second. */
  readonly rate: number | undefined
  readonly backOff: BackOff | undefined
  readonly scenario: { readonly name: ScenarioName; readonly seed: number } | undefined
}

/**
 * Makes the plan that the arguments ask for.
 *
 * @throws UsageError for arguments that contradict each other, EnvironmentError for a file that cannot be used,
 * WebhookError for a secret that cannot be one
 */
export async function makePlan(args: SendArguments, surroundings: Surroundings): Promise<Plan> {
  const [urlText, eventName, ...more] = args.operands
  const url = requireUrl(urlText, 'send')
  if (more.length > 0) throw new UsageError(`Only URL and EVENT, not "${more.join(' ')}" too.`, 'send')
  requireSense(args, eventName)
  const secret = requireSecret(args.secret, surroundings)
  requireKey(secret)

  const { speed, rate, scenario, seed = anySeed() } = args
  const common = { url, secret, rate }
  const shape = args.flat ? 'flat' : 'nested'
  const retries = args.retry ? likeTruedy(speed) : undefined
  if (scenario) {
    const backOff = scenario === 'chaos' ? impatient(speed) : retries
    return { ...common, ...planScenario(scenario, seed, shape, speed), backOff }
  }
  const names: readonly [SampleName, ...SampleName[]] = args.all
    ? eventNames
    : [requireOneOf('event', eventName ?? DEFAULT_EVENT, sampleNames, 'send')]
  return {
    ...common,
    total: args.count * names.length,
    makeBody: await planBodies(args, names, shape, surroundings),
    schedule: rate === undefined ? oneAfterTheOther : atRate(rate),
    backOff: retries,
    scenario: undefined,
  }
}

/** Options that say what is sent, each with those that would say something else. */
const EXCLUSIVE = [
  ['scenario', ['all', 'data', 'count', 'rate']],
  ['all', ['data']],
] as const

/** Throws UsageError for options that contradict each other, or that change nothing. */
function requireSense({ given }: SendArguments, eventName: string | undefined): void {
  for (const [one, others] of EXCLUSIVE) {
    const other = given.has(one) ? others.find((name) => given.has(name)) : undefined
    if (other) throw new UsageError(`--${one} and --${other} exclude each other.`, 'send')
    if (given.has(one) && eventName !== undefined) {
      throw new UsageError(`--${one} says what is sent: leave out EVENT ("${eventName}").`, 'send')
    }
  }
  if (given.has('data') && given.has('flat') && eventName === undefined) {
    throw new UsageError('--flat shapes what is made; --data without EVENT is the whole body.', 'send')
  }
  if (given.has('seed') && !given.has('scenario')) {
    throw new UsageError('--seed makes a scenario repeatable: it needs --scenario.', 'send')
  }
  if (given.has('speed') && !given.has('scenario') && !given.has('retry')) {
    throw new UsageError('--speed divides the waits of --retry and --scenario: give one of them.', 'send')
  }
}

function planScenario(name: ScenarioName, seed: number, shape: Shape, speed: number) {
  const steps = scenarioSteps(name, seed, shape, Date.now())
  const bodies = steps.map(({ event }) => pythonJson(event))
  const gaps = steps.map(({ gapMs }) => gapMs / speed)
  return {
    total: steps.length,
    makeBody: (index: number) => bodies[index] ?? '',
    schedule: withGaps(gaps, name !== 'chaos'),
    scenario: { name, seed },
  }
}

function anySeed(): number {
  return Math.floor(Math.random() * (MAX_SEED + 1))
}

async function planBodies(
  { data: file, operands: [, eventName] }: SendArguments,
  names: readonly [SampleName, ...SampleName[]],
  shape: Shape,
  surroundings: Surroundings,
): Promise<MakeBody> {
  if (file === undefined) return sampleBodies(names, shape)
  const bytes = await readBytes(file, surroundings)
  if (eventName === undefined) return () => bytes
  return bodiesAround(requireObjectText(bytes, file), names[0], shape)
}
