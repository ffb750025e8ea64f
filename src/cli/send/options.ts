/** The options of `send`. */

import type { SampleName } from '../../testing/sample-types.js'
import { MAX_SEED } from '../../testing/scenarios/random.js'
import { scenarioNames } from '../../testing/scenarios/scenarios.js'
import type { CommandArguments } from '../command.js'
import { SECRET_OPTION } from '../common-options.js'
import type { OptionTable } from '../options.js'

/** The event that is sent if the command line names none. */
export const DEFAULT_EVENT: SampleName = 'call.ended'

export const SEND_OPTIONS = {
  ...SECRET_OPTION,
  all: { type: 'switch', help: 'send one event of each type' },
  flat: { type: 'switch', help: 'send payloads in the flat snake_case shape, without an event id' },
  data: {
    type: 'text',
    value: 'FILE',
    help: 'with EVENT, use the JSON in FILE as its data; without EVENT, send FILE as the whole body, byte for byte; - means standard input',
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
    help: 'with --from, also send the headers as captured, instead of signing again',
  },
  count: {
    type: 'number',
    value: 'N',
    min: 1,
    max: 1e7,
    isWhole: true,
    default: 1,
    help: 'send N deliveries, each a new event; with --all, N of each type; a whole body from --data is repeated',
  },
  rate: {
    type: 'number',
    value: 'R',
    min: 0.01,
    max: 1e5,
    help: 'deliveries per second, however slow the responses are; without it, each delivery waits for the previous response',
  },
  retry: {
    type: 'switch',
    help: 'retry each delivery that got no 2xx: after 30 s, then doubling, up to 10 times',
  },
  scenario: {
    type: 'choice',
    value: 'NAME',
    noun: 'scenario',
    choices: scenarioNames,
    help: 'send a related series of events; chaos adds disorder, duplicates, simultaneous deliveries and fast retries; NAME is one of',
  },
  seed: {
    type: 'number',
    value: 'N',
    min: 0,
    max: MAX_SEED,
    isWhole: true,
    help: 'repeat a scenario with the same ids, values, order and gaps, but at the current time',
  },
  speed: {
    type: 'number',
    value: 'N',
    min: 0.01,
    max: 1e6,
    default: 1,
    help: 'divide the waits of --retry and --scenario by N',
  },
} as const satisfies OptionTable

/** The arguments of one run of `send`. */
export type SendArguments = CommandArguments<typeof SEND_OPTIONS>
