/** Plans a run of `send`: what to send, and when. */

import { eventNames } from '../../events/catalogue.js'
import { pythonJson } from '../../testing/python-json.js'
import type { SampleName } from '../../testing/sample-types.js'
import { sampleNames } from '../../testing/samples.js'
import { MAX_SEED } from '../../testing/scenarios/random.js'
import { type ScenarioName, scenarioSteps } from '../../testing/scenarios/scenarios.js'
import type { Shape } from '../../testing/scenarios/story.js'
import { requireKey } from '../../verify/keys.js'
import { requireOneOf } from '../choices.js'
import { readBytes } from '../files.js'
import { requireSecret, requireUrl } from '../requirements.js'
import type { Surroundings } from '../surroundings.js'
import type { OutgoingHeaders } from '../transport.js'
import { type BackOff, longestSchedule, shortWaits } from './back-off.js'
import { bodiesAround, type MakeBody, requireObjectText, sampleBodies } from './delivery-bodies.js'
import { applyChanges, readChange } from './field-changes.js'
import type { JsonEdit } from './json-edit.js'
import { requireNoConflict } from './option-conflicts.js'
import { DEFAULT_EVENT, type SendArguments } from './options.js'
import { readSaved } from './saved-deliveries.js'
import { atRate, oneAfterTheOther, type Schedule, withGaps } from './schedules.js'

/** The plan of a run. */
export interface Plan {
  readonly url: URL
  readonly secret: string
  /** The number of deliveries. */
  readonly total: number
  readonly makeBody: MakeBody
  /** Returns the headers of a delivery to send as captured; `undefined` if its body is to be signed. */
  readonly capturedHeaders?: (index: number) => OutgoingHeaders | undefined
  /** Notes to print before anything is sent. */
  readonly notes: readonly string[]
  readonly schedule: Schedule
  /** The rate of `--rate`, per second. */
  readonly rate: number | undefined
  readonly backOff: BackOff | undefined
  readonly scenario: { readonly name: ScenarioName; readonly seed: number } | undefined
}

/**
 * Creates the plan that the arguments ask for.
 *
 * @throws UsageError for arguments that contradict each other, EnvironmentError for a file that can't be used,
 * WebhookError for an invalid secret
 */
export async function makePlan(args: SendArguments, surroundings: Surroundings): Promise<Plan> {
  const [urlText, eventName] = args.operands
  const url = requireUrl(urlText, 'send')
  requireNoConflict(args, eventName)
  const secret = requireSecret(args.secret, surroundings, 'send')
  requireKey(secret)

  const { speed, rate, scenario, seed = anySeed() } = args
  const changes = args.set.map(readChange)
  const common = { url, secret, rate, notes: [] }
  const shape = args.flat ? 'flat' : 'nested'
  const retries = args.retry ? longestSchedule(speed) : undefined
  if (scenario) {
    const backOff = scenario === 'chaos' ? shortWaits(speed) : retries
    return { ...common, ...planScenario({ name: scenario, seed, shape, speed, changes }), backOff }
  }
  const schedule = rate === undefined ? oneAfterTheOther : atRate(rate)
  if (args.from !== undefined) {
    const saved = await planSaved(args.from, args.keep, changes, surroundings)
    return { ...common, ...saved, schedule, backOff: retries, scenario: undefined }
  }
  const names: readonly [SampleName, ...SampleName[]] = args.all
    ? eventNames
    : [requireOneOf('event', eventName ?? DEFAULT_EVENT, sampleNames, 'send')]
  return {
    ...common,
    total: args.count * names.length,
    makeBody: changedBodies(await planBodies(args, names, shape, surroundings), names.length, changes),
    schedule,
    backOff: retries,
    scenario: undefined,
  }
}

interface ScenarioPlan {
  readonly name: ScenarioName
  readonly seed: number
  readonly shape: Shape
  readonly speed: number
  readonly changes: readonly JsonEdit[]
}

/** Plans saved deliveries, to be signed again or sent as captured. */
async function planSaved(
  path: string,
  keepsHeaders: boolean,
  changes: readonly JsonEdit[],
  surroundings: Surroundings,
) {
  const { deliveries, notes } = await readSaved(path, keepsHeaders, surroundings)
  const bodies = deliveries.map(({ body, headers }) => (headers ? body : applyChanges(body, changes)))
  return {
    total: deliveries.length,
    makeBody: (index: number) => bodies[index] ?? '',
    capturedHeaders: (index: number) => deliveries[index]?.headers,
    notes,
  }
}

/** Changes bodies. Tries the first `count` at once, so that an impossible change fails before anything is sent. */
function changedBodies(makeBody: MakeBody, count: number, changes: readonly JsonEdit[]): MakeBody {
  if (changes.length === 0) return makeBody
  const changed: MakeBody = (index) => applyChanges(makeBody(index), changes)
  for (let index = 0; index < count; index++) changed(index)
  return changed
}

function planScenario({ name, seed, shape, speed, changes }: ScenarioPlan) {
  const steps = scenarioSteps(name, seed, shape, Date.now())
  const bodies = steps.map(({ event }) => applyChanges(pythonJson(event), changes))
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
