/** The options of `listen`. */

import type { CommandArguments } from '../command.js'
import { OTHER_SECRET_OPTION, SECRET_OPTION } from '../common-options.js'
import type { OptionTable } from '../options.js'

export const LISTEN_OPTIONS = {
  forward: {
    type: 'text',
    value: 'URL',
    help: 'forward every delivery to your app, and respond as the app does',
  },
  port: {
    type: 'number',
    value: 'PORT',
    min: 0,
    max: 65_535,
    isWhole: true,
    default: 3000,
    help: 'the port on 127.0.0.1; 0 chooses a free one',
  },
  path: {
    type: 'text',
    value: 'PATH',
    default: '/webhooks/truedy',
    help: 'the path of the endpoint',
  },
  open: {
    type: 'switch',
    help: 'also show the deliveries on a page in the browser; BROWSER=none only prints its URL',
  },
  print: {
    type: 'switch',
    help: 'print the payload of each delivery; secrets, phone numbers and prompts are masked',
  },
  save: {
    type: 'text',
    value: 'DIR',
    help: 'save each delivery as a file for send --from',
  },
  events: {
    type: 'list',
    value: 'PATTERN',
    help: "show and save only these events, such as 'call.*' or call.ended,call.failed",
  },
  ...OTHER_SECRET_OPTION,
  ...SECRET_OPTION,
} as const satisfies OptionTable

/** The arguments of one run of `listen`. */
export type ListenArguments = CommandArguments<typeof LISTEN_OPTIONS>
