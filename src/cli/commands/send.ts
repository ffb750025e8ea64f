/** `send`: signed deliveries, as Truedy sends them. */

import { type Command, SECRET_OPTION } from '../command.js'

const ENDPOINT = 'http://127.0.0.1:3000/webhooks/truedy'

export const send: Command = {
  name: 'send',
  summary:
    "Sends signed deliveries, as Truedy does. EVENT is one of Truedy's event types, call.ended unless given",
  operands: 'URL [EVENT]',
  options: {
    ...SECRET_OPTION,
    all: { help: 'one event of each type' },
    flat: { help: 'payloads in the flat snake_case shape, without an event id' },
    data: {
      value: 'FILE',
      help: 'with EVENT: the JSON in FILE is its data; without: FILE is the whole body,\nsent byte for byte. - reads the standard input',
    },
    count: { value: 'N', help: 'how many deliveries, each a new event (1)' },
    rate: { value: 'R', help: 'deliveries a second, whatever the answers do; else one after the other' },
    retry: { help: 'send again what got no 2xx: after 30 s, doubling, 10 times' },
    scenario: {
      value: 'NAME',
      help: 'a believable sequence: call, campaign, voice, or chaos (disorder, duplicates,\ntwo at once, repeats, and retries with short waits)',
    },
    seed: { value: 'N', help: 'makes a scenario repeatable: the same ids, values, order and gaps' },
    speed: { value: 'N', help: 'divides the waits of --retry and --scenario (1)' },
  },
  examples: [
    `npx truedy-webhooks send ${ENDPOINT}`,
    `npx truedy-webhooks send ${ENDPOINT} call.failed --flat`,
    `npx truedy-webhooks send ${ENDPOINT} --all`,
    `npx truedy-webhooks send ${ENDPOINT} call.ended --data call.json`,
    `npx truedy-webhooks send ${ENDPOINT} --count 10000 --rate 500`,
    `npx truedy-webhooks send ${ENDPOINT} --retry --speed 30`,
    `npx truedy-webhooks send ${ENDPOINT} --scenario chaos --seed 7`,
  ],
  exitCodes: {
    0: 'every delivery got a 2xx in the end',
    1: 'some did not',
    2: 'the command line is wrong',
    130: 'interrupted',
  },
  async run(args, surroundings) {
    // Not before: the help has no need of node:http.
    const { runSend } = await import('../send/run.js')
    return runSend(args, surroundings)
  },
}
