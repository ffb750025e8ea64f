/** From the command line to what is sent, and when. */

import { didYouMean } from '../../did-you-mean.js'
import { eventNames } from '../../events/catalogue.js'
import { type SampleName, sampleNames } from '../../testing/samples.js'
import { MAX_SEED } from '../../testing/scenarios/random.js'
import { type ScenarioName, scenarioNames, scenarioSteps } from '../../testing/scenarios/scenarios.js'
import type { Shape } from '../../testing/scenarios/story.js'
import { requireKey } from '../../verify/keys.js'
import { type Arguments, requireSecret, requireUrl } from '../command.js'
import { UsageError } from '../errors.js'
import { readBytes } from '../files.js'
import type { Surroundings } from '../surroundings.js'
import { type BackOff, impatient, likeTruedy } from './back-off.js'
import { bodiesAround, type MakeBody, requireObjectText, sampleBodies } from './bodies.js'
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

// What makes no sense together: the first of a pair, and what it excludes.
const EXCLUSIVE: readonly (readonly [string, readonly string[]])[] = [
  ['scenario', ['all', 'data', 'count', 'rate']],
  ['all', ['data']],
]

/**
 * Reads the arguments.
 *
 * @throws UsageError for what contradicts itself, EnvironmentError for a file that cannot be used, WebhookError for a
 * secret that cannot be one
 */
export async function readPlan(args: Arguments, surroundings: Surroundings): Promise<Plan> {
  const [urlText, eventName, ...more] = args.operands
  const url = requireUrl(urlText, 'send')
  if (more.length > 0) throw new UsageError(`Only URL and EVENT, not "${more.join(' ')}" too.`, 'send')
  requireSense(args, eventName)
  const secret = requireSecret(args, surroundings)
  requireKey(secret)

  const speed = args.number('speed', { min: 0.01, max: 1e6 }) ?? 1
  const shape = args.has('flat') ? 'flat' : 'nested'
  const common = { url, secret, rate: args.number('rate', { min: 0.01, max: 1e5 }) }
  const scenario = requireScenario(args.text('scenario'))
  const seed = args.number('seed', { min: 0, max: MAX_SEED, isWhole: true })
  if (scenario) {
    const backOff =
      scenario === 'chaos' ? impatient(speed) : args.has('retry') ? likeTruedy(speed) : undefined
    return { ...common, ...planScenario(scenario, seed ?? anySeed(), shape, speed), backOff }
  }
  const names: readonly [SampleName, ...SampleName[]] = args.has('all')
    ? eventNames
    : [requireName(eventName)]
  const count = args.number('count', { min: 1, max: 1e7, isWhole: true }) ?? 1
  return {
    ...common,
    total: count * names.length,
    makeBody: await planBodies(args, names, shape, surroundings),
    schedule: common.rate === undefined ? oneAfterTheOther : atRate(common.rate),
    backOff: args.has('retry') ? likeTruedy(speed) : undefined,
    scenario: undefined,
  }
}

function requireSense(args: Arguments, eventName: string | undefined): void {
  for (const [one, others] of EXCLUSIVE) {
    const other = args.has(one) ? others.find((name) => args.has(name)) : undefined
    if (other) throw new UsageError(`--${one} and --${other} exclude each other.`, 'send')
    if (args.has(one) && eventName !== undefined) {
      throw new UsageError(`--${one} says what is sent: leave out EVENT ("${eventName}").`, 'send')
    }
  }
  if (args.has('data') && args.has('flat') && eventName === undefined) {
    throw new UsageError('--flat shapes what is made; --data without EVENT is the whole body.', 'send')
  }
  if (args.has('seed') && !args.has('scenario')) {
    throw new UsageError('--seed makes a scenario repeatable: it needs --scenario.', 'send')
  }
  if (args.has('speed') && !args.has('scenario') && !args.has('retry')) {
    throw new UsageError('--speed divides the waits of --retry and --scenario: give one of them.', 'send')
  }
}

function requireScenario(name: string | undefined): ScenarioName | undefined {
  const scenario = scenarioNames.find((each) => each === name)
  if (scenario || name === undefined) return scenario
  throw new UsageError(
    `There is no scenario "${name}".${didYouMean(name, scenarioNames)} There are ${scenarioNames.join(', ')}.`,
    'send',
  )
}

function planScenario(name: ScenarioName, seed: number, shape: Shape, speed: number) {
  const steps = scenarioSteps(name, seed, shape, Date.now())
  const bodies = steps.map(({ event }) => JSON.stringify(event))
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

function requireName(name = 'call.ended'): SampleName {
  const known = sampleNames.find((each) => each === name)
  if (known) return known
  throw new UsageError(
    `There is no event "${name}".${didYouMean(name, sampleNames)} There are ${sampleNames.join(', ')}.`,
    'send',
  )
}

async function planBodies(
  args: Arguments,
  names: readonly [SampleName, ...SampleName[]],
  shape: Shape,
  surroundings: Surroundings,
): Promise<MakeBody> {
  const file = args.text('data')
  if (file === undefined) return sampleBodies(names, shape)
  const bytes = await readBytes(file, surroundings)
  const isWhole = args.operands[1] === undefined
  return isWhole ? () => bytes : bodiesAround(requireObjectText(bytes, file), names[0], shape)
}
