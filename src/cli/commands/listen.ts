/** `listen`: a receiver on this machine that shows what comes. */

import { defineCommand } from '../command.js'
import { LISTEN_OPTIONS } from '../listen/options.js'

export const listen = defineCommand({
  name: 'listen',
  summary:
    'Receives deliveries on this machine and shows what comes: events, duplicates, and of what is refused the reason.\nTruedy reaches it through a tunnel of your choice.',
  operands: '',
  options: LISTEN_OPTIONS,
  examples: [
    'npx truedy-webhooks listen',
    'npx truedy-webhooks listen --open',
    'npx truedy-webhooks listen --port 8080 --path /hooks --json | jq .event',
  ],
  exitCodes: {
    1: 'it cannot listen there',
    2: 'the command line is wrong',
    130: 'ended by Ctrl-C, as it always is',
  },
  async run(args, surroundings) {
    // Loaded only now, because the help doesn't need node:http.
    const { listenForDeliveries } = await import('../listen/listen-for-deliveries.js')
    return listenForDeliveries(args, surroundings)
  },
})
