/** The options that several commands share. */

import type { OptionTable } from './options.js'

/** The options of every command. */
export const COMMON_OPTIONS = {
  json: { type: 'switch', help: 'print one JSON object a line, for scripts' },
  help: { type: 'switch', help: 'show this help' },
} as const satisfies OptionTable

/** The option of all commands that sign or verify. */
export const SECRET_OPTION = {
  secret: {
    type: 'text',
    value: 'SECRET',
    help: 'the secret of the endpoint; TRUEDY_WEBHOOK_SECRET keeps it out of the process list',
  },
} as const satisfies OptionTable

/** The option of the commands that diagnose. */
export const OTHER_SECRET_OPTION = {
  otherSecret: {
    type: 'list',
    value: 'SECRET',
    help: 'the secret of another endpoint or environment, to find out if the delivery was signed with it',
  },
} as const satisfies OptionTable
