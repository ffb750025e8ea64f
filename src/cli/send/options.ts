/** The options of `send`. */

import type { SampleName } from '../../testing/sample-types.js'
import { MAX_SEED } from '../../testing/scenarios/random.js'
import { scenarioNames } from '../../testing/scenarios/scenarios.js'
import type { CommandArguments } from '../command.js'
import { SECRET_OPTION } from '../common-options.js'
import type { OptionTable } from '../options.js'

/** The event that is sent if none is named. */
export const DEFAULT_EVENT: SampleName = 'call.ended'

export const SEND_OPTIONS = {
  ...SECRET_OPTION,
  all: { type: 'switch', help: 'one event of each type' },
  flat: { type: 'switch', help: 'payloads in the flat snake_case shape, without an event id' },
  data: {
    type: 'text',
    value: 'FILE',
    help: 'with EVENT: the JSON in FILE is its data; without: FILE is the whole body,\nsent byte for byte. - reads the standard input',
  },
  set: {
    type: 'list',
    value: 'PATH=VALUE',
    help: 'change a field, such as data.call.duration=5; VALUE is JSON, or text',
  },
  from: {
    type: 'text',
    value: 'PATH',
    help: 'send what listen --save saved: a file, or each file of a folder in order',
  },
  keep: {
    type: 'switch',
    help: 'with --from: send the headers as captured, too, instead of signing again',
  },
  count: {
    type: 'number',
    value: 'N',
    min: 1,
    max: 1e7,
    isWhole: true,
    default: 1,
    help: 'how many deliveries, each a new event',
  },
  rate: {
    type: 'number',
    value: 'R',
    min: 0.01,
    max: 1e5,
    help: 'deliveries a second, whatever the answers do; else one after the other',
  },
  retry: { type: 'switch', help: 'send again what got no 2xx: after 30 s, doubling, 10 times' },
  scenario: {
    type: 'choice',
    value: 'NAME',
    noun: 'scenario',
    choices: scenarioNames,
    help: 'a believable sequence: call, campaign, voice, or chaos (disorder, duplicates,\ntwo at once, repeats, and retries with short waits)',
  },
  seed: {
    type: 'number',
    value: 'N',
    min: 0,
    max: MAX_SEED,
    isWhole: true,
    help: 'makes a scenario repeatable: the same ids, values, order and gaps',
  },
  speed: {
    type: 'number',
    value: 'N',
    min: 0.01,
    max: 1e6,
    default: 1,
    help: 'divides the waits of --retry and --scenario',
  },
} as const satisfies OptionTable

/** The arguments of one run of `send`. */
export type SendArguments = CommandArguments<typeof SEND_OPTIONS>
