/** `listen`: a receiver on this machine that shows what arrives. */

import { defineCommand } from '../command.js'
import { LISTEN_OPTIONS } from '../listen/options.js'

export const listen = defineCommand({
  name: 'listen',
  summary:
    'Receives deliveries on this machine and shows each event, each duplicate, and why a delivery is rejected. With --forward, your app gets every delivery and its response goes back to the sender. Truedy reaches this machine through a tunnel of your choice.',
  operands: '',
  options: LISTEN_OPTIONS,
  examples: [
    'npx truedy-webhooks listen --open',
    'npx truedy-webhooks listen --port 4000 --forward http://127.0.0.1:3000/webhooks/truedy',
    "npx truedy-webhooks listen --save deliveries --events 'call.*'",
    "npx truedy-webhooks listen --json | jq 'select(.event).event'",
  ],
  exitCodes: {
    1: "failure: the port, the folder or the secret can't be used",
    2: 'usage error, such as a missing secret',
    130: 'stopped with Ctrl-C',
  },
  async run(args, surroundings) {
    // Loaded only now, because the help doesn't need node:http.
    const { listenForDeliveries } = await import('../listen/listen-for-deliveries.js')
    return listenForDeliveries(args, surroundings)
  },
})
