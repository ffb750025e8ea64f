/** The options of `listen`. */

import type { CommandArguments } from '../command.js'
import { OTHER_SECRET_OPTION, SECRET_OPTION } from '../common-options.js'
import type { OptionTable } from '../options.js'

export const LISTEN_OPTIONS = {
  port: {
    type: 'number',
    value: 'PORT',
    min: 0,
    max: 65_535,
    isWhole: true,
    default: 3000,
    help: 'where to listen, on 127.0.0.1; 0 takes a free one',
  },
  path: {
    type: 'text',
    value: 'PATH',
    default: '/webhooks/truedy',
    help: 'the path of the endpoint',
  },
  open: {
    type: 'switch',
    help: 'show the deliveries on a page in the browser, too (BROWSER=none only serves it)',
  },
  ...OTHER_SECRET_OPTION,
  ...SECRET_OPTION,
} as const satisfies OptionTable

/** The arguments of one run of `listen`. */
export type ListenArguments = CommandArguments<typeof LISTEN_OPTIONS>
