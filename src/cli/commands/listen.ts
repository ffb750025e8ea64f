/** `listen`: a receiver on this machine that shows what comes. */

import { type Command, OTHER_SECRET_OPTION, SECRET_OPTION } from '../command.js'

export const listen: Command = {
  name: 'listen',
  summary:
    'Receives deliveries on this machine and shows what comes: events, duplicates, and of what is refused the reason.\nTruedy reaches it through a tunnel of your choice.',
  operands: '',
  options: {
    port: { value: 'PORT', help: 'where to listen, on 127.0.0.1; 0 takes a free one (3000)' },
    path: { value: 'PATH', help: 'the path of the endpoint (/webhooks/truedy)' },
    open: { help: 'show the deliveries on a page in the browser, too (BROWSER=none only serves it)' },
    ...OTHER_SECRET_OPTION,
    ...SECRET_OPTION,
  },
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
    // Not before: the help has no need of node:http.
    const { runListen } = await import('../listen/run.js')
    return runListen(args, surroundings)
  },
}
