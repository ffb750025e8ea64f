/** `send`: sends signed deliveries, as Truedy does. */

import { defineCommand } from '../command.js'
import { DEFAULT_EVENT, SEND_OPTIONS } from '../send/options.js'

const ENDPOINT = 'http://127.0.0.1:3000/webhooks/truedy'

export const send = defineCommand({
  name: 'send',
  summary: `Sends signed deliveries, as Truedy does. EVENT is an event type; the default is ${DEFAULT_EVENT}.`,
  operands: 'URL [EVENT]',
  options: SEND_OPTIONS,
  examples: [
    `npx truedy-webhooks send ${ENDPOINT}`,
    `npx truedy-webhooks send ${ENDPOINT} call.failed --flat`,
    `npx truedy-webhooks send ${ENDPOINT} --all`,
    `npx truedy-webhooks send ${ENDPOINT} --set data.call.duration=5`,
    `npx truedy-webhooks send ${ENDPOINT} call.ended --data call.json`,
    `npx truedy-webhooks send ${ENDPOINT} --from deliveries`,
    `npx truedy-webhooks send ${ENDPOINT} --count 10000 --rate 500`,
    `npx truedy-webhooks send ${ENDPOINT} --retry --speed 30`,
    `npx truedy-webhooks send ${ENDPOINT} --scenario chaos --seed 7`,
  ],
  exitCodes: {
    0: 'success: every delivery got a 2xx in the end',
    1: "failure: some deliveries got no 2xx, or a file or the secret can't be used",
    2: 'usage error, such as a missing secret',
    130: 'stopped with Ctrl-C',
  },
  async run(args, surroundings) {
    // Loaded only now, because the help doesn't need node:http.
    const { sendDeliveries } = await import('../send/send-deliveries.js')
    return sendDeliveries(args, surroundings)
  },
})
